//! A PostgreSQL cluster of one's own: made in a temporary folder, on a free loopback port, with durability as in
//! production, and gone when its fleet stops.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use rustix::process::Signal;

use crate::certs::write_secret;
use crate::fleet::{Fleet, Start};
use crate::home::{TemporaryFolder, random_hex};
use crate::ports;

/// A running cluster. Its folder goes when this is dropped: drop the fleet first.
pub(crate) struct Postgres {
    /// Its address with user and password, to the database `postgres`.
    pub(crate) url: String,
    /// The same without the password, which programs refuse in a file of settings.
    pub(crate) address: String,
    /// The password.
    pub(crate) password: String,
    /// The process id of the server; its backends are its children.
    pub(crate) pid: u32,
    _folder: TemporaryFolder,
}

/// Where this machine's newest PostgreSQL server lies, if there is one.
pub(crate) fn programs() -> Option<PathBuf> {
    let packaged = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = packaged
        .filter_map(|version| Some((version.file_name().to_str()?.parse::<u32>().ok()?, version.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").exists())
        .max_by_key(|(version, _)| *version)
        .map(|(_, folder)| folder);
    newest.or_else(|| {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        let folder = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
        folder.join("initdb").exists().then_some(folder)
    })
}

impl Postgres {
    /// Makes a cluster and starts it as a part of the fleet; wait with [`Fleet::all_ready`].
    pub(crate) fn start(fleet: &mut Fleet) -> anyhow::Result<Self> {
        let programs = programs().context("there is no PostgreSQL server on this machine: install postgresql")?;
        let folder = TemporaryFolder::new("postgres")?;
        let owner = Owner::of(folder.path())?;
        let password = random_hex()?;
        let password_file = folder.path().join("password");
        write_secret(&password_file, &password)?;
        owner.give(folder.path())?;
        owner.give(&password_file)?;

        let data = folder.path().join("data");
        let output = owner
            .command(&programs.join("initdb"))
            .args(["--username=postgres", "--auth-local=peer", "--auth-host=scram-sha-256", "--encoding=UTF8"])
            .args(["--locale=C", "--no-instructions"])
            .arg(format!("--pwfile={}", password_file.display()))
            .arg(format!("--pgdata={}", data.display()))
            .output()
            .context("initdb cannot be started")?;
        if !output.status.success() {
            bail!("initdb failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
        }

        let [port] = ports::fresh()?;
        let mut command = owner.command(&programs.join("postgres"));
        command.arg("-D").arg(&data).arg("-k").arg(folder.path());
        for setting in [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            // Each test has a database of its own, with a pool of its own.
            "max_connections=300".to_owned(),
        ] {
            command.args(["-c", &setting]);
        }
        let pid = fleet.start(Start {
            name: "PostgreSQL",
            command,
            log: std::env::temp_dir().join(format!("e-test-postgres-{port}.log")),
            ready: "database system is ready to accept connections",
            // Fast shutdown: connected clients are sent away.
            stop: Signal::INT,
        })?;
        let url = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
        let address = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        Ok(Self { url, address, password, pid, _folder: folder })
    }
}

/// Whom the server runs as: PostgreSQL refuses to run as root.
enum Owner {
    Oneself,
    Postgres { uid: u32, gid: u32 },
}

impl Owner {
    /// Oneself, unless that is root, to whom a new folder belongs then.
    fn of(new_folder: &Path) -> anyhow::Result<Self> {
        if fs::metadata(new_folder)?.uid() != 0 {
            return Ok(Self::Oneself);
        }
        let id = |flag: &str| -> anyhow::Result<u32> {
            let output = Command::new("id").args([flag, "postgres"]).output()?;
            String::from_utf8_lossy(&output.stdout)
                .trim()
                .parse()
                .context("PostgreSQL does not run as root, and there is no user postgres here")
        };
        Ok(Self::Postgres { uid: id("-u")?, gid: id("-g")? })
    }

    fn give(&self, path: &Path) -> anyhow::Result<()> {
        match *self {
            Self::Oneself => Ok(()),
            Self::Postgres { uid, gid } => chown(path, Some(uid), Some(gid))
                .with_context(|| format!("{} cannot be given to postgres", path.display())),
        }
    }

    fn command(&self, program: &Path) -> Command {
        match self {
            Self::Oneself => Command::new(program),
            Self::Postgres { uid, gid } => {
                let mut command = Command::new("setpriv");
                command.args([&format!("--reuid={uid}"), &format!("--regid={gid}"), "--clear-groups", "--"]);
                command.arg(program);
                // Root's working directory may be closed to others.
                command.current_dir("/");
                command
            }
        }
    }
}
