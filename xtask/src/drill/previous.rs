//! The program of the version before: one that is given, or what is built of the commit that
//! `passport/migrations/previous/commit` names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};

use crate::cargo::{cargo, target, watch, workspace};
use crate::progress::Step;

/// What is written down of that version.
const RECORD: &str = "passport/migrations/previous";
/// Where migrations are, one a number.
const MIGRATIONS: &str = "passport/migrations/sqlite/";

/// Where it is; built unless it was before.
pub(super) fn program(given: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    if let Some(path) = given {
        ensure!(path.is_file(), "there is no program {}", path.display());
        return Ok(path);
    }
    let commit = recorded("commit")?.trim().to_owned();
    let folder = target()?.join("previous");
    let program = folder.join(format!("passport-{commit}"));
    if !program.exists() {
        is_the_recorded_one(&commit)?;
        build(&commit, &folder, &program).with_context(|| format!("the version before ({commit}) cannot be built"))?;
    }
    Ok(program)
}

fn recorded(name: &str) -> anyhow::Result<String> {
    let path = workspace().join(RECORD).join(name);
    fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Whether that commit is at hand, and has the migrations that are written down.
fn is_the_recorded_one(commit: &str) -> anyhow::Result<()> {
    let mut git = Command::new("git");
    git.current_dir(workspace()).args(["ls-tree", "--name-only", commit, MIGRATIONS]);
    let output = git.output().context("git cannot be run: give the program of the version before (--previous)")?;
    if !output.status.success() {
        bail!("the version before is {commit}, which is not here: fetch it, or give its program (--previous)");
    }
    let has = numbers(&String::from_utf8_lossy(&output.stdout));
    let wanted: BTreeSet<u32> = recorded("migrations")?.lines().filter_map(|line| line.parse().ok()).collect();
    ensure!(has == wanted, "{RECORD} is not that of {commit}: write it anew");
    Ok(())
}

/// The numbers of migrations, of a list of their files.
fn numbers(files: &str) -> BTreeSet<u32> {
    let names = files.lines().filter_map(|line| line.rsplit('/').next()?.split('_').next());
    names.filter_map(|number| number.parse().ok()).collect()
}

/// Builds the program of a commit, in a folder that goes when it is done: it is needed once a version.
fn build(commit: &str, folder: &Path, program: &Path) -> anyhow::Result<()> {
    let step = Step::begin("Building the version before (once, it takes minutes)");
    let work = folder.join("work");
    let _ = fs::remove_dir_all(&work);
    let source = work.join("source");
    fs::create_dir_all(&source)?;
    unpack(commit, &source)?;
    let mut build = cargo();
    build
        .current_dir(&source)
        .args(["build", "--locked", "--package", "passport", "--bin", "passport"])
        .env("CARGO_TARGET_DIR", work.join("target"))
        // Nobody looks into it, and it takes a third of the room.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_INCREMENTAL", "0");
    let step = watch(step, build)?;
    // Into its place at once: half of one would be taken for all of it.
    fs::rename(work.join("target/debug/passport"), program)?;
    fs::remove_dir_all(&work)?;
    step.done("Built the version before");
    Ok(())
}

/// Puts the files of a commit into a folder.
fn unpack(commit: &str, into: &Path) -> anyhow::Result<()> {
    let mut git = Command::new("git")
        .current_dir(workspace())
        .args(["archive", "--format=tar", commit])
        .stdout(Stdio::piped())
        .spawn()
        .context("git cannot be run")?;
    let files = git.stdout.take().context("git says nothing")?;
    let tar = Command::new("tar").arg("--extract").arg("--directory").arg(into).stdin(files).status();
    let both = git.wait()?.success() && tar.context("tar cannot be run")?.success();
    ensure!(both, "its files cannot be had");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_migrations_are_read_off_their_names() {
        let files = "passport/migrations/sqlite/0001_keys.sql\npassport/migrations/sqlite/0061_status_notices.sql\n";
        assert_eq!(numbers(files), BTreeSet::from([1, 61]));
        assert_eq!(numbers("passport/migrations/sqlite/README.md\n"), BTreeSet::new());
    }

    #[test]
    fn what_is_written_down_names_one_commit() -> anyhow::Result<()> {
        let commit = recorded("commit")?;
        let commit = commit.strip_suffix('\n').context("no line")?;
        assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{commit:?}");
        Ok(())
    }

    #[test]
    fn a_program_that_is_given_is_taken_and_has_to_be_there() -> anyhow::Result<()> {
        let this = std::env::current_exe()?;
        assert_eq!(program(Some(this.clone()))?, this);
        assert!(program(Some(this.join("none"))).is_err());
        Ok(())
    }
}
