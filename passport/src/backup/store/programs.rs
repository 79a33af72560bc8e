//! PostgreSQL's own programs, which know best how to write a database out and in again.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use url::Url;

use crate::backup::error::BackupError;

/// Where Debian's packages put one folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Where the programs are.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    /// The folder that the settings name.
    folder: Option<PathBuf>,
}

impl Programs {
    /// Those in that folder; in none, those that the system finds.
    pub const fn in_folder(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// The path of one of them: in the folder that is set, or else in Debian's of the newest version, or else along PATH.
    fn find(&self, name: &'static str) -> Result<PathBuf, BackupError> {
        if let Some(folder) = &self.folder {
            let path = folder.join(name);
            return if path.exists() { Ok(path) } else { Err(BackupError::NoProgram(name)) };
        }
        Ok(newest(Path::new(DEBIAN), name).unwrap_or_else(|| name.into()))
    }

    /// Starts one on that database. Its password is not among the arguments, which every user of the machine can read.
    pub(super) fn start(
        &self,
        name: &'static str,
        url: &str,
        configure: impl FnOnce(&mut Command),
    ) -> Result<Running, BackupError> {
        let address = Address::of(url)?;
        let mut command = Command::new(self.find(name)?);
        command.arg("--dbname").arg(&address.without_password).stderr(Stdio::piped()).kill_on_drop(true);
        command.env("PGAPPNAME", APPLICATION).env("LC_ALL", "C");
        if let Some(password) = &address.password {
            command.env("PGPASSWORD", password);
        }
        configure(&mut command);
        let mut child = command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => BackupError::NoProgram(name),
            _ => BackupError::Program { program: name, said: error.to_string() },
        })?;
        // Always read, or it would stand still when the pipe is full.
        let said = child.stderr.take().map(|mut stderr| {
            tokio::spawn(async move {
                let mut said = String::new();
                let _ = stderr.read_to_string(&mut said).await;
                said
            })
        });
        Ok(Running { name, child, said })
    }
}

/// As what the programs are known to the server.
pub(super) const APPLICATION: &str = "passport restore";

fn newest(folder: &Path, name: &str) -> Option<PathBuf> {
    let versions = std::fs::read_dir(folder).ok()?.filter_map(|entry| {
        let entry = entry.ok()?;
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((version, entry.path().join("bin").join(name)))
    });
    versions.filter(|(_, path)| path.exists()).max().map(|(_, path)| path)
}

/// A program that runs.
pub(super) struct Running {
    name: &'static str,
    pub(super) child: Child,
    said: Option<JoinHandle<String>>,
}

impl Running {
    /// Waits for its end.
    ///
    /// # Errors
    /// It failed; its last words.
    pub(super) async fn end(mut self) -> Result<(), BackupError> {
        let ended = self.child.wait().await;
        let said = match self.said.take() {
            Some(said) => said.await.unwrap_or_default(),
            None => String::new(),
        };
        if ended.as_ref().is_ok_and(ExitStatus::success) {
            return Ok(());
        }
        let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it gave no reason").to_owned();
        let (_, said) = last.split_once(": ").unwrap_or(("", &last));
        Err(BackupError::Program { program: self.name, said: said.to_owned() })
    }
}

/// The address of a database as these programs take it.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    without_password: String,
    password: Option<String>,
}

impl Address {
    fn of(url: &str) -> Result<Self, BackupError> {
        let mut parsed = Url::parse(url).map_err(|_| shared::db::DbError::Address)?;
        let mut password = parsed.password().map(decoded);
        let pairs: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
        parsed.set_query(None);
        for (name, value) in pairs {
            match name.as_str() {
                "password" => password = Some(value),
                // What our own driver calls otherwise, or these do not know, is left out.
                "sslmode" | "sslrootcert" | "sslcert" | "sslkey" | "host" | "hostaddr" | "port" | "user" | "dbname" => {
                    parsed.query_pairs_mut().append_pair(&name, &value);
                }
                _ => {}
            }
        }
        let _ = parsed.set_password(None);
        Ok(Self { without_password: parsed.into(), password })
    }
}

fn decoded(text: &str) -> String {
    let pair = format!("p={}", text.replace('+', "%2B"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_no_argument() {
        let of = |url: &str| {
            let Address { without_password, password } = Address::of(url).expect("an address");
            (without_password, password)
        };
        let (address, password) = of("postgres://u:p%20w+d@db/passport?sslmode=verify-full&statement-cache-capacity=1");
        assert_eq!(address, "postgres://u@db/passport?sslmode=verify-full");
        assert_eq!(password.as_deref(), Some("p w+d"));
        let (address, password) = of("postgres:///passport?host=/run/postgresql&password=x");
        assert_eq!((address.contains('x'), password.as_deref()), (false, Some("x")));
    }

    #[test]
    fn the_newest_of_debians_programs_is_taken() {
        let dir = tempfile::tempdir().expect("a folder");
        for version in ["9", "15", "16"] {
            std::fs::create_dir_all(dir.path().join(version).join("bin")).expect("a folder");
        }
        for version in ["9", "15"] {
            std::fs::write(dir.path().join(version).join("bin/pg_dump"), "").expect("a file");
        }
        assert_eq!(newest(dir.path(), "pg_dump"), Some(dir.path().join("15/bin/pg_dump")));
        assert_eq!(newest(dir.path(), "pg_restore"), None);
    }
}
