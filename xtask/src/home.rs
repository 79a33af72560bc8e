//! The folder of one demo: its certificates, settings, secrets, databases and logs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cargo::workspace;
use crate::certs::write_secret;

/// A demo's folder. By default `dev/` at the root of the workspace, which git ignores.
#[derive(Clone)]
pub(crate) struct Home(PathBuf);

impl Home {
    /// The given folder, or the default one. Nothing is made yet.
    pub(crate) fn at(folder: Option<PathBuf>) -> Self {
        Self(folder.unwrap_or_else(|| workspace().join("dev")))
    }

    /// Makes the folders; one sentence when that is not allowed.
    pub(crate) fn make(&self) -> anyhow::Result<()> {
        for folder in [self.0.clone(), self.data(), self.logs(), self.secrets(), self.clients()] {
            fs::create_dir_all(&folder).with_context(|| {
                format!("the folder {} cannot be made: choose another with --home FOLDER", folder.display())
            })?;
        }
        let probe = self.0.join(".writable");
        fs::write(&probe, "").and_then(|()| fs::remove_file(&probe)).with_context(|| {
            format!("the folder {} cannot be written to: choose another with --home FOLDER", self.0.display())
        })
    }

    /// Forgets everything but the CA, which people may have trusted in their browsers.
    pub(crate) fn reset(&self) -> anyhow::Result<()> {
        for folder in [self.data(), self.logs(), self.secrets(), self.clients()] {
            if folder.exists() {
                fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be removed", folder.display()))?;
            }
        }
        Ok(())
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Certificates and their keys.
    pub(crate) fn certs(&self) -> PathBuf {
        self.0.join("certs")
    }

    /// Databases.
    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// What the parts print.
    pub(crate) fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// The descriptions by which the sites are registered as clients.
    pub(crate) fn clients(&self) -> PathBuf {
        self.0.join("clients")
    }

    fn secrets(&self) -> PathBuf {
        self.0.join("secrets")
    }

    /// The file of a secret; made with fresh random text when it does not exist.
    pub(crate) fn secret(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.secrets().join(name);
        if !path.exists() {
            write_secret(&path, &random_hex()?)?;
        }
        Ok(path)
    }

    /// The file of a secret that is given, not random.
    pub(crate) fn known_secret(&self, name: &str, value: &str) -> anyhow::Result<PathBuf> {
        let path = self.secrets().join(name);
        write_secret(&path, value)?;
        Ok(path)
    }

    /// Writes a file of settings and returns where it is.
    pub(crate) fn settings(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        write_if_changed(self.0.join(format!("{name}.toml")), text)
    }

    /// Writes a file of that name and returns where it is.
    pub(crate) fn file(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        write_if_changed(self.0.join(name), text)
    }

    /// Writes the description of a client and returns where it is.
    pub(crate) fn client(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        write_if_changed(self.clients().join(format!("{name}.toml")), text)
    }
}

fn write_if_changed(path: PathBuf, text: &str) -> anyhow::Result<PathBuf> {
    if fs::read_to_string(&path).ok().as_deref() != Some(text) {
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(path)
}

/// 256 random bits from the system, in hexadecimal.
pub(crate) fn random_hex() -> anyhow::Result<String> {
    use std::io::Read as _;
    let mut bytes = [0; 32];
    fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .context("the system gives no random bytes")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A folder that is removed with all in it when dropped.
pub(crate) struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// A new empty folder that only its owner may enter.
    pub(crate) fn new(purpose: &str) -> anyhow::Result<Self> {
        use std::os::unix::fs::DirBuilderExt as _;
        let path = std::env::temp_dir().join(format!("e-test-{purpose}-{}", &random_hex()?[..12]));
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .with_context(|| format!("the folder {} cannot be made", path.display()))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // What cannot be removed now, the system's own sweep of temporary files removes.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_made_is_named_with_the_flag_that_chooses_another() -> anyhow::Result<()> {
        let temporary = TemporaryFolder::new("home-test")?;
        let file = temporary.path().join("file");
        fs::write(&file, "")?;
        // Below a file nobody can make a folder, not even root.
        let error = Home::at(Some(file.join("home"))).make().err().context("it was made")?.to_string();
        assert!(error.contains("cannot be made: choose another with --home FOLDER"), "{error}");
        Ok(())
    }

    #[test]
    fn reset_forgets_the_data_and_keeps_the_ca_that_people_have_trusted() -> anyhow::Result<()> {
        let temporary = TemporaryFolder::new("home-test")?;
        let home = Home::at(Some(temporary.path().to_owned()));
        home.make()?;
        fs::create_dir_all(home.certs())?;
        fs::write(home.certs().join("ca.pem"), "trusted")?;
        let secret = home.secret("cet")?;
        fs::write(home.data().join("passport.db"), "")?;
        home.reset()?;
        assert!(home.certs().join("ca.pem").exists());
        assert!(!secret.exists() && !home.data().exists());
        Ok(())
    }

    #[test]
    fn a_secret_is_made_once_and_only_its_owner_may_read_it() -> anyhow::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        let temporary = TemporaryFolder::new("home-test")?;
        let home = Home::at(Some(temporary.path().to_owned()));
        home.make()?;
        let path = home.secret("cet")?;
        let first = fs::read_to_string(&path)?;
        assert_eq!(first.len(), 64);
        assert_eq!(fs::read_to_string(home.secret("cet")?)?, first);
        assert_eq!(fs::metadata(&path)?.permissions().mode() & 0o777, 0o600);
        Ok(())
    }
}
