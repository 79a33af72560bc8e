//! The database server restarts: people are sent away, and nobody has to restart a passport.

use std::time::Duration;

use rustix::process::Signal;

use super::{Report, Scene};

const BEFORE: Duration = Duration::from_secs(5);
const AFTER: Duration = Duration::from_secs(15);
/// In milliseconds.
const GOAL: u64 = 5_000;

pub(super) fn run(scene: &mut Scene) -> anyhow::Result<Report> {
    let mut people = scene.people()?;
    scene.fleet.pause(BEFORE)?;
    people.mark("PostgreSQL restarted")?;
    // Fast shutdown, as a package's upgrade does it.
    scene.fleet.end(scene.cluster.primary.pid, Signal::INT)?;
    scene.cluster.primary.start_again(&mut scene.fleet)?;
    scene.fleet.all_ready(|_| {})?;
    scene.fleet.pause(AFTER)?;
    let figures = people.leave()?;
    let mut report = Report::default();
    report.people(&figures);
    report.tell("failed the second time, too", figures.failed);
    report.pauses(&figures, Some(GOAL));
    Ok(report)
}
