//! More people sign in by password than can be hashed: those who are signed in already go on from site to site.

use std::time::Duration;

use super::{ONE_ADDRESS, Report, Scene, Setting};
use crate::cluster::NODES;

/// So few may wait to be hashed on each node, and so few are hashed at once, whatever the machine is like.
const QUEUE: usize = 8;
const THREADS: usize = 1;
pub(super) const ENVIRONMENT: [Setting; 3] =
    [ONE_ADDRESS, ("PASSPORT__ACCOUNTS__HASH_QUEUE", "8"), ("PASSPORT__ACCOUNTS__HASH_THREADS", "1")];
/// How many find room at once, on all nodes.
const ROOM: usize = NODES.len() * (QUEUE + THREADS);
/// How many come at once. They come to the passport itself, so that a password is most of what each of them costs.
pub(super) const PEOPLE: usize = 6 * ROOM;

const ALONE: Duration = Duration::from_secs(8);
const CROWDED: Duration = Duration::from_secs(20);

pub(super) fn run(scene: &mut Scene) -> anyhow::Result<Report> {
    let mut signed_in = scene.come(&["--people", "0", "--returning", "3"])?;
    scene.fleet.pause(Duration::from_secs(2))?;
    signed_in.mark("alone")?;
    scene.fleet.pause(ALONE)?;
    signed_in.mark("in a crowd")?;
    let crowd = scene.come(&["--people", &PEOPLE.to_string(), "--first", &scene.people.to_string(), "--crowd"])?;
    scene.fleet.pause(CROWDED)?;
    let signed_in = signed_in.leave_at("over")?;
    let crowd = crowd.leave()?;

    let mut report = Report::default();
    report.failures(&signed_in);
    report.tell("who came with a password, and for how many there is room", format!("{PEOPLE} and {ROOM}"));
    report.tell("passwords that were right, in the crowd", crowd.sign_ins);
    report.must("tries that found no room, and were told so", crowd.turned_away, "some", crowd.turned_away > 0);
    report.tell("tries that failed otherwise", crowd.failed - crowd.turned_away);
    if crowd.failed > crowd.turned_away {
        report.failures(&crowd);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crowd_is_larger_than_the_room_that_is_set() {
        let set =
            |name: &str| ENVIRONMENT.iter().find(|(known, _)| *known == name).and_then(|(_, value)| value.parse().ok());
        assert_eq!(set("PASSPORT__ACCOUNTS__HASH_QUEUE"), Some(QUEUE));
        assert_eq!(set("PASSPORT__ACCOUNTS__HASH_THREADS"), Some(THREADS));
        const { assert!(PEOPLE > 2 * ROOM) };
    }
}
