//! Removing what is past its time: what would go is told before, and goes batch by batch.

use std::time::Duration;

use passport::MIGRATIONS;
use passport::tables::retention::Due;
use serde_json::json;
use shared::clock::{SystemClock, Timestamp};
use shared::db::{BATCH, DbConfig};
use shared::testkit;

use super::*;
use crate::support::on_both_with;
use crate::support::process::Installation;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// So many captchas that are over, and one that is not.
async fn captchas(db: &Db, over: u8, now: Timestamp) {
    for n in 0..=over {
        let ends = if n == over { now + Duration::from_secs(60 * 60) } else { now };
        let row = sql("INSERT INTO captchas (id, used, expires_at) VALUES ($1, 1, $2)");
        db.execute(row.bind([n; 32]).bind(ends)).await.expect("a row");
    }
}

async fn due(passport: &Passport) -> Vec<(&'static str, i64)> {
    let due = passport.retention().due().await.expect("an answer");
    due.iter().filter(|Due { rows, .. }| *rows > 0).map(|due| (due.table, due.rows)).collect()
}

#[tokio::test]
async fn what_would_go_is_counted_and_stays_and_then_goes_to_the_last_row() {
    on_both_with(PLAIN, |passport| async move {
        somebody(&passport).await;
        captchas(&passport.db, 250, passport.clock.now()).await;
        let before = due(&passport).await;
        assert_eq!(before, [("captchas", 250)]);
        assert_eq!(due(&passport).await, before, "nothing was changed");
        let removed = passport.retention().run().await;
        assert_eq!((removed.rows, removed.left), (vec![("captchas", 250)], Vec::new()));
        assert_eq!(due(&passport).await, []);
        assert_eq!(rows(&passport.db, tables::table("captchas").expect("a table")).await.len(), 1, "its time is ahead");
        assert_eq!(passport.retention().run().await.rows, []);
    })
    .await;
}

#[tokio::test]
async fn no_transaction_removes_more_than_a_batch() {
    on_both_with(PLAIN, |passport| async move {
        captchas(&passport.db, 250, passport.clock.now()).await;
        let mut batches = Vec::new();
        while batches.last() != Some(&0) {
            batches.push(passport.sweep("captchas", passport.clock.now()).await);
        }
        let most = BATCH.cast_unsigned();
        assert_eq!(batches, [most, most, 250 - 2 * most, 0]);
    })
    .await;
}

#[tokio::test]
async fn each_kind_of_row_goes_when_its_own_time_is_over() {
    on_both_with(PLAIN, |passport| async move {
        somebody(&passport).await;
        passport.app.chain.seal_all().await.expect("sealed");
        let mut gone = Vec::new();
        for days in [59_u64, 61, 68, 130, 400] {
            passport.clock.set(crate::support::BEGIN + DAY * u32::try_from(days).expect("a count"));
            let removed = passport.retention().run().await;
            assert_eq!(removed.left, Vec::<String>::new());
            for (table, _) in removed.rows {
                gone.push((table, days));
            }
        }
        // What somebody was sent when they registered was over long before the rest.
        let expected: [(&str, &[u64]); 10] = [
            ("half_sign_ins", &[61]),
            ("ceremonies", &[61]),
            ("contact_changes", &[61]),
            ("proofs", &[59, 68]),
            ("recoveries", &[68]),
            ("alarms", &[130]),
            ("cases", &[400]),
            ("appeals", &[400]),
            ("audit_events", &[400]),
            ("unreachable", &[400]),
        ];
        for (name, days) in expected {
            let when: Vec<u64> = gone.iter().filter(|(table, _)| *table == name).map(|(_, days)| *days).collect();
            assert_eq!(when, days, "{name}: {gone:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_operator_is_told_what_would_go_and_has_it_removed() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let db = Db::connect(&config).await.expect("a database");
        captchas(&db, 3, SystemClock.now() - DAY).await;
        let run = |arguments: &[&str]| installation.command(&[&["retention", "run"], arguments].concat());
        let (done, said) = run(&["--dry-run"]);
        assert!(done, "{said}");
        let rule = said["rules"].as_array().expect("rules").iter().find(|rule| rule["table"] == "captchas");
        assert_eq!(rule.expect("a rule")["rows"], 4);
        assert_eq!(run(&[]), (true, json!({ "dry_run": false, "removed": [{ "table": "captchas", "rows": 4 }] })));
        assert_eq!(run(&[]), (true, json!({ "dry_run": false, "removed": [] })), "due again at once");

        let until = SystemClock.now() + DAY;
        let held = sql("UPDATE jobs SET lease_until = $1, holder = 'another' WHERE name = 'clean-up'").bind(until);
        assert_eq!(db.execute(held).await.expect("held"), 1);
        assert_eq!(installation.exit(&["retention", "run"]).0, 5, "a node is at it");
    })
    .await;
}
