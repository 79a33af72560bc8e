//! `bench serve`: the release passport, ready to be measured.
//!
//! Durability, password hashing and signing are those of production. Only what keeps strangers out is lifted, since
//! the driver is one: captchas and rate limits. TLS is left out because its cost is known and the same for all.

use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use crate::cargo::{self, Profile, program};
use crate::flags::{self, Flags};
use crate::fleet::{Fleet, Start, log_file};
use crate::home::{Home, TemporaryFolder};
use crate::ports;
use crate::postgres::Postgres;
use crate::progress::Step;
use crate::seed;
use crate::settings::{quoted, sqlite};

pub(crate) const ARGUMENTS: &str =
    "[--db sqlite|postgres] [--accounts N] [--refresh-tokens] [--leftovers] [--no-build]";

/// The client that the load driver plays.
const CLIENT: &str = r#"client_id = "load"
client_name = { zh = "测量", en = "Measuring" }
host = "127.0.0.1"
first_party = true
token_endpoint_auth_method = "client_secret_basic"
redirect_uris = ["http://127.0.0.1:9/cb"]
grant_types = ["authorization_code", "refresh_token", "client_credentials"]
scopes = ["openid", "profile", "email", "phone", "offline_access"]
id_token_signed_response_alg = "ES256"
"#;

/// The password of every account that is measured with.
const PASSWORD: &str = "Measure-2026";

/// In days: longer than sessions are kept.
const LONG_AGO: &str = "120";

/// When what is over begins to be removed: the driver has signed in by then.
const CLEAN_UP_SOON: &str = "5s";

/// The driver has 16 workers, each signing in as a person of its own.
const USUAL_ACCOUNTS: u32 = 16;

/// What a passport that is to be measured holds.
pub(crate) struct Wanted {
    /// How it is compiled.
    pub(crate) profile: Profile,
    /// In PostgreSQL; else in SQLite.
    pub(crate) postgres: bool,
    /// How many people it knows: `u0`, `u1` …
    pub(crate) accounts: u32,
    /// What an earlier day left behind for each of them.
    pub(crate) left: Left,
    /// What keeps strangers out of it.
    pub(crate) guards: Guards,
    /// A client beside the usual one: its name and the file that describes it.
    pub(crate) client: Option<(&'static str, String)>,
}

/// What keeps strangers out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guards {
    /// The password's hash alone: the driver is one.
    Hash,
    /// The hash, and limits so wide that one driver does not meet them.
    HashAndLimits,
    /// Limits, and a hash that costs next to nothing: what the limits cost is seen beside it.
    Limits,
    /// Nothing at all, to compare with.
    Nothing,
}

impl Guards {
    fn settings(self) -> String {
        let (captcha, limits) = match self {
            Self::Hash | Self::Nothing => ("off", "enabled = false"),
            Self::HashAndLimits | Self::Limits => ("adaptive", "enabled = true\nsign_in_per_minute = 4000000000"),
        };
        let hash = match self {
            Self::Hash | Self::HashAndLimits => "",
            Self::Limits | Self::Nothing => "[accounts.hash]\nmemory_kib = 8\niterations = 1\n",
        };
        format!("[accounts]\ncaptcha = \"{captcha}\"\n\n{hash}\n[limits]\n{limits}\n")
    }
}

/// Sessions and refresh tokens, one of each for every account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// None.
    Nothing,
    /// They live.
    Living,
    /// They were over long ago, and are removed while the passport is measured.
    Over,
}

impl Wanted {
    pub(crate) fn usual() -> Self {
        Self {
            profile: Profile::Release,
            postgres: false,
            accounts: USUAL_ACCOUNTS,
            left: Left::Nothing,
            guards: Guards::Hash,
            client: None,
        }
    }

    /// Takes a flag that says what is wanted; whether it was one.
    pub(crate) fn take(&mut self, flag: &str, flags: &mut Flags) -> anyhow::Result<bool> {
        match flag {
            "db" => {
                self.postgres = match flags.value::<String>()?.as_str() {
                    "sqlite" => false,
                    "postgres" => true,
                    other => anyhow::bail!("--db is sqlite or postgres, not {other:?}"),
                }
            }
            "accounts" => self.accounts = flags.value()?,
            "refresh-tokens" => self.left = Left::Living,
            "leftovers" => self.left = Left::Over,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// A passport that can be measured, for as long as its fleet runs.
pub(crate) struct Measured {
    pub(crate) issuer: String,
    pub(crate) pid: u32,
    /// The file with the secret of the usual client.
    pub(crate) secret: PathBuf,
    postgres: Option<Postgres>,
    folder: TemporaryFolder,
}

impl Measured {
    /// Prepares one and starts it.
    pub(crate) fn start(wanted: &Wanted, fleet: &mut Fleet) -> anyhow::Result<Self> {
        let folder = TemporaryFolder::new("bench")?;
        let home = Home::at(Some(folder.path().to_owned()));
        home.make()?;
        let postgres = if wanted.postgres {
            let cluster = Postgres::start(fleet)?;
            fleet.all_ready(|_| {})?;
            Some(cluster)
        } else {
            None
        };
        let database = match &postgres {
            Some(cluster) => {
                let password = home.known_secret("database", &cluster.password)?;
                format!("{:?}\npassword_file = {}", cluster.address, quoted(&password))
            }
            None => sqlite(&home.data().join("passport.db")),
        };
        let [port] = ports::fresh()?;
        let issuer = format!("http://127.0.0.1:{port}");
        let text = settings(&issuer, port, &database, &quoted(&home.secret("master.key")?), wanted);
        let config = home.settings("passport", &text)?;
        let passport = program("passport", wanted.profile)?;
        let secret = fill(wanted, &home, &passport, &config)?;

        let mut command = Command::new(&passport);
        command.arg("--config").arg(&config).arg("serve");
        let log = log_file(&home.logs(), "passport");
        let pid = fleet.start(Start { name: "passport", command, log, ready: "ready", stop: Signal::TERM })?;
        fleet.all_ready(|_| {})?;
        Ok(Self { issuer, pid, secret, postgres, folder })
    }

    /// The database server that works for it, if it has one.
    pub(crate) fn db_pid(&self) -> Option<u32> {
        self.postgres.as_ref().map(|cluster| cluster.pid)
    }

    /// Where its files are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Makes the tables, the clients and the people; the file with the usual client's secret.
fn fill(wanted: &Wanted, home: &Home, passport: &Path, config: &Path) -> anyhow::Result<PathBuf> {
    let secret = home.secret("load")?;
    let password = home.known_secret("password", PASSWORD)?.display().to_string();
    let client = home.client("load", CLIENT)?.display().to_string();
    let step = Step::begin(format!("Preparing the database with {} accounts", wanted.accounts));
    let secret_file = secret.display().to_string();
    seed::run(passport, config, &["migrate"])?;
    seed::run(passport, config, &["clients", "add", "--file", &client, "--secret-file", &secret_file])?;
    if let Some((name, text)) = &wanted.client {
        let file = home.client(name, text)?.display().to_string();
        seed::run(passport, config, &["clients", "add", "--file", &file])?;
    }
    let count = wanted.accounts.to_string();
    let mut many = vec!["accounts", "add", "--login", "u", "--count", &count, "--password-file", &password];
    match wanted.left {
        Left::Nothing => {}
        Left::Living => many.extend(["--tokens-of", "load"]),
        Left::Over => many.extend(["--tokens-of", "load", "--tokens-age", LONG_AGO]),
    }
    seed::run(passport, config, &many)?;
    step.done("Prepared");
    Ok(secret)
}

/// Runs the command.
pub(crate) fn run(mut flags: Flags) -> anyhow::Result<()> {
    let mut wanted = Wanted::usual();
    let mut build = true;
    while let Some(flag) = flags.next()? {
        match flag.as_str() {
            "no-build" => build = false,
            other if wanted.take(other, &mut flags)? => {}
            other => return Err(flags::unknown(other)),
        }
    }
    if build {
        cargo::build(&["passport"], Profile::Release)?;
    }
    let mut fleet = Fleet::new()?;
    let measured = Measured::start(&wanted, &mut fleet)?;
    let db_pids = measured.db_pid().map(|pid| pid.to_string()).unwrap_or_default();
    let client_secret = std::fs::read_to_string(&measured.secret)?;
    println!(
        "{{\"issuer\": {:?}, \"pid\": {}, \"db_pids\": [{db_pids}], \"client_id\": \"load\", \
         \"client_secret\": {client_secret:?}, \"form\": [\"username=u{{n}}\", \"password={PASSWORD}\", \
         \"decision=allow\"]}}",
        measured.issuer, measured.pid
    );
    let ended = fleet.until_stopped();
    fleet.stop();
    ended
}

fn settings(issuer: &str, port: u16, database: &str, master_key: &str, wanted: &Wanted) -> String {
    let clean_up = if wanted.left == Left::Over { CLEAN_UP_SOON } else { "1h" };
    let guards = wanted.guards.settings();
    format!(
        r#"issuer = "{issuer}"

[server]
listen = "127.0.0.1:{port}"
shutdown_grace = "3s"

[database]
url = {database}

[keys]
master_key_file = {master_key}

{guards}
[clean_up]
every = "{clean_up}"
"#
    )
}
