//! Each node in turn loses its power, and comes back.

use std::time::Duration;

use super::{Report, Scene};

/// For how long people sign in before anything happens, and between two things.
const WHILE: Duration = Duration::from_secs(5);

pub(super) fn run(scene: &mut Scene) -> anyhow::Result<Report> {
    let mut people = scene.people()?;
    scene.fleet.pause(WHILE)?;
    for node in &mut scene.cluster.nodes {
        people.mark(&format!("{} killed", node.name))?;
        node.kill(&mut scene.fleet)?;
        scene.fleet.pause(WHILE)?;
        node.start(&scene.cluster.demo, &mut scene.fleet)?;
        scene.fleet.all_ready(|_| {})?;
        people.mark(&format!("{} back", node.name))?;
        scene.fleet.pause(WHILE)?;
    }
    let figures = people.leave()?;
    let mut report = Report::default();
    report.people(&figures);
    report.nobody_failed(&figures);
    report.pauses(&figures, None);
    Ok(report)
}
