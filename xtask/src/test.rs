//! `test`: every check that a change must pass, on this machine, by one command.
//!
//! All checks run even if one fails: a person wants to know everything that is wrong. The last lines are a summary
//! and the sum of the tests.

mod alerts;
mod compose;
pub(crate) mod packages;
mod tally;
mod units;

use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::cargo::{cargo, target, watched};
use crate::flags::{self, Flags};
use crate::fleet::Fleet;
use crate::interop;
use crate::postgres::Postgres;
use crate::progress::{Step, now, seconds};
use tally::Tally;

pub(crate) const ARGUMENTS: &str = "[--fast]";

/// How one check ended.
struct Row {
    name: &'static str,
    outcome: anyhow::Result<String>,
    time: std::time::Duration,
}

/// Runs the command.
pub(crate) fn run(mut flags: Flags) -> anyhow::Result<()> {
    let mut fast = false;
    while let Some(flag) = flags.next()? {
        match flag.as_str() {
            "fast" => fast = true,
            other => return Err(flags::unknown(other)),
        }
    }
    if !fast {
        packages::install_missing()?;
    }
    let mut tally = Tally::default();
    let mut rows = Vec::new();
    let mut check = |name, run: &mut dyn FnMut() -> anyhow::Result<String>| {
        println!("\n── {name}");
        let begun = now();
        let outcome = run();
        rows.push(Row { name, outcome, time: begun.elapsed() });
    };
    check("format", &mut format);
    check("clippy", &mut clippy);
    check("dependencies", &mut || dependencies(fast));
    check("containers", &mut compose::check);
    check("alerts", &mut || alerts::check(fast));
    if fast {
        check("tests on SQLite", &mut || tests(&mut Fleet::new()?, None, &mut tally));
        check("units", &mut units::check);
    } else {
        let mut fleet = Fleet::new()?;
        let mut postgres = None;
        check("PostgreSQL", &mut || {
            postgres = Some(Postgres::start(&mut fleet)?);
            fleet.all_ready(|_| {})?;
            Ok("started".to_owned())
        });
        if let Some(postgres) = &postgres {
            check("tests on SQLite and PostgreSQL", &mut || tests(&mut fleet, Some(postgres), &mut tally));
        }
        check("units", &mut units::check);
        check("journeys in the browser", &mut || journeys(&mut fleet, &mut tally));
        check("clients of others", &mut interop::check);
    }
    summary(&rows, &tally)
}

fn summary(rows: &[Row], tally: &Tally) -> anyhow::Result<()> {
    println!("\n── summary");
    let mut failed = Vec::new();
    for Row { name, outcome, time } in rows {
        match outcome {
            Ok(said) => println!("✓ {name}: {said} ({})", seconds(*time)),
            Err(error) => {
                println!("✗ {name}: {error:#} ({})", seconds(*time));
                failed.push(*name);
            }
        }
    }
    for test in &tally.failures {
        println!("  failed: {test}");
    }
    println!("\n{} passed, {} failed", tally.passed, tally.failed);
    if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
}

fn format() -> anyhow::Result<String> {
    must(cargo().args(["fmt", "--all", "--check"]), "cargo fmt --all puts it right")?;
    let how = format!("cargo fmt --manifest-path {} puts it right", interop::RUST);
    must(cargo().args(["fmt", "--check", "--manifest-path", interop::RUST]), &how)?;
    Ok("as rustfmt would".to_owned())
}

fn clippy() -> anyhow::Result<String> {
    let step = Step::begin("Looking with clippy");
    let arguments = ["clippy", "--workspace", "--all-targets", "--features", "e2e/browser,e2e/load", "--locked"];
    let deny = ["--", "--deny", "warnings"];
    let step = watched(step, &[&arguments[..], &deny].concat())?;
    step.done("clippy finds nothing");
    if !interop::rust_packages()? {
        return Ok(format!("no warnings; not looked at {}, whose packages cannot be had", interop::RUST));
    }
    let step = Step::begin("Looking with clippy at the client in Rust");
    let folder = target()?.display().to_string();
    let arguments = ["clippy", "--locked", "--manifest-path", interop::RUST, "--target-dir", &folder];
    let step = watched(step, &[&arguments[..], &deny].concat())?;
    step.done("clippy finds nothing");
    Ok("no warnings".to_owned())
}

/// Licences, sources and bans always; known vulnerabilities where their database can be had.
fn dependencies(fast: bool) -> anyhow::Result<String> {
    if !packages::has_cargo_deny() {
        if fast {
            return Ok("not checked: cargo-deny is not installed".to_owned());
        }
        packages::install_cargo_deny()?;
    }
    let database = !fast && cargo().args(["deny", "fetch"]).output().is_ok_and(|output| output.status.success());
    let which: &[&str] = if database { &[] } else { &["bans", "licenses", "sources"] };
    let how = "deny.toml says what is allowed";
    must(cargo().args(["deny", "--locked", "check"]).args(which), how)?;
    if interop::rust_packages()? {
        let mut deny = cargo();
        deny.args(["deny", "--locked", "--manifest-path", interop::RUST, "--config", "deny.toml", "check"]);
        // Nobody has to use everything that is allowed.
        deny.args(["--allow", "license-not-encountered", "--allow", "advisory-not-detected"]).args(which);
        must(&mut deny, how)?;
    }
    if database {
        return Ok("advisories, licences, bans and sources".to_owned());
    }
    Ok("licences, bans and sources; advisories not checked, their database cannot be reached".to_owned())
}

fn must(command: &mut Command, how: &str) -> anyhow::Result<()> {
    let status = command.stdin(Stdio::null()).status().context("cargo cannot be started")?;
    if status.success() { Ok(()) } else { bail!("not as it should be: {how}") }
}

fn tests(fleet: &mut Fleet, postgres: Option<&Postgres>, tally: &mut Tally) -> anyhow::Result<String> {
    let step = Step::begin("Building programs and tests");
    let step = watched(step, &["test", "--workspace", "--locked", "--no-run"])?;
    step.done("Built");
    let mut command = cargo();
    command.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    if let Some(postgres) = postgres {
        // With the second, a test that finds no PostgreSQL fails instead of passing by.
        command.env("TEST_POSTGRES_URL", &postgres.url).env("REQUIRE_POSTGRES", "1").env("REQUIRE_SOFTHSM", "1");
    } else {
        // While one works, a few kills have to do; all of them are for the whole check.
        command.env("CRASH_ROUNDS", "2");
    }
    tally.run(fleet, "tests", command)
}

/// The same journeys as a person in a browser, against the programs as they are.
fn journeys(fleet: &mut Fleet, tally: &mut Tally) -> anyhow::Result<String> {
    let step = Step::begin("Building programs and browser tests");
    let step = watched(step, &["build", "--workspace", "--bins", "--locked", "--features", "e2e/browser"])?;
    let which = ["test", "--workspace", "--locked", "--features", "e2e/browser", "--test", "browser"];
    let step = watched(step, &[&which[..], &["--no-run"]].concat())?;
    step.done("Built");
    let mut command = cargo();
    command.args(which).arg("--no-fail-fast");
    tally.run(fleet, "browser journeys", command)
}
