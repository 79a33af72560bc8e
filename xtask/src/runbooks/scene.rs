//! Where the pages are done: a cluster, or one passport that ends TLS itself and has its data on a small disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};

use super::disk::SmallDisk;
use super::shell::{Ended, Shell};
use crate::certs::Certs;
use crate::cluster::{Cluster, Wanted};
use crate::demo::{Demo, serve};
use crate::fleet::{Fleet, log_file};
use crate::home::{Home, TemporaryFolder};
use crate::progress::now;
use crate::settings::{Place, Ports, quoted, sqlite};

/// Keys that follow quickly: one is published for as short as it may be, and a lost node is soon gone.
const QUICK: [(&str, &str); 3] = [
    ("PASSPORT__KEYS__JWKS_MAX_AGE", "5s"),
    ("PASSPORT__KEYS__PUBLISH_FOR", "65s"),
    ("PASSPORT__KEYS__NODE_LEASE", "10s"),
];

/// The client and the account of the probe.
const PROBE: &str = r#"client_id = "probe"
client_name = { zh = "探测", en = "Probe" }
first_party = true
redirect_uris = ["https://probe.example/cb"]
scopes = ["openid"]
"#;
const PASSWORD: &str = "Rehearse-2026";

/// A node, as the pages speak of one.
struct Host {
    name: &'static str,
    config: PathBuf,
    /// Its address past the proxy.
    url: String,
    /// The port of its listener for those who watch.
    metrics: String,
    log: PathBuf,
    /// While it runs.
    pid: Option<u32>,
}

/// What serves.
enum House {
    Cluster(Box<Cluster>),
    Alone(Box<Demo>, Home),
}

/// The place of the pages. What runs ends first.
pub(super) struct Scene {
    pub(super) fleet: Fleet,
    house: House,
    hosts: Vec<Host>,
    /// Which of the nodes is in trouble.
    pub(super) troubled: usize,
    pub(super) shell: Shell,
    folder: TemporaryFolder,
    /// When all of it was ready.
    pub(super) began: Instant,
    /// Goes last, with what is on it.
    _disk: Option<SmallDisk>,
}

impl Scene {
    /// The cluster: a proxy, three passports, PostgreSQL with its standby.
    pub(super) fn cluster() -> anyhow::Result<Self> {
        let mut fleet = Fleet::new()?;
        let wanted = Wanted { ports: Ports::fresh()?, folder: None, environment: &QUICK, program: None };
        let cluster = Cluster::start(&mut fleet, &wanted)?;
        let logs = cluster.home.logs();
        let host = |node: &crate::cluster::Node| Host::new((node.name, node.pid), &node.config, None, &logs);
        let hosts = cluster.nodes.iter().map(host).collect::<anyhow::Result<_>>()?;
        let server = &cluster.primary;
        let names = vec![
            ("PGHOST", "127.0.0.1".to_owned()),
            ("PGPORT", server.port.to_string()),
            ("PGUSER", "postgres".to_owned()),
            ("PGPASSWORD", server.password.clone()),
            ("DATABASE", "postgres".to_owned()),
        ];
        Self::furnished(fleet, House::Cluster(Box::new(cluster)), hosts, names)
    }

    /// One passport on a small disk, without a proxy.
    pub(super) fn alone(small_disk: Option<&Path>) -> anyhow::Result<Self> {
        let mut fleet = Fleet::new()?;
        let temporary = TemporaryFolder::new("runbooks-alone")?;
        let home = Home::at(Some(temporary.path().to_owned()));
        let disk = SmallDisk::at(temporary, &home.data(), small_disk)?;
        home.make()?;
        let ports = Ports::fresh()?;
        let place = tls_place(&home, &ports)?;
        let demo = Demo::prepare_at(home.clone(), ports, &place)?;
        let config = home.path().join("passport.toml");
        let mut host = Host::new(("passport", 0), &config, Some(demo.issuer()), &home.logs())?;
        demo.start_with(&mut fleet, |fleet| host.start(&demo, fleet))?;
        let house = House::Alone(Box::new(demo), home);
        let scene = Self::furnished(fleet, house, vec![host], Vec::new())?;
        Ok(Self { _disk: Some(disk), ..scene })
    }

    /// With what an operator has at hand.
    fn furnished(
        fleet: Fleet,
        house: House,
        hosts: Vec<Host>,
        mut names: Vec<(&'static str, String)>,
    ) -> anyhow::Result<Self> {
        let folder = TemporaryFolder::new("runbooks")?;
        for (name, place) in
            [("SPARE", "spare"), ("BACKUPS", "backups"), ("SAFE", "safe"), ("PROBE", "probe"), ("RENEWED", "renewed")]
        {
            let path = folder.path().join(place);
            fs::create_dir(&path)?;
            names.push((name, path.display().to_string()));
        }
        let (demo, home) = house.parts();
        names.extend([("ISSUER", demo.issuer()), ("DATA", home.data().display().to_string())]);
        names.push(("TLS", tls(home).display().to_string()));
        names.extend(["SSL_CERT_FILE", "CURL_CA_BUNDLE"].map(|name| (name, demo.ca().display().to_string())));
        names.extend(QUICK.map(|(name, value)| (name, value.to_owned())));
        let shell = Shell::new(folder.path(), names)?;
        let mut scene = Self { fleet, house, hosts, troubled: 0, shell, folder, began: now(), _disk: None };
        scene.prepare()?;
        Ok(scene)
    }

    /// Registers the probe, and makes a backup, as every night does.
    fn prepare(&mut self) -> anyhow::Result<()> {
        fs::write(self.path("probe/client.toml"), PROBE)?;
        fs::write(self.path("probe/password"), PASSWORD)?;
        self.shell.forget()?;
        self.must("passport clients add --file \"$PROBE/client.toml\" --secret-file \"$PROBE/secret\"")?;
        self.must("passport accounts add --login probe --password-file \"$PROBE/password\"")?;
        let said = self.must("passport backup --make-key \"$SAFE/backup.key\"")?;
        let recipient = said.lines().next().unwrap_or_default().to_owned();
        self.shell.set("PASSPORT__BACKUP__RECIPIENT", recipient);
        self.must("passport backup --to \"$BACKUPS/passport-2026-11-01T0300.backup\"")?;
        self.must("passport accounts closed > \"$BACKUPS/closed.txt\"").map(drop)
    }

    /// A file among what is at hand.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder of its databases.
    pub(super) fn data(&self) -> PathBuf {
        self.house.parts().1.data()
    }

    /// The folder of its certificate.
    pub(super) fn tls(&self) -> PathBuf {
        tls(self.house.parts().1)
    }

    /// The authority that issues its certificates.
    pub(super) fn certs(&self) -> anyhow::Result<Certs> {
        Certs::in_folder(self.house.parts().1.certs())
    }

    /// The database as a server, where it is one.
    pub(super) fn postgres(&self) -> anyhow::Result<&crate::postgres::Postgres> {
        match &self.house {
            House::Cluster(cluster) => Ok(&cluster.primary),
            House::Alone(..) => anyhow::bail!("there is no server here"),
        }
    }

    /// The numbers of the nodes.
    pub(super) fn nodes(&self) -> std::ops::Range<usize> {
        0..self.hosts.len()
    }

    /// Executes a command on a node; `systemctl` here, all else by the shell.
    pub(super) fn execute(&mut self, command: &str, node: usize) -> anyhow::Result<Ended> {
        let words: Vec<&str> = command.split_whitespace().collect();
        if let ["systemctl", verb, "passport"] = words.as_slice() {
            self.systemctl(verb, node)?;
            return Ok(Ended { code: Some(0), shown: String::new() });
        }
        let host = self.hosts.get(node).context("no such node")?;
        self.shell.run(command, &host.names())
    }

    /// The same on the first node for what a page has been prepared with; what it showed.
    pub(super) fn must(&mut self, command: &str) -> anyhow::Result<String> {
        let ended = self.execute(command, 0)?;
        anyhow::ensure!(ended.code == Some(0), "{command} failed: {}", ended.shown.trim());
        Ok(ended.shown)
    }

    /// What systemd would do.
    pub(super) fn systemctl(&mut self, verb: &str, node: usize) -> anyhow::Result<()> {
        let (demo, _) = self.house.parts();
        let host = self.hosts.get_mut(node).context("no such node")?;
        match verb {
            "stop" => host.end(&mut self.fleet, Signal::TERM)?,
            "kill" => host.end(&mut self.fleet, Signal::KILL)?,
            "start" => host.start(demo, &mut self.fleet)?,
            "restart" => {
                host.end(&mut self.fleet, Signal::TERM)?;
                host.start(demo, &mut self.fleet)?;
            }
            "reload" => {
                let pid =
                    host.pid.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)).context("it does not run")?;
                kill_process(pid, Signal::HUP)?;
            }
            other => anyhow::bail!("nothing here does systemctl {other}"),
        }
        self.fleet.all_ready(|_| {})
    }
}

impl House {
    fn parts(&self) -> (&Demo, &Home) {
        match self {
            Self::Cluster(cluster) => (&cluster.demo, &cluster.home),
            Self::Alone(demo, home) => (demo, home),
        }
    }
}

impl Host {
    fn new((name, pid): (&'static str, u32), config: &Path, url: Option<String>, logs: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(config)?;
        let setting = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_prefix('='));
            line.map(|value| value.trim().trim_matches('"').to_owned()).with_context(|| format!("no {name}"))
        };
        let url = url.map_or_else(|| Ok::<_, anyhow::Error>(format!("http://{}", setting("listen")?)), Ok)?;
        let metrics = format!("http://{}", setting("metrics_listen")?);
        let log = log_file(logs, &name.replace(' ', "-"));
        Ok(Self { name, config: config.to_owned(), url, metrics, log, pid: Some(pid).filter(|pid| *pid != 0) })
    }

    fn names(&self) -> [(&'static str, String); 4] {
        let text = |path: &Path| path.display().to_string();
        let (config, log) = (text(&self.config), text(&self.log));
        [
            ("NODE", self.url.clone()),
            ("METRICS", self.metrics.clone()),
            ("PASSPORT_CONFIG", config),
            ("PASSPORT_LOG", log),
        ]
    }

    /// Starts it, unless it runs; wait for it.
    fn start(&mut self, demo: &Demo, fleet: &mut Fleet) -> anyhow::Result<()> {
        if self.pid.is_none() {
            let mut command = serve(demo.program(), &self.config);
            command.envs(QUICK);
            self.pid = Some(demo.start_and_know(fleet, self.name, command)?);
        }
        Ok(())
    }

    fn end(&mut self, fleet: &mut Fleet, signal: Signal) -> anyhow::Result<()> {
        self.pid.take().map_or(Ok(()), |pid| fleet.end(pid, signal))
    }
}

fn tls(home: &Home) -> PathBuf {
    home.path().join("tls")
}

/// Where one passport is that ends TLS itself, with its certificate in a folder of its own.
fn tls_place(home: &Home, ports: &Ports) -> anyhow::Result<Place> {
    let (certs, tls) = (Certs::in_folder(home.certs())?, tls(home));
    fs::create_dir_all(&tls)?;
    let (certificate, key) = (tls.join("cert.pem"), tls.join("key.pem"));
    fs::copy(certs.certificate("passport"), &certificate)?;
    fs::copy(certs.key("passport"), &key)?;
    Ok(Place {
        server: format!(
            "listen = \"127.0.0.1:{}\"\ntls_cert = {}\ntls_key = {}\nmetrics_listen = \"127.0.0.1:{}\"\nshutdown_grace = \"3s\"",
            ports.passport,
            quoted(&certificate),
            quoted(&key),
            ports.metrics
        ),
        database: format!("url = {}", sqlite(&home.data().join("passport.db"))),
    })
}
