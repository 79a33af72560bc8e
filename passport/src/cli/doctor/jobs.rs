//! The jobs that one of all nodes does at a time: whether somebody does them, and whether they go well.

use std::time::Duration;

use shared::clock::Timestamp;

use super::local::broken;
use super::{Finding, Patient};
use crate::cli::jobs;
use crate::jobs::store::JobRow;
use crate::jobs::{Job, Jobs};

const CHECK: &str = "jobs";

/// A job that is due has been begun by a running passport within this.
const GRACE: Duration = Duration::from_secs(10 * 60);

pub async fn check(patient: &Patient) -> Vec<Finding> {
    let Some(db) = &patient.db else { return Vec::new() };
    match Jobs::all(db).await {
        Ok(rows) => judge(&jobs::all(&patient.config), &rows, patient.clock.now()),
        Err(error) => vec![broken(CHECK, &error)],
    }
}

fn judge(jobs: &[Job], rows: &[JobRow], now: Timestamp) -> Vec<Finding> {
    if rows.is_empty() {
        return vec![Finding::ok(CHECK, "none was begun yet: no passport has served on this database")];
    }
    let found: Vec<_> = jobs.iter().filter_map(|job| of_job(*job, rows, now)).collect();
    if found.is_empty() {
        let last = rows.iter().map(|row| row.began).max().unwrap_or_default();
        return vec![Finding::ok(CHECK, format!("{} are done in time, one last at {last}", jobs.len()))];
    }
    found
}

/// What is wrong with a job; none: nothing is.
fn of_job(job: Job, rows: &[JobRow], now: Timestamp) -> Option<Finding> {
    let Some(row) = rows.iter().find(|row| row.name == job.name) else {
        let began = rows.iter().map(|row| row.began).min()?;
        return (now.since(began) > GRACE).then(|| late(format!("{} was never begun", job.name)));
    };
    let last = row.done.map_or_else(|| "never".to_owned(), |done| format!("last at {done}"));
    if now.since(row.due) > GRACE && row.lease_until <= now {
        return Some(late(format!("{} is due since {}, and was done {last}, by {}", job.name, row.due, row.node)));
    }
    let problem = row.problem.as_ref()?;
    Some(Finding::warning(
        CHECK,
        format!("{} was not done to its end by {}: {problem}; it was done {last}", job.name, row.node),
        "what it says; the log of that node says more",
        "see to that; the job is done again by itself",
    ))
}

fn late(seen: String) -> Finding {
    Finding::warning(
        CHECK,
        seen,
        "no passport is running, or those that run cannot write to the database",
        "start the passport; see the log for what it says of jobs",
    )
}

#[cfg(test)]
mod tests {
    use super::super::Severity;
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    const JOB: Job = Job { name: "sweep", every: Duration::from_secs(60) };

    fn row(name: &str, due: Timestamp) -> JobRow {
        JobRow {
            name: name.to_owned(),
            due,
            node: "a".to_owned(),
            lease_until: Timestamp::default(),
            began: due - JOB.every,
            ended: Some(due - JOB.every),
            done: Some(due - JOB.every),
            problem: None,
        }
    }

    fn severity(rows: &[JobRow]) -> Severity {
        judge(&[JOB], rows, NOW).iter().map(|finding| finding.severity).max().expect("a finding")
    }

    #[test]
    fn a_job_that_nobody_does_is_told_and_one_that_is_under_way_is_not() {
        assert_eq!(severity(&[]), Severity::Ok);
        assert_eq!(severity(&[row("sweep", NOW - GRACE)]), Severity::Ok);
        let late = row("sweep", NOW - GRACE * 2);
        let told = judge(&[JOB], std::slice::from_ref(&late), NOW).remove(0).seen;
        assert!(told.starts_with("sweep is due since 1970-01-12T13:26:40Z, and was done last at "), "{told}");
        assert_eq!(severity(std::slice::from_ref(&late)), Severity::Warning);
        assert_eq!(severity(&[JobRow { lease_until: NOW + JOB.every, ..late }]), Severity::Ok);
        assert_eq!(severity(&[row("another", NOW - GRACE * 2)]), Severity::Warning, "it was never begun");
        assert_eq!(severity(&[row("another", NOW)]), Severity::Ok, "all have only begun");
    }

    #[test]
    fn a_job_that_fails_is_told_with_what_it_said() {
        let failed = JobRow { problem: Some("the disk is full".to_owned()), ..row("sweep", NOW) };
        let told = judge(&[JOB], &[failed], NOW).remove(0);
        assert!(told.severity == Severity::Warning && told.seen.contains("by a: the disk is full;"), "{}", told.seen);
    }
}
