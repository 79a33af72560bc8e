//! A disk that is soon full.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::home::{TemporaryFolder, random_hex};

/// How large it is, as `mount` takes it: room for the databases of a demo, and soon full.
const SIZE: &str = "size=48m";
/// More than a small disk holds.
const TOO_MUCH: usize = 1 << 30;

/// A small disk, and the folder that it is in. Both go when it is dropped.
pub(super) struct SmallDisk {
    mounted: Option<PathBuf>,
    /// What was made on a disk of somebody else's.
    lent: Option<PathBuf>,
    _folder: TemporaryFolder,
}

impl SmallDisk {
    /// A disk at that place, which is not there yet, in the folder; on the one that was lent, if there is one.
    pub(super) fn at(folder: TemporaryFolder, place: &Path, lent: Option<&Path>) -> anyhow::Result<Self> {
        if let Some(lent) = lent {
            let own = lent.join(format!("runbooks-{}", &random_hex()?[..12]));
            fs::create_dir(&own).with_context(|| format!("{} cannot be used", lent.display()))?;
            std::os::unix::fs::symlink(&own, place)?;
            return Ok(Self { mounted: None, lent: Some(own), _folder: folder });
        }
        fs::create_dir_all(place)?;
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", SIZE, "runbooks"]).arg(place).output();
        match mount {
            Ok(done) if done.status.success() => {}
            _ => bail!(
                "no small disk can be mounted here, which full-disk and certificate are done on: run this as root, or name \
                 a folder on a file system of less than a gigabyte (--small-disk FOLDER), or name the other pages"
            ),
        }
        Ok(Self { mounted: Some(place.to_owned()), lent: None, _folder: folder })
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Some(place) = &self.mounted {
            // Whoever still looks into it does not keep the rest from going.
            let _ = Command::new("umount").arg("--lazy").arg(place).status();
        }
        if let Some(own) = &self.lent {
            let _ = fs::remove_dir_all(own);
        }
    }
}

/// Writes a file until the disk has no room for another byte.
pub(super) fn fill(file: &Path) -> anyhow::Result<()> {
    let mut out = fs::File::create(file).with_context(|| format!("{} cannot be made", file.display()))?;
    // Then the last bytes one by one.
    for piece in [&[0; 1 << 16][..], &[0; 512], &[0]] {
        let mut written = 0;
        while let Ok(length @ 1..) = out.write(piece) {
            written += length;
            anyhow::ensure!(written < TOO_MUCH, "{} is on no small disk", file.display());
        }
    }
    Ok(())
}
