//! More people sign in by password than can be hashed: those who are signed in already go on from site to site.

use std::time::Duration;

use super::{Report, Scene, Setting};

/// How many come at once.
pub(super) const PEOPLE: usize = 150;
/// So few may wait to be hashed on each node that the crowd does not find room, on a small machine either.
pub(super) const SHORT_QUEUE: Setting = ("PASSPORT__ACCOUNTS__HASH_QUEUE", "16");

const ALONE: Duration = Duration::from_secs(8);
const CROWDED: Duration = Duration::from_secs(20);

pub(super) fn run(scene: &mut Scene) -> anyhow::Result<Report> {
    let mut signed_in = scene.come(&["--people", "0", "--returning", "3"])?;
    scene.fleet.pause(Duration::from_secs(2))?;
    signed_in.mark("alone")?;
    scene.fleet.pause(ALONE)?;
    signed_in.mark("in a crowd")?;
    let crowd = scene.come(&["--people", &PEOPLE.to_string(), "--first", &scene.people.to_string(), "--impatient"])?;
    scene.fleet.pause(CROWDED)?;
    let signed_in = signed_in.leave_at("over")?;
    let crowd = crowd.leave()?;

    let mut report = Report::default();
    report.failures(&signed_in);
    report.tell("passwords that were right, in the crowd", crowd.sign_ins);
    report.must("tries that found no room, and were told so", crowd.failed, "some", crowd.failed > 0);
    for (what, returns) in &signed_in.returns {
        report.tell(
            format!("{what}: on to a site with a session, p50 and p99"),
            format!("{} and {} ms", returns.p50, returns.p99),
        );
        report.must(
            format!("{what}: on to a site with a session"),
            format!("{} times", returns.count),
            "some",
            returns.count > 0,
        );
        report.must(format!("{what}: that failed"), returns.failed, "0", returns.failed == 0);
    }
    Ok(report)
}
