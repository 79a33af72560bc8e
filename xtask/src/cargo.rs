//! Runs cargo with its progress shown, and knows where what it built lies.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::progress::Step;

/// How the programs are compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build, for development.
    Dev,
    /// For measuring and production.
    Release,
}

impl Profile {
    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }
}

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// The same cargo that runs this command.
pub(crate) fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(workspace());
    command
}

/// The folder in which cargo puts what it builds.
pub(crate) fn target() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe().context("this program does not know where it lies")?;
    this.parent().and_then(Path::parent).map(Path::to_owned).context("this program does not lie in a target folder")
}

/// Where cargo puts the program `name`: beside this one, or in the release folder next to it.
pub(crate) fn program(name: &str, profile: Profile) -> anyhow::Result<PathBuf> {
    Ok(target()?.join(profile.folder()).join(name))
}

/// Builds the programs of some packages, showing what is being compiled.
pub(crate) fn build(packages: &[&str], profile: Profile) -> anyhow::Result<()> {
    let mut arguments = vec!["build", "--locked", "--bins"];
    for package in packages {
        arguments.extend(["--package", package]);
    }
    if profile == Profile::Release {
        arguments.push("--release");
    }
    let step = Step::begin(format!("Building {} (the first time takes minutes)", packages.join(", ")));
    let step = watched(step, &arguments)?;
    step.done("Built");
    Ok(())
}

/// Runs cargo to its end, noting each crate it compiles; on failure, shows all that it said.
pub(crate) fn watched<A: AsRef<OsStr>>(step: Step, arguments: &[A]) -> anyhow::Result<Step> {
    let mut command = cargo();
    command.args(arguments);
    watch(step, command)
}

/// The same with a command of cargo that is set up already.
pub(crate) fn watch(mut step: Step, mut command: Command) -> anyhow::Result<Step> {
    let mut child = command
        .env("CARGO_TERM_COLOR", "never")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("cargo cannot be started")?;
    let mut said = VecDeque::new();
    let mut compiled = 0;
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines() {
            let line = line.context("cargo's words cannot be read")?;
            match line.trim_start().split_once(' ') {
                Some(("Compiling" | "Checking", what)) => {
                    compiled += 1;
                    let name = what.split_once(" (").map_or(what, |(name, _)| name);
                    step.note(&format!("{compiled} crates so far, now {name}"));
                }
                Some(("Downloaded" | "Downloading", what)) => step.note(&format!("downloading {what}")),
                _ => said.push_back(line),
            }
        }
    }
    if child.wait()?.success() {
        return Ok(step);
    }
    for line in said {
        step.print(&line);
    }
    let what = command.get_args().next().unwrap_or_default();
    bail!("cargo {} failed: its words stand above", what.display())
}
