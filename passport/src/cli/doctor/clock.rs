//! This machine's clock, beside the database's and beside what is on record. Running nodes date everything by the database's
//! ([`CommonClock`]), so that tokens stay right; commands, logs and certificates go by the machine's own.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{CommonClock, DatabaseTime};

use super::{Finding, Patient};
use crate::audit;

const CHECK: &str = "clock";

/// How far a clock may be off before it is to be set, in milliseconds.
const A_LITTLE: u64 = 2_000;

/// How far it may be off at most.
const FAR: u64 = 60_000;

pub async fn check(patient: &Patient) -> Option<Finding> {
    let db = patient.db.as_ref()?;
    let now = patient.clock.now();
    let common = CommonClock::new(Arc::clone(&patient.clock), Arc::new(DatabaseTime));
    let behind = common.correct(db).await.ok()?;
    if let Some(finding) = beside_the_database(now, behind) {
        return Some(finding);
    }
    let latest = db.read(|tx| audit::store::latest(tx, 1).boxed()).await.ok()?;
    Some(beside_the_record(now, latest.first().map(|entry| entry.at)))
}

/// What it means to be so many milliseconds behind the database; nothing if that is little.
fn beside_the_database(now: Timestamp, behind: i64) -> Option<Finding> {
    let off = behind.unsigned_abs();
    let side = if behind > 0 { "behind" } else { "ahead of" };
    let seen = format!("it is {now} here, {} s {side} the database's time", off / 1_000);
    let cause = "this machine's clock, or that of the database server, is wrong";
    let advice = "let all machines take their time from the same source (chrony, systemd-timesyncd)";
    if off <= A_LITTLE {
        return None;
    }
    let finding = if off <= FAR { Finding::warning } else { Finding::error };
    Some(finding(CHECK, seen, cause, advice))
}

/// What is on record must not lie ahead: codes and sessions would end too soon or too late.
fn beside_the_record(now: Timestamp, latest: Option<Timestamp>) -> Finding {
    match latest {
        Some(at) if at > now + Duration::from_secs(5) => Finding::error(
            CHECK,
            format!("it is {now} here, and the latest event on record is of {at}"),
            "this machine's clock, or another node's, is wrong",
            "let all nodes take their time from the same source (chrony, systemd-timesyncd)",
        ),
        _ => Finding::ok(CHECK, format!("{now}, that of the database, after everything on record")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Severity;
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    #[test]
    fn a_clock_that_is_off_is_told_and_one_that_is_far_off_refused() {
        let severity = |behind| beside_the_database(NOW, behind).map(|finding| finding.severity);
        for side in [1, -1] {
            assert_eq!(severity(2_000 * side), None);
            assert_eq!(severity(2_001 * side), Some(Severity::Warning));
            assert_eq!(severity(300_000 * side), Some(Severity::Error));
        }
        let ahead = beside_the_database(NOW, -300_000).expect("a finding").seen;
        assert_eq!(ahead, "it is 1970-01-01T00:16:40Z here, 300 s ahead of the database's time");
    }

    #[test]
    fn what_is_on_record_does_not_lie_ahead() {
        let severity = |seconds| beside_the_record(NOW, Some(NOW + Duration::from_secs(seconds))).severity;
        assert_eq!((severity(5), severity(6)), (Severity::Ok, Severity::Error));
    }
}
