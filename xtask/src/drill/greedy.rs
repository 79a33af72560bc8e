//! One client calls ten times as often as it may: it is refused what is beyond, and others hardly notice.

use std::time::Duration;

use super::{Report, Scene, Setting};

/// Calls a second that the client of the drill may send.
const MAY: u64 = 5;
pub(super) const RATE: Setting = ("PASSPORT__LIMITS__CLIENT_RATES", "drill=5");
/// Calls a second that it sends.
const SENDS: u64 = 10 * MAY;
/// For how many seconds what a client may send is added up.
const STRETCH: u64 = 10;
/// How often is measured without it and with it, in turns.
const ROUNDS: u64 = 4;
const ROUND: Duration = Duration::from_secs(10);
/// What the 99th percentile of others may grow by, in percent.
const GOAL: u64 = 10;

pub(super) fn run(scene: &mut Scene) -> anyhow::Result<Report> {
    let mut others = scene.come(&["--people", "0", "--returning", "2"])?;
    scene.fleet.pause(Duration::from_secs(5))?;
    let (mut served, mut refused, mut broken) = (0, 0, 0);
    for _ in 0..ROUNDS {
        others.mark("alone")?;
        scene.fleet.pause(ROUND)?;
        others.mark("beside it")?;
        let (rate, secret) = (SENDS.to_string(), scene.secret.clone());
        let greedy = scene.come(&["--people", "0", "--greedy", &rate, "--secret", &secret])?;
        scene.fleet.pause(ROUND)?;
        let figures = greedy.leave()?;
        (served, refused, broken) = (served + figures.served, refused + figures.refused, broken + figures.broken);
    }
    let others = others.leave_at("over")?;

    let median = |what: &str| {
        let mut of: Vec<u64> = others.returns.iter().filter(|(name, _)| name == what).map(|(_, r)| r.p99).collect();
        of.sort_unstable();
        of.get(of.len() / 2).copied().unwrap_or(0)
    };
    let (alone, beside) = (median("alone"), median("beside it"));
    let failed: u64 = others.returns.iter().map(|(_, returns)| returns.failed).sum();
    // Each round meets two stretches, in each of which the parts of the nodes are rounded up.
    let most = ROUNDS * 2 * (MAY * STRETCH + 2);
    let mut report = Report::default();
    report.must(
        "served to a client that sends ten times as much as it may",
        served,
        &format!("{most} at most"),
        served <= most,
    );
    report.must("refused with 429 and Retry-After", refused, "some", refused > 0);
    report.must("that came to another end", broken, "0", broken == 0);
    report.must("others who failed", failed, "0", failed == 0);
    report.failures(&others);
    report.tell("others alone, p99 (median of the rounds)", format!("{alone} ms"));
    let goal = format!("{GOAL} % more at most");
    report.must("others beside it, p99", format!("{beside} ms"), &goal, beside * 100 <= alone * (100 + GOAL));
    Ok(report)
}
