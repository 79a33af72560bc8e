//! `cluster`: the shape of production on this machine, in plain processes: a proxy, three passports, the three exam sites,
//! and a PostgreSQL that acknowledges nothing before its standby has it.
//!
//! Each passport reaches the database over a wire of its own ([`Wire`]), which drills cut and lead elsewhere.

mod proxy;

pub(crate) use self::proxy::HAPROXY;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use rustix::process::Signal;

use crate::cargo::{self, Profile, program as built};
use crate::demo::{Demo, serve};
use crate::flags::{self, Flags};
use crate::fleet::Fleet;
use crate::home::{Home, TemporaryFolder};
use crate::ports;
use crate::postgres::Postgres;
use crate::progress::{Step, now, seconds};
use crate::settings::{Place, Ports};
use crate::test::packages;
use crate::wire::Wire;

pub(crate) const ARGUMENTS: &str = "[--fresh-ports] [--home FOLDER] [--no-build]";

/// How the passports are called.
pub(crate) const NODES: [&str; 3] = ["passport 1", "passport 2", "passport 3"];

/// What the programs are built of.
pub(crate) const PACKAGES: [&str; 3] = ["passport", "cet-site", "mailbox"];

/// Runs the command.
pub(crate) fn run(mut flags: Flags) -> anyhow::Result<()> {
    let (mut ports, mut folder, mut build) = (Ports::USUAL, None, true);
    while let Some(flag) = flags.next()? {
        match flag.as_str() {
            "fresh-ports" => ports = Ports::fresh()?,
            "home" => folder = Some(flags.path()?),
            "no-build" => build = false,
            other => return Err(flags::unknown(other)),
        }
    }
    ports.must_be_free()?;
    packages::install_for_cluster()?;
    if build {
        cargo::build(&PACKAGES, Profile::Dev)?;
    }
    let begun = now();
    let mut fleet = Fleet::new()?;
    let wanted = Wanted { ports, folder: folder.as_deref(), environment: &[], program: None };
    let cluster = Cluster::start(&mut fleet, &wanted)?;
    cluster.demo.describe(None)?;
    println!("{}", cluster.greeting());
    println!("ready in {}; Ctrl-C stops everything and forgets the data", seconds(begun.elapsed()));
    let ended = fleet.until_stopped();
    let step = Step::begin("Stopping");
    fleet.stop();
    step.done("Stopped");
    ended
}

/// What a cluster is to be like.
pub(crate) struct Wanted<'w> {
    pub(crate) ports: Ports,
    /// Where its files are; without one they go with it.
    pub(crate) folder: Option<&'w Path>,
    /// Settings of its passports beside the usual ones.
    pub(crate) environment: &'static [(&'static str, &'static str)],
    /// The program of its passports; none: the one that was built.
    pub(crate) program: Option<&'w Path>,
}

/// A passport of the cluster.
pub(crate) struct Node {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Its settings.
    pub(crate) config: PathBuf,
    /// Where it listens, behind the proxy.
    pub(crate) port: u16,
    /// Its way to the database.
    pub(crate) wire: Wire,
    /// Its process id, while it runs.
    pub(crate) pid: u32,
    environment: &'static [(&'static str, &'static str)],
}

/// A running cluster. Drop the fleet first.
pub(crate) struct Cluster {
    pub(crate) demo: Demo,
    pub(crate) home: Home,
    pub(crate) nodes: Vec<Node>,
    pub(crate) primary: Postgres,
    pub(crate) standby: Postgres,
    /// Its folder, if it is one that goes with it.
    _folder: Option<TemporaryFolder>,
}

impl Cluster {
    /// Starts one and waits until all of it is ready.
    pub(crate) fn start(fleet: &mut Fleet, wanted: &Wanted<'_>) -> anyhow::Result<Self> {
        let Wanted { ports, folder, environment, program } = *wanted;
        let temporary = if folder.is_none() { Some(TemporaryFolder::new("cluster")?) } else { None };
        let folder = folder.or(temporary.as_ref().map(TemporaryFolder::path)).context("no folder")?;
        let home = Home::at(Some(folder.to_owned()));
        let of_demo = home.data().join("passport.db");
        anyhow::ensure!(!of_demo.exists(), "{} is a demo's folder, whose data would be lost", folder.display());
        home.make()?;
        // The data is new each time: what was seeded before is not in it.
        home.reset()?;
        home.make()?;
        share_certificates(&home)?;
        let (primary, standby) = databases(fleet)?;
        let password = home.known_secret("database", &primary.password)?;
        let places = places(&ports, &primary, &password)?;
        let (_, first, _) = places.first().context("no node")?;
        let program = program.map_or_else(|| built("passport", Profile::Dev), |given| Ok(given.to_owned()))?;
        let demo = Demo::prepare_by(program, home.clone(), ports, first)?;
        let mut nodes = Vec::new();
        for (name, (port, place, wire)) in NODES.into_iter().zip(places) {
            let config = demo.node(&name.replace(' ', "-"), &place)?;
            nodes.push(Node { name, config, port, wire, pid: 0, environment });
        }
        let mut cluster = Self { demo, home, nodes, primary, standby, _folder: temporary };
        let upstream: Vec<u16> = cluster.nodes.iter().map(|node| node.port).collect();
        proxy::start(fleet, &cluster.home, ports.passport, &upstream)?;
        let (demo, nodes) = (&cluster.demo, &mut cluster.nodes);
        demo.start_with(fleet, |fleet| nodes.iter_mut().try_for_each(|node| node.start(demo, fleet)))?;
        Ok(cluster)
    }

    /// What a person is told.
    fn greeting(&self) -> String {
        let mut text = self.demo.greeting();
        for node in &self.nodes {
            text += &format!(
                "  {}: http://127.0.0.1:{} (process {}), settings {}\n",
                node.name,
                node.port,
                node.pid,
                node.config.display()
            );
        }
        text += &format!("  PostgreSQL {} (process {})\n", self.primary.url, self.primary.pid);
        text += &format!("  its standby {} (process {})\n", self.standby.url, self.standby.pid);
        text
    }
}

impl Node {
    /// Starts it as a part of the fleet; wait for it.
    pub(crate) fn start(&mut self, demo: &Demo, fleet: &mut Fleet) -> anyhow::Result<()> {
        let command = serve(demo.program(), &self.config);
        self.start_as(demo, fleet, command)
    }

    /// The same by that command.
    pub(crate) fn start_as(&mut self, demo: &Demo, fleet: &mut Fleet, mut command: Command) -> anyhow::Result<()> {
        command.envs(self.environment.iter().copied());
        self.pid = demo.start_and_know(fleet, self.name, command)?;
        Ok(())
    }

    /// Stops it in good order, and waits until it is gone.
    pub(crate) fn stop(&self, fleet: &mut Fleet) -> anyhow::Result<()> {
        fleet.end(self.pid, Signal::TERM)
    }

    /// Ends it at once, as when a machine loses its power.
    pub(crate) fn kill(&self, fleet: &mut Fleet) -> anyhow::Result<()> {
        fleet.end(self.pid, Signal::KILL)
    }
}

/// Uses the certificates of the demo, whose authority people have trusted in their browsers.
fn share_certificates(home: &Home) -> anyhow::Result<()> {
    let shared = Home::at(None).certs();
    std::fs::create_dir_all(&shared).with_context(|| format!("{} cannot be made", shared.display()))?;
    if home.certs().exists() {
        return Ok(());
    }
    std::os::unix::fs::symlink(&shared, home.certs()).with_context(|| format!("{} cannot be used", shared.display()))
}

/// The database and its standby, without which it acknowledges nothing.
fn databases(fleet: &mut Fleet) -> anyhow::Result<(Postgres, Postgres)> {
    let step = Step::begin("Starting PostgreSQL and its standby");
    let primary = Postgres::start(fleet)?;
    fleet.all_ready(|_| {})?;
    let standby = primary.follow(fleet)?;
    fleet.all_ready(|_| {})?;
    primary.wait_for_standby()?;
    step.done("PostgreSQL and its standby are ready");
    Ok((primary, standby))
}

/// Where each passport listens, its place, and its wire.
fn places(ports: &Ports, primary: &Postgres, password: &Path) -> anyhow::Result<Vec<(u16, Place, Wire)>> {
    let listen: [u16; NODES.len()] = ports::lasting()?;
    let metrics: [u16; NODES.len() - 1] = ports::fresh()?;
    let metrics = std::iter::once(ports.metrics).chain(metrics);
    let place = |(port, metrics)| {
        let wire = Wire::to(primary.port)?;
        Ok((port, Place::node(port, metrics, wire.port, password), wire))
    };
    listen.into_iter().zip(metrics).map(place).collect()
}
