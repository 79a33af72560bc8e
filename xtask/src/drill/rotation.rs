//! Keys change without pause, are tried, and one has to go at once, while relying parties of five kinds verify what they
//! sign: the exam sites, and those of [`super::parties`].

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::parties::{Met, Parties, Verified};
use super::{ONE_ADDRESS, Report, Scene, Setting, request};
use crate::cargo::{Profile, program};
use crate::progress::now;

/// Key sets are kept for a moment only, so that a key is published for as short as it may be.
const QUICK: [Setting; 3] = [
    ("PASSPORT__KEYS__JWKS_MAX_AGE", "5s"),
    ("PASSPORT__KEYS__PUBLISH_FOR", "65s"),
    ("PASSPORT__KEYS__NODE_LEASE", "10s"),
];
pub(super) const ENVIRONMENT: [Setting; 4] = [QUICK[0], QUICK[1], QUICK[2], ONE_ADDRESS];
/// For how long sites may believe a key that somebody else has, in seconds: nodes follow within a minute, and key sets are
/// kept for that moment.
const EXPOSED: Duration = Duration::from_secs(65);
const ALGORITHMS: [&str; 4] = ["ES256", "EdDSA", "PS256", "RS256"];
/// How often keys change at least.
const ROTATIONS: u64 = 50;
/// How many tokens are verified at least in the long form.
const MANY: u64 = 1_000_000;
/// After how many changes a node loses its power and comes back.
const BETWEEN_KILLS: u64 = 12;
/// How long any step may take.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// How long a trial lasts, and until it is judged.
const TRIAL: Duration = Duration::from_secs((5 + 2) * 60);
const EMERGENCY: &str = "the emergency";
const MOMENT: Duration = Duration::from_secs(2);

pub(super) fn run(scene: &mut Scene) -> anyhow::Result<Report> {
    let begun = now();
    let mut people = scene.people()?;
    let mut parties = Parties::come(&scene.cluster.demo)?;
    let mut report = Report::default();

    let (mut rotations, mut kills) = (0, 0);
    while rotations < ROTATIONS || (scene.long && parties.verified() < MANY) {
        for alg in ALGORITHMS {
            rotate(scene, alg).with_context(|| format!("{alg}, after {rotations} changes"))?;
            rotations += 1;
        }
        parties.all_here()?;
        if rotations % BETWEEN_KILLS == 0 {
            restart(scene, kills)?;
            kills += 1;
        }
    }
    report.must("changes of keys", rotations, "50 at least", rotations >= ROTATIONS);
    report.tell("nodes killed and restarted meanwhile", kills);

    parties.mark("the trial")?;
    let verdict = trial(scene)?;
    report.must("the trial of all four next keys", &verdict, "ends by itself, clean", verdict == "clean, four times");

    parties.mark(EMERGENCY)?;
    people.mark(EMERGENCY)?;
    let gone_after = compromise(scene, "ES256")?;
    report.must("a key that somebody has is in no node's set after", millis(gone_after), "60 s at most", {
        gone_after <= Duration::from_secs(60)
    });
    scene.fleet.pause(EXPOSED.saturating_sub(gone_after))?;
    parties.mark("afterwards")?;
    for alg in ALGORITHMS {
        rotate(scene, alg)?;
    }

    let (met, figures) = (parties.leave()?, people.leave()?);
    tell(&mut report, &met);
    if scene.long {
        let verified = met.sum(|met| met.verified, |_| true);
        report.must("in the long form", verified, "1,000,000 at least", verified >= MANY);
    }
    report.people(&figures);
    report.nobody_failed(&figures);
    report.tell("all of it took", format!("{} s", begun.elapsed().as_secs()));
    Ok(report)
}

/// What the parties met, each by itself.
fn tell(report: &mut Report, all: &Verified) {
    let mut names: Vec<&str> = all.met.iter().map(|met| met.party).collect();
    names.dedup();
    for name in names {
        let of = |met: &Met| met.party == name;
        let idle = all.met.iter().any(|met| of(met) && met.verified == 0);
        let (verified, interrupted) = (all.sum(|met| met.verified, of), all.sum(|met| met.interrupted, of));
        report.must(format!("{name}: verified"), verified, "some in each phase", !idle);
        report.tell(format!("{name}: interrupted"), interrupted);
        let refused = all.sum(|met| met.refused, |met| of(met) && met.phase != EMERGENCY);
        report.must(format!("{name}: failed to verify"), refused, "0 outside the emergency", refused == 0);
        report.tell(format!("{name}: failed to verify in the emergency"), {
            all.sum(|met| met.refused, |met| of(met) && met.phase == EMERGENCY)
        });
    }
    all.failures.iter().for_each(|why| report.note(format!("failed: {why}")));
}

/// The next key of an algorithm takes over.
fn rotate(scene: &mut Scene, alg: &str) -> anyhow::Result<()> {
    let before = active(scene, alg)?;
    // Soon after a change there is nothing to do, and nothing is planned either: so it is asked for again.
    until(scene, "the next key signs", |scene| {
        keys(scene, &["rotate", "--alg", alg])?;
        Ok(active(scene, alg)? != before)
    })
}

/// A node loses its power and comes back.
fn restart(scene: &mut Scene, times: usize) -> anyhow::Result<()> {
    let count = scene.cluster.nodes.len();
    let node = scene.cluster.nodes.get_mut(times % count).context("no node")?;
    node.kill(&mut scene.fleet)?;
    node.start(&scene.cluster.demo, &mut scene.fleet)?;
    scene.fleet.all_ready(|_| {})
}

/// Every next key signs for a while and gives way again; how that was judged.
fn trial(scene: &mut Scene) -> anyhow::Result<String> {
    let before = signing(scene)?;
    // Refused until the last key that was made has been published for long enough.
    until(scene, "a trial may begin", |scene| Ok(keys(scene, &["trial", "--for", "5m"]).is_ok()))?;
    scene.fleet.pause(TRIAL)?;
    until(scene, "the trial is judged", |scene| Ok(!keys(scene, &["trial", "--report"])?.contains("judged at")))?;
    anyhow::ensure!(signing(scene)? == before, "the keys that were tried sign on");
    let said = keys(scene, &["trial", "--report"])?;
    let verdicts: Vec<&str> = said.lines().filter_map(|line| line.split_once(", ended ")).map(|(_, end)| end).collect();
    let clean = verdicts.iter().filter(|verdict| verdict.ends_with(": clean")).count();
    if clean == ALGORITHMS.len() { Ok("clean, four times".to_owned()) } else { Ok(said) }
}

/// Somebody else has the key that signs; how long any node goes on publishing it.
fn compromise(scene: &mut Scene, alg: &str) -> anyhow::Result<Duration> {
    let kid = active(scene, alg)?;
    let begun = now();
    keys(scene, &["compromise", &kid])?;
    let (ports, issuer) =
        (scene.cluster.nodes.iter().map(|node| node.port).collect::<Vec<_>>(), scene.cluster.demo.issuer());
    until(scene, "it is gone", |_| {
        let mut served = false;
        for port in &ports {
            served |= request::key_set(*port, &issuer)?.contains(&kid);
        }
        Ok(!served)
    })?;
    Ok(begun.elapsed())
}

/// The key that signs by an algorithm.
fn active(scene: &Scene, alg: &str) -> anyhow::Result<String> {
    let keys = signing(scene)?;
    let found = keys.iter().find(|(_, of)| of == alg).with_context(|| format!("no {alg} key signs"))?;
    Ok(found.0.clone())
}

/// The keys that sign, each with its algorithm.
fn signing(scene: &Scene) -> anyhow::Result<Vec<(String, String)>> {
    let said = keys(scene, &["list"])?;
    let rows = said.lines().map(|line| line.split_whitespace().take(3).collect::<Vec<_>>());
    Ok(rows
        .filter_map(|row| match row.as_slice() {
            [kid, alg, "active"] => Some(((*kid).to_owned(), (*alg).to_owned())),
            _ => None,
        })
        .collect())
}

/// What `passport keys` says, by the settings of a node.
fn keys(scene: &Scene, words: &[&str]) -> anyhow::Result<String> {
    let node = scene.cluster.nodes.first().context("no node")?;
    let mut command = Command::new(program("passport", Profile::Dev)?);
    command.arg("--config").arg(&node.config).arg("keys").args(words).envs(QUICK);
    let output = command.output().context("passport cannot be run")?;
    if !output.status.success() {
        bail!("keys {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Waits for something.
fn until(scene: &mut Scene, what: &str, mut so: impl FnMut(&mut Scene) -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let deadline: Instant = now() + PATIENCE;
    while !so(scene)? {
        anyhow::ensure!(now() < deadline, "waited {} s until {what}", PATIENCE.as_secs());
        scene.fleet.pause(MOMENT)?;
    }
    Ok(())
}

fn millis(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}
