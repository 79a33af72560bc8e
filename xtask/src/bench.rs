//! `bench serve`: the release passport, ready to be measured.
//!
//! Durability, password hashing and signing are those of production. Only what keeps strangers out is lifted, since
//! the driver is one: captchas and rate limits. TLS is left out because its cost is known and the same for all.

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

pub(crate) const ARGUMENTS: &str = "[--db sqlite|postgres] [--accounts N] [--refresh-tokens] [--no-build]";

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

/// The driver has 16 workers, each signing in as a person of its own.
const USUAL_ACCOUNTS: u32 = 16;

/// Runs the command.
pub(crate) fn run(mut flags: Flags) -> anyhow::Result<()> {
    let mut postgres = false;
    let mut accounts = USUAL_ACCOUNTS;
    let mut tokens = false;
    let mut build = true;
    while let Some(flag) = flags.next()? {
        match flag.as_str() {
            "db" => {
                postgres = match flags.value::<String>()?.as_str() {
                    "sqlite" => false,
                    "postgres" => true,
                    other => anyhow::bail!("--db is sqlite or postgres, not {other:?}"),
                }
            }
            "accounts" => accounts = flags.value()?,
            "refresh-tokens" => tokens = true,
            "no-build" => build = false,
            other => return Err(flags::unknown(other)),
        }
    }
    if build {
        cargo::build(&["passport"], Profile::Release)?;
    }
    let folder = TemporaryFolder::new("bench")?;
    let home = Home::at(Some(folder.path().to_owned()));
    home.make()?;

    let mut fleet = Fleet::new()?;
    let postgres = if postgres {
        let cluster = Postgres::start(&mut fleet)?;
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
    let config =
        home.settings("passport", &settings(&issuer, port, &database, &quoted(&home.secret("master.key")?)))?;

    let secret = home.secret("load")?;
    let password = home.known_secret("password", PASSWORD)?;
    let client = home.client("load", CLIENT)?;
    let passport = program("passport", Profile::Release)?;
    let step = Step::begin(format!("Preparing the database with {accounts} accounts"));
    let (client, secret_file) = (client.display().to_string(), secret.display().to_string());
    seed::run(&passport, &config, &["migrate"])?;
    seed::run(&passport, &config, &["clients", "add", "--file", &client, "--secret-file", &secret_file])?;
    let (password, count) = (password.display().to_string(), accounts.to_string());
    let mut many = vec!["accounts", "add", "--login", "u", "--count", &count, "--password-file", &password];
    if tokens {
        many.extend(["--tokens-of", "load"]);
    }
    seed::run(&passport, &config, &many)?;
    step.done("Prepared");

    let mut command = Command::new(&passport);
    command.arg("--config").arg(&config).arg("serve");
    let log = log_file(&home.logs(), "passport");
    let pid = fleet.start(Start { name: "passport", command, log, ready: "ready", stop: Signal::TERM })?;
    fleet.all_ready(|_| {})?;

    let db_pids = postgres.as_ref().map_or_else(String::new, |cluster| cluster.pid.to_string());
    let client_secret = std::fs::read_to_string(&secret)?;
    println!(
        "{{\"issuer\": {issuer:?}, \"pid\": {pid}, \"db_pids\": [{db_pids}], \"client_id\": \"load\", \
         \"client_secret\": {client_secret:?}, \"form\": [\"username=u{{n}}\", \"password={PASSWORD}\", \
         \"decision=allow\"]}}"
    );
    let ended = fleet.until_stopped();
    fleet.stop();
    ended
}

fn settings(issuer: &str, port: u16, database: &str, master_key: &str) -> String {
    format!(
        r#"issuer = "{issuer}"

[server]
listen = "127.0.0.1:{port}"
shutdown_grace = "3s"

[database]
url = {database}

[keys]
master_key_file = {master_key}

[accounts]
captcha = "off"

[limits]
enabled = false
"#
    )
}
