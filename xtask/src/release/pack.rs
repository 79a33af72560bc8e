//! The archive: the same bytes whoever packs the same files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::{Commit, said};
use crate::home::TemporaryFolder;

/// What of the source goes along with the programs.
const ALONG: [&str; 8] = [
    "LICENSE",
    "deploy/systemd",
    "deploy/observe",
    "docs/operate",
    "docs/operations",
    "docs/configuration.md",
    "docs/integrate",
    "deny.toml",
];

/// What is packed.
pub(super) struct Contents<'c> {
    pub(super) source: PathBuf,
    pub(super) programs: &'c [PathBuf],
}

/// Packs it into that folder; the archive.
pub(super) fn pack(commit: &Commit, contents: &Contents<'_>, out: &Path) -> anyhow::Result<PathBuf> {
    let (folder, name) = (TemporaryFolder::new("pack")?, commit.name());
    let root = folder.path().join(&name);
    fs::create_dir(&root)?;
    for program in contents.programs {
        let to = root.join(program.file_name().context("a program without a name")?);
        fs::copy(program, to).with_context(|| format!("{} is not built", program.display()))?;
    }
    for what in ALONG {
        let to = root.join(what);
        fs::create_dir_all(to.parent().unwrap_or(&root))?;
        said(Command::new("cp").args(["-R", "--"]).arg(contents.source.join(what)).arg(to))?;
    }
    fs::write(root.join("COMMIT"), format!("{}\n", commit.id))?;
    let archive = out.join(format!("{name}.tar"));
    let mut tar = Command::new("tar");
    tar.env("LC_ALL", "C").args(["--create", "--format=gnu", "--sort=name", "--owner=0", "--group=0"]);
    tar.args(["--numeric-owner", "--mode=u=rwX,go=rX", &format!("--mtime=@{}", commit.time)]);
    tar.arg("--directory").arg(folder.path()).arg("--file").arg(&archive).arg(&name);
    said(tar)?;
    // Without the name and the time that gzip would write down.
    said(Command::new("gzip").args(["--no-name", "--force", "--"]).arg(&archive))?;
    Ok(out.join(format!("{name}.tar.gz")))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::cargo::workspace;

    fn commit() -> Commit {
        let text = |text: &str| text.to_owned();
        Commit {
            id: text("0123abc"),
            time: 1_800_000_000,
            version: text("1.2.3"),
            host: text("x86_64-unknown-linux-gnu"),
        }
    }

    /// Packs, with a program that was made with that mode.
    fn packed(out: &TemporaryFolder, mode: u32) -> anyhow::Result<PathBuf> {
        let program = out.path().join("passport");
        fs::write(&program, "a program")?;
        fs::set_permissions(&program, fs::Permissions::from_mode(mode))?;
        pack(&commit(), &Contents { source: workspace(), programs: &[program] }, out.path())
    }

    #[test]
    fn the_same_files_make_the_same_bytes_whoever_packs_them_where_and_when() -> anyhow::Result<()> {
        let (one, other) = (TemporaryFolder::new("pack-test")?, TemporaryFolder::new("pack-test")?);
        let (first, second) = (packed(&one, 0o755)?, packed(&other, 0o711)?);
        assert_eq!(first.file_name().context("a name")?, "etest-1.2.3-x86_64-unknown-linux-gnu.tar.gz");
        assert!(fs::read(&first)? == fs::read(&second)?, "they differ");
        let list = said(Command::new("tar").arg("--list").arg("--verbose").arg("--file").arg(&first))?;
        let line =
            |name: &str| list.lines().find(|line| line.ends_with(name)).unwrap_or_else(|| panic!("{name}: {list}"));
        assert!(line("/passport").starts_with("-rwxr-xr-x 0/0") && line("/passport").contains("2027-01-15"), "{list}");
        for name in ["/passport.service", "/restore.md", "/alerts.yml", "/COMMIT"] {
            assert!(line(name).starts_with("-rw-r--r-- 0/0"), "{}", line(name));
        }
        Ok(())
    }
}
