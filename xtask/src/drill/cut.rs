//! The network between one node and the database is cut: the node turns not ready, so that the proxy sends nobody there,
//! ceases to sign when its lease is over, and comes back by itself.

use std::time::{Duration, Instant};

use super::{Report, Scene, request};
use crate::progress::now;

const BEFORE: Duration = Duration::from_secs(5);
const AFTER: Duration = Duration::from_secs(5);
/// How often the node is asked.
const PAUSE: Duration = Duration::from_millis(200);
/// The lease of a node, as it is unless set otherwise, and as long again for a busy machine.
const LEASE: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn run(scene: &mut Scene) -> anyhow::Result<Report> {
    let mut people = scene.people()?;
    scene.fleet.pause(BEFORE)?;
    let node = scene.cluster.nodes.first().ok_or_else(|| anyhow::anyhow!("no node"))?;
    let (port, wire) = (node.port, node.wire.clone());
    let issuer = scene.cluster.demo.issuer();
    let secret = scene.secret.clone();
    let signs = move || request::token(port, &issuer, &secret).is_ok_and(|(status, _)| status == 200);
    anyhow::ensure!(request::is_ready(port) && signs(), "the node does not serve before anything happened");

    people.mark("cut")?;
    let began = now();
    wire.cut();
    let not_ready = until(scene, began, || !request::is_ready(port))?;
    let signs_no_more = until(scene, began, || now() - began > LEASE && !signs())?;
    // It stays so.
    let signed_later = (0..5).filter(|_| signs()).count();
    people.mark("mended")?;
    let mended = now();
    wire.mend();
    let ready_again = until(scene, mended, || request::is_ready(port))?;
    let signs_again = until(scene, mended, signs)?;
    scene.fleet.pause(AFTER)?;
    let figures = people.leave()?;

    let mut report = Report::default();
    report.must("not ready after", shown(not_ready), "ever", not_ready.is_some());
    report.must(
        "signs nothing, its lease of 30 s being over, after",
        shown(signs_no_more),
        "ever",
        signs_no_more.is_some(),
    );
    report.must("tokens signed after that", signed_later, "0", signed_later == 0);
    report.must("mended: ready again after", shown(ready_again), "ever", ready_again.is_some());
    report.must("mended: signs again after", shown(signs_again), "ever", signs_again.is_some());
    report.people(&figures);
    report.tell("failed the second time, too", figures.failed);
    report.pauses(&figures, None);
    Ok(report)
}

/// How long after `began` it is so; nothing if it does not become so.
fn until(scene: &mut Scene, began: Instant, so: impl Fn() -> bool) -> anyhow::Result<Option<Duration>> {
    while now() - began < PATIENCE {
        if so() {
            return Ok(Some(now() - began));
        }
        scene.fleet.pause(PAUSE)?;
    }
    Ok(None)
}

fn shown(time: Option<Duration>) -> String {
    time.map_or("never".to_owned(), |time| format!("{:.1} s", time.as_secs_f64()))
}
