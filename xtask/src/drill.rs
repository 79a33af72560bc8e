//! `drill NAME`: takes a cluster apart while people sign in, and says what they noticed of it.
//!
//! Each drill is one file. It prints a table and fails when a goal is missed. People are played by the program `load` of
//! the crate `e2e`.

mod clock;
mod crowd;
mod cut;
mod greedy;
mod nodes;
mod parties;
mod people;
mod postgres_restart;
mod previous;
mod promote;
mod report;
mod request;
mod rotation;
mod upgrade;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cargo::{self, Profile, program, watched};
use crate::cluster::{self, Cluster, Wanted};
use crate::flags::{self, Flags};
use crate::fleet::Fleet;
use crate::progress::Step;
use crate::settings::Ports;
use crate::test::packages;

pub(crate) use self::clock::faketime;
use self::people::People;
use self::report::Report;

pub(crate) const ARGUMENTS: &str = "nodes|postgres-restart|promote|clock|cut|crowd|greedy|rotation|upgrade|all [--long] \
     [--people N] [--previous PROGRAM] [--home FOLDER] [--no-build]";

/// The password of everybody who signs in.
const PASSWORD: &str = "Measure-2026";

/// A client that asks for tokens of its own, to see whether a node signs.
const CLIENT: &str = r#"client_id = "drill"
client_name = { zh = "演练", en = "Drill" }
token_endpoint_auth_method = "client_secret_post"
redirect_uris = ["https://drill.example/callback"]
grant_types = ["client_credentials"]
scopes = ["drill"]
"#;

/// A setting of the passports, as an environment variable.
type Setting = (&'static str, &'static str);

/// Everybody comes from one address here.
const ONE_ADDRESS: Setting = ("PASSPORT__LIMITS__SIGN_IN_PER_MINUTE", "4000000");

/// One drill.
#[derive(Clone, Copy)]
struct Drill {
    name: &'static str,
    run: fn(&mut Scene) -> anyhow::Result<Report>,
    /// What is set otherwise than usual.
    environment: &'static [Setting],
}

const DRILLS: [Drill; 9] = [
    Drill { name: "nodes", run: nodes::run, environment: &[ONE_ADDRESS] },
    Drill { name: "postgres-restart", run: postgres_restart::run, environment: &[ONE_ADDRESS] },
    Drill { name: "promote", run: promote::run, environment: &[ONE_ADDRESS] },
    Drill { name: "clock", run: clock::run, environment: &[ONE_ADDRESS] },
    Drill { name: "cut", run: cut::run, environment: &[ONE_ADDRESS] },
    Drill { name: "crowd", run: crowd::run, environment: &crowd::ENVIRONMENT },
    Drill { name: "greedy", run: greedy::run, environment: &[ONE_ADDRESS, greedy::RATE] },
    Drill { name: "rotation", run: rotation::run, environment: &rotation::ENVIRONMENT },
    Drill { name: UPGRADE, run: upgrade::run, environment: &upgrade::ENVIRONMENT },
];

/// The one whose cluster begins with the version before.
const UPGRADE: &str = "upgrade";

/// What a drill plays with.
struct Scene {
    fleet: Fleet,
    cluster: Cluster,
    people: usize,
    /// Whether a drill that has a long form takes it.
    long: bool,
    /// `demo.json`
    description: PathBuf,
    /// The secret of the client [`CLIENT`].
    secret: String,
}

/// What whoever starts a drill may choose.
struct Wishes {
    people: usize,
    long: bool,
    home: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(mut flags: Flags) -> anyhow::Result<()> {
    let name = flags.word()?.with_context(|| format!("which drill? {ARGUMENTS}"))?;
    let mut wishes = Wishes { people: 4, long: false, home: None };
    let (mut build, mut previous) = (true, None);
    while let Some(flag) = flags.next()? {
        match flag.as_str() {
            "people" => wishes.people = flags.value()?,
            "long" => wishes.long = true,
            "home" => wishes.home = Some(flags.path()?),
            "previous" => previous = Some(flags.path()?),
            "no-build" => build = false,
            other => return Err(flags::unknown(other)),
        }
    }
    let wanted: Vec<Drill> = DRILLS.into_iter().filter(|drill| name == "all" || name == drill.name).collect();
    anyhow::ensure!(!wanted.is_empty(), "there is no drill {name:?}: {ARGUMENTS}");
    packages::install_for_drills()?;
    if wanted.iter().any(|drill| drill.name == "rotation") {
        packages::install_for_clients()?;
    }
    if build {
        cargo::build(&cluster::PACKAGES, Profile::Dev)?;
        let step = Step::begin("Building the people");
        let arguments = ["build", "--locked", "--package", "e2e", "--bin", "load", "--features", "e2e/load"];
        watched(step, &arguments)?.done("Built");
    }
    let before =
        if wanted.iter().any(|drill| drill.name == UPGRADE) { Some(previous::program(previous)?) } else { None };
    let mut missed = Vec::new();
    for Drill { name, run, environment } in wanted {
        // A cluster for each: what one broke is not the next one's concern.
        let program = before.as_deref().filter(|_| name == UPGRADE);
        let mut scene = Scene::set(&wishes, program, environment)?;
        let report = run(&mut scene).with_context(|| format!("the drill {name} broke off"))?;
        scene.fleet.stop();
        println!("\n## {name}\n\n{report}");
        missed.extend(report.missed().map(|goal| format!("{name}: {goal}")));
    }
    anyhow::ensure!(missed.is_empty(), "missed: {}", missed.join("; "));
    Ok(())
}

impl Scene {
    /// A cluster of that program of the passport; none: of the one that was built.
    fn set(wishes: &Wishes, program: Option<&Path>, environment: &'static [Setting]) -> anyhow::Result<Self> {
        let Wishes { people, long, ref home } = *wishes;
        let mut fleet = Fleet::new()?;
        let wanted = Wanted { ports: Ports::fresh()?, folder: home.as_deref(), environment, program };
        let cluster = Cluster::start(&mut fleet, &wanted)?;
        let description = cluster.demo.describe(None)?;
        cluster.demo.register("drill", CLIENT)?;
        let secret = std::fs::read_to_string(cluster.demo.secret_of("drill")?)?.trim().to_owned();
        let password = cluster.home.known_secret("people", PASSWORD)?.display().to_string();
        let count = (people + crowd::PEOPLE).to_string();
        cluster.demo.passport(&["accounts", "add", "--login", "u", "--count", &count, "--password-file", &password])?;
        Ok(Self { fleet, cluster, people, long, description, secret })
    }

    /// Lets people in: from now on they sign in without pause.
    fn people(&self) -> anyhow::Result<People> {
        self.come(&["--people", &self.people.to_string()])
    }

    /// Lets people in who do what those words say.
    fn come(&self, words: &[&str]) -> anyhow::Result<People> {
        People::come(&program("load", Profile::Dev)?, &self.description, words)
    }
}
