//! Checksums, and a signature of them by a key of SSH: what every operator has the program for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::said;

/// What the signature is for: one for another purpose does not count here.
const PURPOSE: &str = "etest-release";

/// Writes the checksums of the files, which are in that folder.
pub(super) fn sums(out: &Path, files: &[PathBuf]) -> anyhow::Result<PathBuf> {
    let mut names: Vec<_> = files.iter().filter_map(|file| file.file_name()).collect();
    names.sort();
    let sums = said(Command::new("sha256sum").current_dir(out).arg("--").args(names))?;
    let path = out.join("SHA256SUMS");
    fs::write(&path, sums + "\n").with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path)
}

/// Signs them, beside them.
pub(super) fn sign(sums: &Path, key: &Path) -> anyhow::Result<()> {
    // One that is there would not be written over.
    let signature = sums.with_extension("sig");
    let _ = fs::remove_file(&signature);
    said(Command::new("ssh-keygen").args(["-q", "-Y", "sign", "-n", PURPOSE, "-f"]).arg(key).arg(sums))?;
    anyhow::ensure!(signature.exists(), "ssh-keygen has written no {}", signature.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::TemporaryFolder;

    /// Verifies as docs/operate/release.md says.
    fn verified(folder: &Path) -> anyhow::Result<()> {
        let command = "ssh-keygen -Y verify -f etest.signers -I release@etest -n etest-release -s SHA256SUMS.sig < SHA256SUMS \
                       && sha256sum --check --strict --quiet SHA256SUMS";
        let page = include_str!("../../../docs/operate/release.md");
        for part in command.split(" && ").map(str::trim) {
            assert!(page.contains(part), "docs/operate/release.md does not say {part}");
        }
        said(Command::new("sh").args(["-c", command]).current_dir(folder)).map(drop)
    }

    #[test]
    fn what_was_signed_is_verified_as_the_page_says_and_nothing_else_is() -> anyhow::Result<()> {
        if Command::new("ssh-keygen").arg("-?").output().is_err() {
            // Only whoever makes a release needs it.
            return Ok(());
        }
        let folder = TemporaryFolder::new("sign-test")?;
        let path = |name: &str| folder.path().join(name);
        fs::write(path("archive"), "one")?;
        said(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path("key")))?;
        let public = fs::read_to_string(path("key.pub"))?;
        fs::write(path("etest.signers"), format!("release@etest {public}"))?;
        let sums = sums(folder.path(), &[path("archive")])?;
        sign(&sums, &path("key"))?;
        verified(folder.path())?;
        fs::write(path("archive"), "two")?;
        assert!(verified(folder.path()).is_err(), "another archive");
        fs::write(path("archive"), "one")?;
        fs::write(&sums, fs::read_to_string(&sums)?.replace("archive", "other"))?;
        assert!(verified(folder.path()).is_err(), "other sums");
        Ok(())
    }
}
