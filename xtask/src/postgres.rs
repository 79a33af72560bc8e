//! A PostgreSQL cluster of one's own: made in a temporary folder, on a free loopback port, with durability as in
//! production, and gone when its fleet stops. Another one can follow it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};

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
    /// Where it listens on loopback.
    pub(crate) port: u16,
    /// The process id of the server; its backends are its children.
    pub(crate) pid: u32,
    programs: PathBuf,
    owner: Owner,
    name: &'static str,
    folder: TemporaryFolder,
}

/// What a standby is called by the server that it follows.
const STANDBY: &str = "standby";

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
        let postgres = Self::new("PostgreSQL", random_hex()?)?;
        let password_file = postgres.folder.path().join("password");
        write_secret(&password_file, &postgres.password)?;
        postgres.owner.give(&password_file)?;
        let mut command = postgres.owner.command(&postgres.programs.join("initdb"));
        command
            .args(["--username=postgres", "--auth-local=peer", "--auth-host=scram-sha-256", "--encoding=UTF8"])
            .args(["--locale=C", "--no-instructions"])
            .arg(format!("--pwfile={}", password_file.display()))
            .arg(format!("--pgdata={}", postgres.data().display()));
        done("initdb", command)?;
        postgres.started(fleet)
    }

    /// Starts another server that follows this one by streaming, as a part of the fleet; wait for it, too.
    pub(crate) fn follow(&self, fleet: &mut Fleet) -> anyhow::Result<Self> {
        let standby = Self::new("PostgreSQL standby", self.password.clone())?;
        let from = format!("host=127.0.0.1 port={} user=postgres application_name={STANDBY}", self.port);
        let mut command = standby.owner.command(&self.programs.join("pg_basebackup"));
        command
            .env("PGPASSWORD", &self.password)
            .args(["--wal-method=stream", "--checkpoint=fast", "--write-recovery-conf"])
            .arg(format!("--dbname={from}"))
            .arg(format!("--pgdata={}", standby.data().display()));
        done("pg_basebackup", command)?;
        standby.started(fleet)
    }

    /// From now on a commit is acknowledged once the standby has it on its disk as well.
    pub(crate) fn wait_for_standby(&self) -> anyhow::Result<()> {
        self.run(&format!("ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'"))?;
        self.run("SELECT pg_reload_conf()").map(drop)
    }

    /// Runs a statement as the superuser; what it says.
    pub(crate) fn run(&self, statement: &str) -> anyhow::Result<String> {
        let mut command = Command::new(self.programs.join("psql"));
        command.env("PGPASSWORD", &self.password);
        command.args(["--no-psqlrc", "--tuples-only", "--no-align", "--command", statement, &self.address]);
        done("psql", command)
    }

    /// Makes a standby the one that is written to.
    pub(crate) fn promote(&self) -> anyhow::Result<()> {
        let mut command = self.owner.command(&self.programs.join("pg_ctl"));
        command.args(["promote", "--wait", "--pgdata"]).arg(self.data());
        done("pg_ctl promote", command).map(drop)
    }

    /// Ends the server and all that work for it at once, as when its machine loses its power.
    pub(crate) fn lose_power(&self, fleet: &mut Fleet) -> anyhow::Result<()> {
        let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.pid)).unwrap_or_default();
        // The server first: it would clean up after its children.
        fleet.strike(self.pid)?;
        for child in children.split_whitespace().filter_map(|id| Pid::from_raw(id.parse().ok()?)) {
            let _ = kill_process(child, Signal::KILL);
        }
        fleet.end(self.pid, Signal::KILL)
    }

    /// Starts the server again, which has ended.
    pub(crate) fn start_again(&mut self, fleet: &mut Fleet) -> anyhow::Result<()> {
        self.pid = self.serve(fleet)?;
        Ok(())
    }

    /// A place for a cluster, with nothing in it.
    fn new(name: &'static str, password: String) -> anyhow::Result<Self> {
        let programs = programs().context("there is no PostgreSQL server on this machine: install postgresql")?;
        let folder = TemporaryFolder::new("postgres")?;
        let owner = Owner::of(folder.path())?;
        owner.give(folder.path())?;
        let [port] = ports::lasting()?;
        let url = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
        let address = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        Ok(Self { url, address, password, port, pid: 0, programs, owner, name, folder })
    }

    fn started(mut self, fleet: &mut Fleet) -> anyhow::Result<Self> {
        self.pid = self.serve(fleet)?;
        Ok(self)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn serve(&self, fleet: &mut Fleet) -> anyhow::Result<u32> {
        let mut command = self.owner.command(&self.programs.join("postgres"));
        command.arg("-D").arg(self.data()).arg("-k").arg(self.folder.path());
        for setting in [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
            // Each test has a database of its own, with a pool of its own.
            "max_connections=300".to_owned(),
            // How soon a standby comes back to a server that restarted: until it has, nothing is acknowledged.
            "wal_retrieve_retry_interval=500ms".to_owned(),
        ] {
            command.args(["-c", &setting]);
        }
        fleet.start(Start {
            name: self.name,
            command,
            log: std::env::temp_dir().join(format!("e-test-postgres-{}.log", self.port)),
            // A standby says "ready to accept read-only connections".
            ready: "database system is ready to accept",
            // Fast shutdown: connected clients are sent away.
            stop: Signal::INT,
        })
    }
}

/// Runs a program to its end; what it says.
fn done(name: &str, mut command: Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("{name} cannot be started"))?;
    if !output.status.success() {
        bail!("{name} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
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
