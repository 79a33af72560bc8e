//! The demo that most tests share, with the chromedriver that all do. It ends when this program does.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::OnceLock;

use anyhow::{Context as _, bail};
use e2e::demo::Demo;
use e2e::operator::Operator;

use super::own_demo::{fresh_home, program, xtask_demo};

/// A whole demo, whose standard input is ours to close: then it stops.
pub(crate) struct Running {
    /// Where it is.
    pub(crate) demo: Demo,
    process: Child,
}

static RUNNING: OnceLock<Result<Running, String>> = OnceLock::new();

/// The demo, started by the first test that asks for it.
pub(crate) fn get() -> anyhow::Result<&'static Demo> {
    let begin = || start(&fresh_home(HOME), &["--with-chromedriver"], CROWDED);
    match RUNNING.get_or_init(|| begin().map_err(|error| format!("{error:#}"))) {
        Ok(running) => Ok(&running.demo),
        Err(error) => bail!("the demo did not start: {error}"),
    }
}

/// A whole demo of one test's own, with its mailbox, in a folder of this name, and settings that others could not live with.
pub(crate) fn whole(name: &str, settings: &[(&str, &str)]) -> anyhow::Result<Running> {
    start(&fresh_home(name), &[], settings)
}

impl Running {
    /// Stops every program of it, and waits until none is left.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        drop(self.process.stdin.take());
        let status = self.process.wait()?;
        anyhow::ensure!(status.success(), "the demo did not stop in peace: {status}");
        Ok(())
    }

    /// Who does there what staff and operators do.
    pub(crate) fn operator(&self) -> anyhow::Result<Operator> {
        Ok(Operator { program: program("passport")?, config: self.demo.home.join("passport.toml") })
    }
}

/// Does something at the command line of the passport of the demo that tests share, as an operator.
pub(crate) fn operator(arguments: &[&str]) -> anyhow::Result<()> {
    Operator { program: program("passport")?, config: home(HOME).join("passport.toml") }.does(arguments)
}

const HOME: &str = "browser-demo";

fn home(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Every test comes from the same address: the limits of one address are for people. So is the block of addresses that a
/// captcha is asked of: one test's wrong passwords are not another's.
const CROWDED: &[(&str, &str)] = &[
    ("PASSPORT__LIMITS__SIGN_IN_PER_MINUTE", "10000"),
    ("PASSPORT__LIMITS__REGISTER_PER_HOUR", "10000"),
    ("PASSPORT__ACCOUNTS__CAPTCHA_AFTER", "10000"),
];

/// Starts a whole demo in that folder, with these variables in the environment of its programs.
pub(super) fn start(home: &Path, more: &[&str], settings: &[(&str, &str)]) -> anyhow::Result<Running> {
    let mut process = xtask_demo(home)?
        .args(more)
        .arg("--stop-at-end-of-input")
        .envs(settings.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("xtask cannot be started: cargo build --workspace --bins")?;
    let said = BufReader::new(process.stdout.take().context("no output")?);
    for line in said.lines().map_while(Result::ok) {
        if line.starts_with("ready in") {
            let demo = Demo::read(&home.join("demo.json"))?;
            return Ok(Running { demo, process });
        }
    }
    bail!("xtask demo ended before it was ready ({})", process.wait()?)
}
