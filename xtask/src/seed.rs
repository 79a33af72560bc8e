//! What a demo's database holds at first: the three sites as clients and one candidate. Done by the passport's own
//! commands, as an operator would.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::home::Home;
use crate::settings::{Ports, SITES};

/// The candidate that the demo begins with.
pub(crate) struct Candidate {
    pub(crate) email: &'static str,
    pub(crate) mobile: &'static str,
    pub(crate) password: &'static str,
    pub(crate) name: &'static str,
}

/// The demo's account, printed when it is ready.
pub(crate) const CANDIDATE: Candidate =
    Candidate { email: "candidate@example.cn", mobile: "13800138000", password: "Passport-2026", name: "李晓雨" };

/// Registers the sites and the candidate, unless the database already holds just this, by that program with those settings.
pub(crate) fn seed(home: &Home, (passport, config): (&Path, &Path), ports: &Ports) -> anyhow::Result<()> {
    let mut wanted = String::new();
    let mut clients = Vec::new();
    for (site, port) in SITES.iter().zip(ports.sites) {
        let text = site.client(port);
        wanted += &text;
        let signals = format!("{}/signals", site.base_url(port));
        wanted += &signals;
        clients.push((home.client(site.id, &text)?, home.secret(site.id)?, (site.id, signals)));
    }
    wanted += CANDIDATE.email;
    // What was seeded stands beside the databases, so that a removed folder is seeded anew.
    let stamp = home.data().join("seeded");
    if fs::read_to_string(&stamp).ok().as_deref() == Some(&wanted) {
        return Ok(());
    }
    let run = |arguments: &[&str]| run(passport, config, arguments);
    run(&["migrate"])?;
    for (file, secret, (id, signals)) in &clients {
        register(passport, config, file, secret)?;
        run(&["clients", "signals", "set", id, "--endpoint", signals])?;
    }
    let password = home.known_secret("candidate", CANDIDATE.password)?;
    let Candidate { email, mobile, name, .. } = CANDIDATE;
    run(&[
        "accounts",
        "add",
        "--if-missing",
        "--email",
        email,
        "--mobile",
        mobile,
        "--name",
        name,
        "--password-file",
        &text(&password),
    ])?;
    fs::write(&stamp, wanted).with_context(|| format!("{} cannot be written", stamp.display()))
}

/// Registers the client that a file describes.
pub(crate) fn register(passport: &Path, config: &Path, file: &Path, secret: &Path) -> anyhow::Result<()> {
    run(passport, config, &["clients", "add", "--file", &text(file), "--secret-file", &text(secret)])
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Runs one command of the passport; its own words are the error when it fails.
pub(crate) fn run(passport: &Path, config: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let output = Command::new(passport)
        .arg("--config")
        .arg(config)
        .args(arguments)
        .output()
        .with_context(|| format!("{} cannot be started", passport.display()))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    bail!("passport {} failed ({}): {}", arguments.join(" "), output.status, words.trim())
}
