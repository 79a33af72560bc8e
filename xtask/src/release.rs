//! `release`: everything that an operator installs, in one archive that anybody can make again, byte for byte, from the same
//! commit; what it is made of; its checksums; and a signature.

mod build;
mod pack;
mod sign;
mod tools;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

use self::build::Source;
use crate::cargo::{target, workspace};
use crate::flags::{self, Flags};
use crate::home::TemporaryFolder;
use crate::progress::{Step, now, seconds};

pub(crate) const ARGUMENTS: &str = "[--out FOLDER] [--sign KEY] [--check] [--rehearse]";

/// What is released, of which commit.
#[derive(Clone)]
struct Commit {
    /// Its id.
    id: String,
    /// When it was made, in seconds since 1970: the time of everything in the archive.
    time: u64,
    /// The version of the workspace.
    version: String,
    /// What the programs run on, as rustc says it.
    host: String,
}

impl Commit {
    /// The one that is checked out.
    fn here() -> anyhow::Result<Self> {
        let id = said(git(&["rev-parse", "HEAD"]))?;
        let time = said(git(&["log", "-1", "--format=%ct"]))?.parse().context("git tells no time")?;
        let manifest = fs::read_to_string(workspace().join("Cargo.toml"))?;
        let version = manifest.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
        let version = version.context("the workspace has no version")?.to_owned();
        let rustc = said(Command::new("rustc").arg("-vV"))?;
        let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc tells no host")?;
        Ok(Self { id, time, version, host: host.to_owned() })
    }

    /// What its archive is called, without the end.
    fn name(&self) -> String {
        format!("etest-{}-{}", self.version, self.host)
    }
}

/// Runs the command.
pub(crate) fn run(mut flags: Flags) -> anyhow::Result<()> {
    let (mut out, mut key, mut check, mut rehearse) = (target()?.join("dist"), None, false, false);
    while let Some(flag) = flags.next()? {
        match flag.as_str() {
            "out" => out = flags.path()?,
            "sign" => key = Some(flags.path()?),
            "check" => check = true,
            "rehearse" => rehearse = true,
            other => return Err(flags::unknown(other)),
        }
    }
    ensure!(!(rehearse && key.is_some()), "what is only rehearsed is not signed");
    let commit = Commit::here()?;
    let begun = now();
    if !rehearse {
        let changed = said(git(&["status", "--porcelain"]))?;
        ensure!(changed.is_empty(), "only what is committed is released; changed:\n{changed}");
        tools::install()?;
    }
    fs::create_dir_all(&out).with_context(|| format!("{} cannot be made", out.display()))?;
    let made = make(&commit, &out, rehearse)?;
    if check {
        let folder = TemporaryFolder::new("release-again")?;
        let again = make(&commit, folder.path(), rehearse)?;
        compare(&made, &again)?;
    }
    let sums = sign::sums(&out, &made)?;
    if let Some(key) = &key {
        sign::sign(&sums, key)?;
    }
    println!("\n{}  of commit {}, in {}", commit.name(), commit.id, seconds(begun.elapsed()));
    for file in made.iter().chain([&sums]) {
        println!("  {}", file.display());
    }
    println!("docs/operate/release.md says how they are verified");
    Ok(())
}

/// Builds and packs into that folder; the files. Each time in another folder: nothing may depend on where it is.
fn make(commit: &Commit, out: &Path, rehearse: bool) -> anyhow::Result<Vec<PathBuf>> {
    let source = Source::check_out(commit)?;
    let programs = if rehearse { build::those_for_development()? } else { source.build(commit)? };
    let mut files = if rehearse { Vec::new() } else { source.bills(commit, out)? };
    let step = Step::begin("Packing");
    files.push(pack::pack(commit, &pack::Contents { source: source.path(), programs: &programs }, out)?);
    step.done("Packed");
    Ok(files)
}

/// Fails when two makings differ, and says where.
fn compare(first: &[PathBuf], second: &[PathBuf]) -> anyhow::Result<()> {
    for (one, other) in first.iter().zip(second) {
        if fs::read(one)? == fs::read(other)? {
            continue;
        }
        let differ = Command::new("diffoscope").args(["--max-report-size", "20000"]).args([one, other]).output();
        let how = match differ {
            Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
            Err(_) => "Debian's diffoscope would say where".to_owned(),
        };
        bail!("{} is not the same when it is made again:\n{how}", one.display());
    }
    println!("✓ made twice, in two folders, and every byte is the same");
    Ok(())
}

fn git(arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.current_dir(workspace()).args(arguments);
    command
}

/// Runs a program to its end; what it says.
fn said(mut command: impl std::borrow::BorrowMut<Command>) -> anyhow::Result<String> {
    let command = command.borrow_mut();
    let name = command.get_program().display().to_string();
    let output = command.output().with_context(|| format!("{name} cannot be started"))?;
    ensure!(output.status.success(), "{name} ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_between_two_makings_is_told_by_its_file() -> anyhow::Result<()> {
        let folder = TemporaryFolder::new("release-test")?;
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).map(|()| path)
        };
        let (a, same, other) = (write("a", "1")?, write("same", "1")?, write("other", "2")?);
        compare(std::slice::from_ref(&a), &[same])?;
        let error = compare(&[a], &[other]).expect_err("they differ").to_string();
        assert!(error.contains("/a is not the same"), "{error}");
        Ok(())
    }
}
