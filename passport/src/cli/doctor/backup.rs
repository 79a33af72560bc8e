//! When the database was last backed up, and whether it comes from a backup.

use futures_util::FutureExt as _;

use super::local::broken;
use super::{Finding, Patient};
use crate::{backup, keys};

const CHECK: &str = "backups";

pub async fn check(patient: &Patient) -> Vec<Finding> {
    let Some(db) = &patient.db else { return Vec::new() };
    let (settings, now) = (&patient.config.backup, patient.clock.now());
    let last = match db.read(|tx| backup::store::last(tx).boxed()).await {
        Ok(last) => last,
        Err(error) => return vec![broken(CHECK, &error)],
    };
    let seen = match last {
        Some(at) => format!("the last backup was made at {at}"),
        None => "`passport backup` has made none of this database".to_owned(),
    };
    let is_late = last.is_none_or(|at| now.since(at) > settings.expected_every);
    let mut findings = vec![if is_late && settings.recipient.is_some() {
        Finding::warning(
            CHECK,
            seen,
            "what makes backups does not run, or failed",
            "run `passport backup --to FILE` and see what it says",
        )
    } else {
        Finding::ok(CHECK, seen)
    }];
    if let Ok(Some(epoch)) = db.read(|tx| keys::store::epoch(tx).boxed()).await {
        let seen = format!(
            "this database was restored from the backup {} of {} at {}",
            epoch.backup, epoch.backup_made, epoch.began
        );
        findings.push(Finding::ok(CHECK, seen));
    }
    findings
}
