//! A new version is brought in while people sign in, as `docs/operate/upgrade.md` says: the database is migrated under the
//! version before, nodes are exchanged one by one, and one of them goes back.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::people::People;
use super::{ONE_ADDRESS, Report, Scene, Setting};
use crate::cargo::{Profile, program};
use crate::demo::serve;
use crate::progress::now;

/// Migrating is a step of its own.
const AS_IN_PRODUCTION: Setting = ("PASSPORT__DEV__MIGRATE_ON_START", "false");
pub(super) const ENVIRONMENT: [Setting; 2] = [ONE_ADDRESS, AS_IN_PRODUCTION];
/// For how long people sign in before anything happens, and between two things.
const WHILE: Duration = Duration::from_secs(5);

/// Goes on at one passport with what began at another.
const CLIENT: &str = r#"client_id = "across"
client_name = { zh = "演练", en = "Drill" }
first_party = true
token_endpoint_auth_method = "client_secret_basic"
redirect_uris = ["https://across.example/callback"]
grant_types = ["authorization_code", "refresh_token"]
scopes = ["openid"]
"#;

/// What somebody writes into the list of migrations, as what it is called, and what is said of it.
const MISFITS: [(&str, &str, &str); 2] = [
    (
        "migrated by a version later still",
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         SELECT 9999, 'drop things after 9998', success, checksum, 1 FROM _sqlx_migrations WHERE version = 1",
        "works only with versions that know migration 9998",
    ),
    (
        "with a migration that did not come to its end",
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         SELECT 9999, 'newer', NOT success, checksum, 1 FROM _sqlx_migrations WHERE version = 1",
        "did not come to its end",
    ),
];
const TAKEN_BACK: &str = "DELETE FROM _sqlx_migrations WHERE version = 9999";

/// The two programs.
struct Versions<'v> {
    before: &'v Path,
    new: &'v Path,
}

pub(super) fn run(scene: &mut Scene) -> anyhow::Result<Report> {
    let (before, new) = (scene.cluster.demo.program().to_owned(), program("passport", Profile::Dev)?);
    let versions = Versions { before: &before, new: &new };
    let secret = register(scene)?;
    let mut report = Report::default();
    let mut people = scene.people()?;
    scene.fleet.pause(WHILE)?;
    migrate(scene, &versions, &mut people, &mut report)?;

    for number in 0..scene.cluster.nodes.len() {
        exchange(scene, number, versions.new, &mut people, "is of the new version")?;
        if number == 0 {
            // The first is of the new version, the last of the one before.
            across(scene, &secret, [("the new version", 1), ("the one before", 3)], &mut report)?;
        }
    }
    exchange(scene, 0, versions.before, &mut people, "is of the version before again")?;
    across(scene, &secret, [("the new version", 3), ("the one that came back", 1)], &mut report)?;

    let figures = people.leave()?;
    report.people(&figures);
    report.nobody_failed(&figures);
    report.pauses(&figures, None);
    misfits(scene, &versions, &mut report)?;
    Ok(report)
}

/// The secret of the client that is registered by this.
fn register(scene: &Scene) -> anyhow::Result<String> {
    scene.cluster.demo.register("across", CLIENT)?;
    Ok(std::fs::read_to_string(scene.cluster.demo.secret_of("across")?)?.trim().to_owned())
}

/// The new version's program migrates under the nodes of the version before, and does nothing earlier.
fn migrate(scene: &mut Scene, versions: &Versions<'_>, people: &mut People, report: &mut Report) -> anyhow::Result<()> {
    let plan = command(scene, versions.new, &["migrate", "--plan"])?;
    ensure!(plan.done, "migrate --plan: {}", plan.said);
    let coming = to_come(&plan.said);
    report.tell("migrations to come", if coming.is_empty() { "none".to_owned() } else { coming.join(", ") });
    if !coming.is_empty() {
        let refused = command(scene, versions.new, &["serve"])?;
        let lacks = !refused.done && refused.said.contains("lacks");
        report.must("the new program before `migrate`", refused.sentence(), "refuses to start", lacks);
    }
    people.mark("migrated")?;
    let began = now();
    let migrated = command(scene, versions.new, &["migrate"])?;
    report.must(
        "`migrate`, while the version before serves, says",
        format!("{}, after {} ms", migrated.sentence(), began.elapsed().as_millis()),
        "done",
        migrated.done,
    );
    scene.fleet.pause(WHILE)
}

/// One node is stopped and comes back by that program.
fn exchange(scene: &mut Scene, number: usize, program: &Path, people: &mut People, what: &str) -> anyhow::Result<()> {
    let (fleet, cluster) = (&mut scene.fleet, &mut scene.cluster);
    let node = cluster.nodes.get_mut(number).context("no node")?;
    people.mark(&format!("{} {what}", node.name))?;
    node.stop(fleet)?;
    let command = serve(program, &node.config);
    node.start_as(&cluster.demo, fleet, command)?;
    fleet.all_ready(|_| {})?;
    fleet.pause(WHILE)
}

/// What begins at a node of either kind goes on at the other; nodes by their numbers in the proxy.
fn across(scene: &Scene, secret: &str, both: [(&str, usize); 2], report: &mut Report) -> anyhow::Result<()> {
    for ((name, from), (other, to)) in [(both[0], both[1]), (both[1], both[0])] {
        let mut load = Command::new(program("load", Profile::Dev)?);
        load.args(["across", "--secret", secret, "--demo"]).arg(&scene.description);
        // Somebody who does nothing else.
        for (flag, value) in [("--from", from), ("--to", to), ("--person", scene.people)] {
            load.arg(flag).arg(value.to_string());
        }
        let output = load.output().context("load cannot be run")?;
        let way = Way::read(&String::from_utf8_lossy(&output.stdout));
        report.must(
            format!("begun at {name}, gone on with at {other}"),
            format!("{} steps", way.steps),
            "every step",
            way.failed.is_none() && way.steps > 0 && output.status.success(),
        );
        way.failed.into_iter().for_each(|why| report.note(format!("{name} → {other} failed: {why}")));
    }
    Ok(())
}

/// How far somebody came from one node to another.
#[derive(Debug, Default, PartialEq, Eq)]
struct Way {
    steps: usize,
    failed: Option<String>,
}

impl Way {
    fn read(said: &str) -> Self {
        let mut way = Self::default();
        for line in said.lines() {
            match line.split_once(' ') {
                Some(("ok", _)) => way.steps += 1,
                _ => way.failed = Some(line.trim_start_matches("failed ").to_owned()),
            }
        }
        way
    }
}

/// Both programs refuse a database that does not fit.
fn misfits(scene: &Scene, versions: &Versions<'_>, report: &mut Report) -> anyhow::Result<()> {
    for (what, statement, sentence) in MISFITS {
        scene.cluster.primary.run(statement)?;
        for (name, program) in [("the version before", versions.before), ("the new one", versions.new)] {
            let refused = command(scene, program, &["serve"])?;
            let right = !refused.done && refused.said.contains(sentence);
            report.must(format!("a database {what}: {name}"), refused.sentence(), "refuses to start", right);
        }
        scene.cluster.primary.run(TAKEN_BACK)?;
    }
    Ok(())
}

/// What a command came to.
struct Ended {
    done: bool,
    said: String,
}

impl Ended {
    /// The first sentence of it.
    fn sentence(&self) -> &str {
        self.said.lines().next().unwrap_or("nothing")
    }
}

/// Runs one command of that program by the settings of the first node. `serve` ends: another has its port.
fn command(scene: &Scene, program: &Path, words: &[&str]) -> anyhow::Result<Ended> {
    let node = scene.cluster.nodes.first().context("no node")?;
    let mut command = Command::new(program);
    command.arg("--config").arg(&node.config).args(words).envs(ENVIRONMENT);
    let output = command.output().with_context(|| format!("{} cannot be run", program.display()))?;
    let done = output.status.success();
    let said = String::from_utf8_lossy(if done { &output.stdout } else { &output.stderr }).trim().to_owned();
    Ok(Ended { done, said })
}

/// The migrations that a plan says are to come.
fn to_come(plan: &str) -> Vec<&str> {
    let lines = plan.lines().skip_while(|line| !line.starts_with("to come")).skip(1);
    lines.filter(|line| line.starts_with(|first: char| first.is_ascii_digit())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_come_is_read_off_the_plan() {
        let plan = "in force: 49 migration(s), the last of them 0061 status notices\nto come:\n0062 holds\n  CREATE INDEX x\n    \
                    tokens: nobody writes to it\n0063 more\n  makes what is new, and touches no table that is there\neach is one";
        assert_eq!(to_come(plan), ["0062 holds", "0063 more"]);
        assert_eq!(to_come("in force: 49 migration(s)\nto come: nothing"), [""; 0]);
    }

    #[test]
    fn the_way_from_node_to_node_ends_where_a_step_failed() {
        assert_eq!(Way::read("ok signed in\nok a code\n"), Way { steps: 2, failed: None });
        let failed = Way::read("ok signed in\nfailed a code: 400 Bad Request\n");
        assert_eq!(failed, Way { steps: 1, failed: Some("a code: 400 Bad Request".to_owned()) });
        // A program that breaks off says something else.
        assert!(Way::read("thread panicked\n").failed.is_some());
    }
}
