//! What the clients are made of: their libraries, installed or fetched, and what runs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::cargo::{Profile, cargo, program, target, watched, workspace};
use crate::progress::Step;

/// The client in Rust, a workspace of its own.
pub(crate) const RUST: &str = "e2e/interop/rust/Cargo.toml";

/// Where the clients' libraries are kept.
pub(crate) struct Tools(PathBuf);

/// What runs scripts of one language: the program with its first arguments, and the folder of the scripts.
pub(crate) struct Runner {
    program: PathBuf,
    arguments: Vec<String>,
    scripts: PathBuf,
    /// Another folder whose scripts these may use.
    lent: Option<PathBuf>,
}

impl Tools {
    /// Where they usually are.
    pub(crate) fn usual() -> anyhow::Result<Self> {
        Self::at(workspace().join("dev/interop"))
    }

    fn at(folder: PathBuf) -> anyhow::Result<Self> {
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self(folder))
    }

    /// Node with its packages; `None` if they cannot be had.
    pub(crate) fn node(&self) -> anyhow::Result<Option<Runner>> {
        let scripts = self.copy("node")?;
        let install = command("npm", &["ci", "--no-audit", "--no-fund"], &scripts);
        let ping = command("npm", &["ping"], &scripts);
        let shim = scripts.join("localhost.mjs");
        let runner = || Runner {
            program: "node".into(),
            arguments: vec!["--import".to_owned(), format!("file://{}", shim.display())],
            scripts: scripts.clone(),
            lent: None,
        };
        Ok(installed("openid-client", install, ping)?.then(runner))
    }

    /// Python with its packages in an environment of its own; `None` if they cannot be had.
    pub(crate) fn python(&self) -> anyhow::Result<Option<Runner>> {
        let scripts = self.copy("python")?;
        let python = scripts.join("environment/bin/python");
        if !python.exists() && !succeeds(command("python3", &["-m", "venv", "environment"], &scripts)) {
            bail!("python3 cannot make an environment: on Debian, install python3-venv");
        }
        let pip = |arguments: &[&str]| command(&python, &[&["-m", "pip", "--quiet"], arguments].concat(), &scripts);
        let install = pip(&["install", "--requirement", "requirements.txt"]);
        let ask = pip(&["index", "versions", "Authlib"]);
        let runner = || Runner { program: python.clone(), arguments: Vec::new(), scripts: scripts.clone(), lent: None };
        Ok(installed("Authlib", install, ask)?.then(runner))
    }

    /// The client in Rust, built beside the programs so that what they have in common is there already; `None` if its
    /// packages cannot be had.
    pub(crate) fn rust() -> anyhow::Result<Option<PathBuf>> {
        if !rust_packages()? {
            return Ok(None);
        }
        let step = Step::begin("Building the client with openidconnect (the first time takes a minute)");
        let folder = target()?.display().to_string();
        let step = watched(step, &["build", "--locked", "--manifest-path", RUST, "--target-dir", &folder])?;
        step.done("Built");
        program("interop-openidconnect", Profile::Dev).map(Some)
    }

    /// The scripts, beside which their language may put what it installs.
    pub(super) fn copy(&self, language: &str) -> anyhow::Result<PathBuf> {
        let (from, to) = (workspace().join("e2e/interop").join(language), self.0.join(language));
        fs::create_dir_all(&to)?;
        for entry in fs::read_dir(&from).with_context(|| format!("{} cannot be read", from.display()))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), to.join(entry.file_name()))?;
            }
        }
        Ok(to)
    }
}

impl Runner {
    /// The same program with scripts of another folder, which may use those of this one.
    pub(super) fn beside(&self, scripts: PathBuf) -> Self {
        Self {
            program: self.program.clone(),
            arguments: self.arguments.clone(),
            scripts,
            lent: Some(self.scripts.clone()),
        }
    }

    pub(crate) fn script(&self, name: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg(self.scripts.join(name)).current_dir(&self.scripts);
        command.envs(self.lent.as_ref().map(|lent| ("PYTHONPATH", lent)));
        command
    }

    /// Makes a key for a client; the line of its description that says the public half.
    pub(super) fn make_key(&self, file: &Path) -> anyhow::Result<String> {
        let output = self.script("keys.mjs").arg(file).output().context("node cannot be started")?;
        anyhow::ensure!(output.status.success(), "node made no key: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// Whether the packages of the client in Rust are here, or could be fetched.
pub(crate) fn rust_packages() -> anyhow::Result<bool> {
    let (mut fetch, mut ask) = (cargo(), cargo());
    fetch.args(["fetch", "--locked", "--manifest-path", RUST]);
    // Within a workspace, what was fetched before would do for an answer.
    ask.args(["info", "openidconnect"]).current_dir(std::env::temp_dir());
    installed("openidconnect", fetch, ask)
}

fn command(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}

fn succeeds(mut command: Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// Installs what a client needs. If that fails although its registry answers, something is wrong here.
fn installed(client: &str, mut install: Command, ask: Command) -> anyhow::Result<bool> {
    let step = Step::begin(format!("Installing {client}"));
    let output = install.output().with_context(|| format!("{client} cannot be installed: is its language?"))?;
    if output.status.success() {
        step.done(&format!("{client} is installed"));
        return Ok(true);
    }
    if succeeds(ask) {
        bail!("{client} cannot be installed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    step.done(&format!("{client} is left out: its registry does not answer"));
    Ok(false)
}
