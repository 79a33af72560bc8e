//! The database's machine is gone for good, and its standby takes over: nothing that was acknowledged is lost.

use std::time::Duration;

use super::{Report, Scene};

const BEFORE: Duration = Duration::from_secs(5);
const AFTER: Duration = Duration::from_secs(15);

pub(super) fn run(scene: &mut Scene) -> anyhow::Result<Report> {
    let mut people = scene.people()?;
    scene.fleet.pause(BEFORE)?;
    people.mark("standby promoted")?;
    let cluster = &scene.cluster;
    cluster.primary.lose_power(&mut scene.fleet)?;
    cluster.standby.promote()?;
    // The address that the passports know leads there from now on, as that of a service does.
    cluster.nodes.iter().for_each(|node| node.wire.lead_to(cluster.standby.port));
    scene.fleet.pause(AFTER)?;
    let figures = people.leave()?;
    let mut report = Report::default();
    report.people(&figures);
    report.tell("failed the second time, too", figures.failed);
    report.pauses(&figures, None);
    Ok(report)
}
