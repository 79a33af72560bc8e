//! `demo`: everything on this machine, ready for a browser. `demo --check`: the same, walked by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use rustix::process::Signal;

use crate::cargo::{self, Profile, program};
use crate::certs::{self, Certs};
use crate::flags::{self, Flags};
use crate::fleet::{Fleet, Start, log_file};
use crate::home::{Home, TemporaryFolder};
use crate::ports;
use crate::progress::{Step, now, seconds};
use crate::seed::{self, CANDIDATE};
use crate::settings::{self, Place, Ports, SITES, Secrets};

pub(crate) const ARGUMENTS: &str = "[--check] [--reset] [--fresh-ports] [--home FOLDER] [--passport-port PORT] \
    [--cet-port PORT] [--pets-port PORT] [--ncre-port PORT] [--mailbox-port PORT] [--smtp-port PORT] \
    [--metrics-port PORT] [--sandbox-port PORT] [--no-build] [--only-prepare] [--with-chromedriver] [--stop-at-end-of-input]";

struct Options {
    ports: Ports,
    home: Option<PathBuf>,
    check: bool,
    reset: bool,
    build: bool,
    /// For the browser tests that start and stop the programs themselves: write everything and start nothing.
    only_prepare: bool,
    /// For the browser tests: a chromedriver that ends with the demo.
    chromedriver: bool,
    /// For the browser tests: end when the parent does, however that ends.
    stop_at_end_of_input: bool,
}

impl Options {
    fn read(mut flags: Flags) -> anyhow::Result<Self> {
        let mut options = Self {
            ports: Ports::USUAL,
            home: None,
            check: false,
            reset: false,
            build: true,
            only_prepare: false,
            chromedriver: false,
            stop_at_end_of_input: false,
        };
        while let Some(flag) = flags.next()? {
            match flag.as_str() {
                "check" => (options.check, options.ports) = (true, Ports::fresh()?),
                "reset" => options.reset = true,
                "fresh-ports" => options.ports = Ports::fresh()?,
                "home" => options.home = Some(flags.path()?),
                "no-build" => options.build = false,
                "only-prepare" => options.only_prepare = true,
                "with-chromedriver" => options.chromedriver = true,
                "stop-at-end-of-input" => options.stop_at_end_of_input = true,
                port if port.ends_with("-port") => {
                    let number = flags.value()?;
                    anyhow::ensure!(options.ports.set(port, number), flags::unknown(port));
                }
                other => return Err(flags::unknown(other)),
            }
        }
        Ok(options)
    }
}

/// Runs the command.
pub(crate) fn run(flags: Flags) -> anyhow::Result<()> {
    let mut options = Options::read(flags)?;
    options.ports.must_be_free()?;
    let temporary = options.check.then(|| TemporaryFolder::new("demo")).transpose()?;
    if let Some(folder) = &temporary {
        options.home = Some(folder.path().to_owned());
    }
    let home = Home::at(options.home.clone());
    if options.reset {
        home.reset()?;
    }
    home.make()?;
    if options.build {
        let packages: &[&str] = if options.check {
            &["passport", "cet-site", "mailbox", "e2e"]
        } else {
            &["passport", "cet-site", "mailbox"]
        };
        cargo::build(packages, Profile::Dev)?;
    }

    let begun = now();
    let demo = Demo::prepare(home, options.ports)?;
    if options.only_prepare {
        return demo.describe(None).map(drop);
    }
    let mut fleet = Fleet::new()?;
    if options.stop_at_end_of_input {
        fleet.stop_at_end_of_input();
    }
    let chromedriver = if options.chromedriver { Some(demo.start_chromedriver(&mut fleet)?) } else { None };
    demo.start(&mut fleet)?;
    let description = demo.describe(chromedriver)?;
    if options.check {
        let mut journey = Command::new(program("journey", Profile::Dev)?);
        journey.arg(&description);
        fleet.run("the journey", journey)?;
        fleet.stop();
        return Ok(());
    }
    println!("{}", demo.greeting());
    println!("ready in {}; Ctrl-C stops everything", seconds(begun.elapsed()));
    let ended = fleet.until_stopped();
    let step = Step::begin("Stopping");
    fleet.stop();
    step.done("Stopped; the data is kept (--reset begins anew)");
    ended
}

/// A demo with everything written that its programs need.
pub(crate) struct Demo {
    home: Home,
    ports: Ports,
    certs: Certs,
    /// The program of the passport.
    program: PathBuf,
    /// Its settings.
    passport: PathBuf,
    /// Those of the sandbox.
    sandbox: PathBuf,
    /// The secret by which the portal registers sites there.
    portal_token: PathBuf,
    sites: Vec<PathBuf>,
    /// What the mailbox needs to play the SMS operator: the secret, and the texts.
    sms: [PathBuf; 2],
}

impl Demo {
    /// Writes what is missing in the folder and fills the passport's database.
    pub(crate) fn prepare(home: Home, ports: Ports) -> anyhow::Result<Self> {
        let certs = Certs::in_folder(home.certs())?;
        let place = Place::alone(&ports, &certs, &home.data().join("passport.db"));
        Self::prepare_at(home, ports, &place)
    }

    /// The same for a passport at that place.
    pub(crate) fn prepare_at(home: Home, ports: Ports, place: &Place) -> anyhow::Result<Self> {
        Self::prepare_by(program("passport", Profile::Dev)?, home, ports, place)
    }

    /// The same by another program of the passport than the one that was built.
    pub(crate) fn prepare_by(program: PathBuf, home: Home, ports: Ports, place: &Place) -> anyhow::Result<Self> {
        let step = Step::begin("Preparing certificates, settings and databases");
        let certs = Certs::in_folder(home.certs())?;
        let data = home.data();
        let passport = settings_of(&home, &ports, &certs, ("passport", place))?;
        let sms_secret = home.secret("sms")?;
        let sms_texts = home.file("sms-templates.json", &sms_texts(&program, &passport)?)?;
        let mut sites = Vec::new();
        for (site, port) in SITES.iter().zip(ports.sites) {
            let database = data.join(format!("{}.db", site.id));
            let text = site.settings(port, &ports, &certs, &database, &home.secret(site.id)?);
            sites.push(home.settings(site.id, &text)?);
        }
        let (master_key, portal) = (home.secret("sandbox-master.key")?, home.secret("portal")?);
        let sandbox = settings::sandbox(&ports, &certs, &data.join("sandbox.db"), [&master_key, &portal]);
        let sandbox = home.settings("sandbox", &sandbox)?;
        seed::seed(&home, (&program, &passport), &ports)?;
        step.done("Prepared");
        let sms = [sms_secret, sms_texts];
        Ok(Self { home, ports, certs, program, passport, sandbox, portal_token: portal, sites, sms })
    }

    /// Writes the settings of one more node, at that place; where they are.
    pub(crate) fn node(&self, name: &str, place: &Place) -> anyhow::Result<PathBuf> {
        settings_of(&self.home, &self.ports, &self.certs, (name, place))
    }

    /// Starts the mailbox, the passport and the sites, all at once, and waits until each is ready.
    pub(crate) fn start(&self, fleet: &mut Fleet) -> anyhow::Result<()> {
        self.start_with(fleet, |fleet| {
            self.start_part(fleet, "passport", serve(&self.program, &self.passport))?;
            self.start_part(fleet, "sandbox", serve(&self.program, &self.sandbox))
        })
    }

    /// The same with what else serves in the passport's place.
    pub(crate) fn start_with(
        &self,
        fleet: &mut Fleet,
        start_passport: impl FnOnce(&mut Fleet) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut mailbox = Command::new(program("mailbox", Profile::Dev)?);
        mailbox.args(["--smtp", &format!("127.0.0.1:{}", self.ports.smtp)]);
        mailbox.args(["--http", &format!("127.0.0.1:{}", self.ports.mailbox)]);
        let [secret, texts] = &self.sms;
        mailbox.arg("--sms-secret-file").arg(secret).arg("--sms-templates").arg(texts);
        self.start_part(fleet, "mailbox", mailbox)?;
        start_passport(fleet)?;
        for (site, config) in SITES.iter().zip(&self.sites) {
            self.start_part(fleet, site.id, serve(&program("cet-site", Profile::Dev)?, config))?;
        }
        let step = Step::begin("Starting");
        fleet.all_ready(|part| step.print(&format!("✓ {part} is ready")))?;
        step.done("Everything is ready");
        Ok(())
    }

    /// Registers one more client, by the text of its description.
    pub(crate) fn register(&self, id: &str, description: &str) -> anyhow::Result<()> {
        let (file, secret) = (self.home.client(id, description)?, self.home.secret(id)?);
        seed::register(&self.program, &self.passport, &file, &secret)
    }

    /// Runs one command of the passport.
    pub(crate) fn passport(&self, arguments: &[&str]) -> anyhow::Result<()> {
        seed::run(&self.program, &self.passport, arguments)
    }

    fn start_part(&self, fleet: &mut Fleet, name: &'static str, command: Command) -> anyhow::Result<()> {
        self.start_and_know(fleet, name, command).map(drop)
    }

    /// Starts a program as a part of the demo; its process id.
    pub(crate) fn start_and_know(
        &self,
        fleet: &mut Fleet,
        name: &'static str,
        command: Command,
    ) -> anyhow::Result<u32> {
        let log = log_file(&self.home.logs(), &name.replace(' ', "-"));
        fleet.start(Start { name, command, log, ready: "ready", stop: Signal::TERM })
    }

    /// Starts chromedriver beside the demo, so that it ends with it; returns its port.
    pub(crate) fn start_chromedriver(&self, fleet: &mut Fleet) -> anyhow::Result<u16> {
        let [port] = ports::fresh()?;
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}"));
        fleet.start(Start {
            name: "chromedriver",
            command,
            log: log_file(&self.home.logs(), "chromedriver"),
            ready: "started successfully",
            stop: Signal::TERM,
        })?;
        Ok(port)
    }

    /// Writes `demo.json`, by which other programs find the demo, and returns where it is.
    pub(crate) fn describe(&self, chromedriver: Option<u16>) -> anyhow::Result<PathBuf> {
        let mut rows = vec![
            ("passport".to_owned(), self.ports.issuer()),
            ("sandbox".to_owned(), self.ports.sandbox_issuer()),
            ("mailbox".to_owned(), self.mailbox()),
            ("metrics".to_owned(), format!("http://127.0.0.1:{}", self.ports.metrics)),
            ("ca".to_owned(), self.certs.ca().display().to_string()),
            ("home".to_owned(), self.home.path().display().to_string()),
            ("report_secret".to_owned(), self.home.secret("reports")?.display().to_string()),
            ("email".to_owned(), CANDIDATE.email.to_owned()),
            ("mobile".to_owned(), CANDIDATE.mobile.to_owned()),
            ("password".to_owned(), CANDIDATE.password.to_owned()),
        ];
        for (site, port) in SITES.iter().zip(self.ports.sites) {
            rows.push((site.id.to_owned(), site.base_url(port)));
        }
        if let Some(port) = chromedriver {
            rows.push(("chromedriver".to_owned(), format!("http://127.0.0.1:{port}")));
        }
        let rows: Vec<String> = rows.iter().map(|(key, value)| format!("  {key:?}: {value:?}")).collect();
        let path = self.home.path().join("demo.json");
        fs::write(&path, format!("{{\n{}\n}}\n", rows.join(",\n")))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(path)
    }

    /// The program of its passports.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// The passport's address.
    pub(crate) fn issuer(&self) -> String {
        self.ports.issuer()
    }

    pub(crate) fn sandbox_issuer(&self) -> String {
        self.ports.sandbox_issuer()
    }

    /// The file of the secret by which the portal registers sites in the sandbox.
    pub(crate) fn portal_token(&self) -> PathBuf {
        self.portal_token.clone()
    }

    /// The certificate by which the passport is trusted.
    pub(crate) fn ca(&self) -> PathBuf {
        self.certs.ca()
    }

    /// The file of a client's secret.
    pub(crate) fn secret_of(&self, client: &str) -> anyhow::Result<PathBuf> {
        self.home.secret(client)
    }

    fn mailbox(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.mailbox)
    }

    /// What a person is told once everything is ready.
    pub(crate) fn greeting(&self) -> String {
        let mut text = String::from("\n  Begin here   ");
        for (site, port) in SITES.iter().zip(self.ports.sites) {
            text += &format!("{}  ({})\n               ", site.base_url(port), site.id.to_uppercase());
        }
        text += &format!("{}  (passport)\n               ", self.ports.issuer());
        text += &format!(
            "{}/portal  (portal of exam sites; its sandbox at {})\n",
            self.ports.issuer(),
            self.ports.sandbox_issuer()
        );
        text += &format!("  Mail and SMS {}\n", self.mailbox());
        text +=
            &format!("  Demo account {} or {}, password {}\n\n", CANDIDATE.email, CANDIDATE.mobile, CANDIDATE.password);
        text += "  Until the browser trusts the development CA it warns before each page.\n";
        for line in certs::how_to_trust(&self.certs).lines() {
            text += &format!("  {line}\n");
        }
        text
    }
}

/// Writes the settings of a passport of that name, at that place; where they are.
fn settings_of(home: &Home, ports: &Ports, certs: &Certs, (name, place): (&str, &Place)) -> anyhow::Result<PathBuf> {
    let secrets = Secrets {
        master_key: &home.secret("master.key")?,
        sms: &home.secret("sms")?,
        reports: &home.secret("reports")?,
        portal: &home.secret("portal")?,
    };
    home.settings(name, &settings::passport(ports, place, certs, &secrets))
}

/// The SMS that the passport sends, as an operator knows them.
fn sms_texts(program: &Path, config: &Path) -> anyhow::Result<String> {
    let mut command = Command::new(program);
    command.arg("--config").arg(config).args(["--json", "delivery", "sms-templates"]);
    let output = command.output().context("passport cannot be run")?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// A program of ours that serves by those settings.
pub(crate) fn serve(program: &Path, config: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("--config").arg(config).arg("serve");
    command
}
