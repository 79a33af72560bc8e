//! A demo of one test's own: with settings that others could not live with, and programs that come and go.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;

use anyhow::Context as _;
use e2e::demo::Demo;

/// Settings of the passport that differ from the demo's, as variables of its environment.
type Settings = &'static [(&'static str, &'static str)];

/// The passport and the sites, each started and ended alone. Dropping it ends them all.
pub(crate) struct OwnDemo {
    /// Where its programs are, or would be.
    pub(crate) demo: Demo,
    home: PathBuf,
    settings: Settings,
    running: BTreeMap<&'static str, Child>,
}

impl OwnDemo {
    /// Prepares one in a folder of this name, and starts nothing.
    pub(crate) fn prepare(name: &str, settings: Settings) -> anyhow::Result<Self> {
        let home = fresh_home(name);
        let prepared = xtask_demo(&home)?.arg("--only-prepare").output();
        let prepared = prepared.context("xtask cannot be started: cargo build --workspace --bins")?;
        anyhow::ensure!(prepared.status.success(), "no demo: {}", String::from_utf8_lossy(&prepared.stderr));
        Ok(Self { demo: Demo::read(&home.join("demo.json"))?, home, settings, running: BTreeMap::new() })
    }

    /// Prepares one and starts these programs of it.
    pub(crate) fn running(name: &str, settings: Settings, parts: &[&'static str]) -> anyhow::Result<Self> {
        let mut own = Self::prepare(name, settings)?;
        for part in parts {
            own.start(part)?;
        }
        Ok(own)
    }

    /// Starts `passport`, `cet`, `pets`, `ncre` or `mailbox` and waits until it is ready.
    pub(crate) fn start(&mut self, part: &'static str) -> anyhow::Result<()> {
        let (said, voice) = std::io::pipe()?;
        let child = self
            .serving(part)?
            .envs(self.settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(voice.try_clone()?)
            .stderr(voice)
            .spawn()
            .with_context(|| format!("{part} cannot be started"))?;
        self.running.insert(part, child);
        let (tell, told) = channel();
        std::thread::spawn(move || {
            // Read to its end: a program that nobody listens to would stop at its next word.
            for line in BufReader::new(said).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        let between_words = |c: char| !c.is_alphanumeric();
        let mut lines = Vec::new();
        for line in told {
            if line.split(between_words).any(|word| word == "ready") {
                return Ok(());
            }
            lines.push(line);
        }
        anyhow::bail!("{part} ended before it was ready:\n{}", lines.join("\n"))
    }

    /// Ends a program without a warning, as a machine that loses its power.
    pub(crate) fn kill(&mut self, part: &str) -> anyhow::Result<()> {
        let mut child = self.running.remove(part).with_context(|| format!("{part} does not run"))?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// Ends a program and starts it again, on the same data and at the same address.
    pub(crate) fn restart(&mut self, part: &'static str) -> anyhow::Result<()> {
        self.kill(part)?;
        self.start(part)
    }

    /// Registers a client by its description (TOML), as an operator does.
    pub(crate) fn add_client(&self, description: &str) -> anyhow::Result<()> {
        let file = self.home.join("added-client.toml");
        std::fs::write(&file, description)?;
        let added = self.command("passport")?.args(["clients", "add", "--file"]).arg(&file).output()?;
        anyhow::ensure!(added.status.success(), "no client: {}", String::from_utf8_lossy(&added.stderr));
        Ok(())
    }

    /// The command by which a part of the demo serves.
    fn serving(&self, part: &str) -> anyhow::Result<Command> {
        if part != "mailbox" {
            let mut command = self.command(part)?;
            command.arg("serve");
            return Ok(command);
        }
        // It has no settings of its own: it listens where the passport sends mail to.
        let settings = std::fs::read_to_string(self.home.join("passport.toml"))?;
        let smtp = settings.split('"').find_map(|text| text.strip_prefix("smtp://")).context("no mail is sent")?;
        let http = self.demo.mailbox.strip_prefix("http://").context("the mailbox has no page")?;
        let mut command = Command::new(program(part)?);
        command.args(["--smtp", smtp, "--http", http]);
        Ok(command)
    }

    fn command(&self, part: &str) -> anyhow::Result<Command> {
        let mut command = Command::new(program(if part == "passport" { part } else { "cet-site" })?);
        command.arg("--config").arg(self.home.join(format!("{part}.toml")));
        Ok(command)
    }
}

impl Drop for OwnDemo {
    fn drop(&mut self) {
        for child in self.running.values_mut() {
            // One that has ended by itself is as good as ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A folder for a demo, with nothing in it.
pub(super) fn fresh_home(name: &str) -> PathBuf {
    let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&home);
    home
}

/// The command that makes a demo in that folder, on free ports.
pub(super) fn xtask_demo(home: &Path) -> anyhow::Result<Command> {
    let mut command = Command::new(program("xtask")?);
    command.args(["demo", "--fresh-ports", "--no-build", "--home"]).arg(home);
    Ok(command)
}

/// One of the workspace's programs.
pub(super) fn program(name: &str) -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folder = this.parent().and_then(Path::parent).context("this test does not lie in a target folder")?;
    Ok(folder.join(name))
}
