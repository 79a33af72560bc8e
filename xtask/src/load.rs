//! `load`: what a sign-in by the strict profile costs beside a plain one; with `--sign-in`, what signing in by password
//! costs, see [`crate::load_sign_in`].
//!
//! The driver is the program `load` of the crate `e2e`; the passport is the one of `bench serve`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::bench::{Measured, Wanted};
use crate::cargo::{self, Profile, program, watched};
use crate::flags::{self, Flags};
use crate::fleet::Fleet;
use crate::home::TemporaryFolder;
use crate::load_sign_in;
use crate::progress::Step;

pub(crate) const ARGUMENTS: &str = "[--db sqlite|postgres] [--accounts N] [--refresh-tokens] [--leftovers] \
     [--rounds N] [--seconds N] [--no-build] [--sign-in [--debug]]";

/// A client of the strict profile; a line with its key is added.
const STRICT: &str = r#"client_id = "strict"
profile = "fapi2"
client_name = { zh = "严格测量", en = "Measuring strictly" }
first_party = true
redirect_uris = ["https://strict.example/callback"]
grant_types = ["authorization_code", "refresh_token"]
scopes = ["openid", "profile"]
token_endpoint_auth_method = "private_key_jwt"
dpop_bound_access_tokens = true
"#;

/// Runs the command.
pub(crate) fn run(mut flags: Flags) -> anyhow::Result<()> {
    let mut wanted = Wanted::usual();
    let mut build = true;
    let mut pace = Vec::new();
    let mut sign_in = false;
    while let Some(flag) = flags.next()? {
        match flag.as_str() {
            "no-build" => build = false,
            "sign-in" => sign_in = true,
            "debug" => wanted.profile = Profile::Dev,
            "rounds" | "seconds" => pace.extend([format!("--{flag}"), flags.value::<u32>()?.to_string()]),
            other if wanted.take(other, &mut flags)? => {}
            other => return Err(flags::unknown(other)),
        }
    }
    if build {
        cargo::build(&["passport"], wanted.profile)?;
        let step = Step::begin("Building the driver");
        let mut arguments = vec!["build", "--locked", "--package", "e2e", "--bin", "load", "--features", "e2e/load"];
        if wanted.profile == Profile::Release {
            arguments.push("--release");
        }
        watched(step, &arguments)?.done("Built the driver");
    }
    let driver = program("load", wanted.profile)?;
    if sign_in {
        return load_sign_in::run(wanted, &driver, &pace);
    }
    let folder = TemporaryFolder::new("load")?;
    let key = folder.path().join("strict.p8");
    let made = Command::new(&driver).arg("make-key").arg(&key).output().context("the driver cannot be started")?;
    ensure!(made.status.success(), "no key could be made: {}", String::from_utf8_lossy(&made.stderr));
    wanted.client = Some(("strict", format!("{STRICT}{}", String::from_utf8(made.stdout)?)));

    drive(&wanted, &driver, |command, measured| {
        command.arg("run").arg("--secret-file").arg(&measured.secret).arg("--key").arg(&key).args(pace);
    })
}

/// Starts a passport and lets the driver at it; `order` says which of its commands.
pub(crate) fn drive(wanted: &Wanted, driver: &Path, order: impl FnOnce(&mut Command, &Measured)) -> anyhow::Result<()> {
    let mut fleet = Fleet::new()?;
    let measured = Measured::start(wanted, &mut fleet)?;
    let mut command = Command::new(driver);
    order(&mut command, &measured);
    command.args(["--issuer", &measured.issuer]);
    for pid in [Some(measured.pid), measured.db_pid()].into_iter().flatten() {
        command.args(["--pid", &pid.to_string()]);
    }
    let ran = fleet.run("load", command);
    fleet.stop();
    if ran.is_err() {
        let log = measured.folder().join("logs/passport.log");
        eprintln!("{}", fs::read_to_string(log).unwrap_or_default());
    }
    ran
}
