//! `fuzz`: throws bytes at everything that reads what strangers write, guided by what each reaches (libFuzzer).
//!
//! The instrumented build is one of its own, in `dev/fuzz/`; what libFuzzer learns there is kept for the next time, and
//! what breaks something is written beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::cargo::{cargo, workspace};
use crate::flags::{self, Flags};
use crate::progress::{Step, seconds};

pub(crate) const ARGUMENTS: &str = "[--runs N] [--target NAME]";

/// How often each target is executed.
const RUNS: u64 = 1_000_000;

/// What instruments a program for libFuzzer: counters of edges and compared values.
const INSTRUMENT: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";

/// Runs the command.
pub(crate) fn run(mut flags: Flags) -> anyhow::Result<()> {
    let (mut runs, mut wanted) = (RUNS, Vec::new());
    while let Some(flag) = flags.next()? {
        match flag.as_str() {
            "runs" => runs = flags.value()?,
            "target" => wanted.push(flags.value()?),
            other => return Err(flags::unknown(other)),
        }
    }
    let known = targets()?;
    if let Some(other) = wanted.iter().find(|target| !known.contains(target)) {
        bail!("there is no target {other}: there are {}", known.join(", "));
    }
    let chosen = if wanted.is_empty() { known } else { wanted };
    let programs = build()?;
    let mut broken = Vec::new();
    for target in chosen {
        if let Err(error) = execute(&programs, &target, runs) {
            println!("{error:#}");
            broken.push(target);
        }
    }
    if broken.is_empty() { Ok(()) } else { bail!("{} did not hold", broken.join(", ")) }
}

fn folder() -> PathBuf {
    workspace().join("dev/fuzz")
}

fn targets() -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(workspace().join("fuzz/fuzz_targets")).context("fuzz/fuzz_targets")? {
        let path = entry?.path();
        names.extend(path.file_stem().and_then(|name| name.to_str()).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// Builds all targets; where they lie.
fn build() -> anyhow::Result<PathBuf> {
    // Beside that of everything else, since every crate is compiled otherwise.
    let target = std::env::var_os("FUZZ_TARGET_DIR").map_or_else(|| folder().join("target"), PathBuf::from);
    let host = host()?;
    let step = Step::begin("Building the instrumented targets (the first time takes minutes)");
    let output = cargo()
        .args(["build", "--release", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target", &host])
        .env("RUSTFLAGS", INSTRUMENT)
        .env("CARGO_TARGET_DIR", &target)
        .output()
        .context("cargo does not start")?;
    if !output.status.success() {
        bail!("the targets cannot be built:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    step.done("Targets built");
    Ok(target.join(host).join("release"))
}

/// The machine that is compiled for. Named, it keeps the flags away from what only the build runs.
fn host() -> anyhow::Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("rustc does not start")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc does not say what it compiles for")
}

fn execute(programs: &Path, target: &str, runs: u64) -> anyhow::Result<()> {
    let (learned, found) = (folder().join("corpus").join(target), folder().join("found").join(target));
    for folder in [&learned, &found] {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let step = Step::begin(format!("{target}: {runs} executions"));
    let output = Command::new(programs.join(target))
        .arg(&learned)
        .arg(workspace().join("fuzz/corpus").join(target))
        .args([format!("-runs={runs}"), format!("-artifact_prefix={}/", found.display())])
        .args(["-max_len=4096", "-timeout=10", "-print_final_stats=1", "-verbosity=0"])
        .output()
        .with_context(|| format!("{target} does not start"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let lines: Vec<_> = said.lines().collect();
        bail!("{target} broke:\n{}", lines[lines.len().saturating_sub(40)..].join("\n"));
    }
    let executed = said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let executed = executed.map_or("?", str::trim).to_owned();
    let time = step.done(target);
    println!("{target}: {executed} executions in {}, nothing broke", seconds(time));
    Ok(())
}
