//! What was recorded is sealed, all of it and once, and whoever changes it is found out.

use std::net::IpAddr;
use std::time::Duration;

use shared::clock::FakeClock;
use shared::db::{Engine, Query, Tx, sql};
use shared::entropy::SystemEntropy;
use shared::http::Caller;
use shared::testkit;

use super::*;
use crate::MIGRATIONS;
use crate::audit::verify::{Report, What};
use crate::audit::{Actor, Audit, Event, RETENTION, samples};

const NOW: Timestamp = Timestamp::from_seconds(1_805_331_600);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A record and its chain.
struct Record {
    db: Db,
    clock: Arc<FakeClock>,
    audit: Audit,
    chain: Chain,
}

impl Record {
    fn of(db: Db) -> Self {
        let clock = Arc::new(FakeClock::at(NOW));
        let audit = Audit::new(clock.clone(), Arc::new(SystemEntropy::new()));
        audit.origins().derive_from(SecretBytes::new([9; 32]));
        let chain = Chain::new(db.clone(), clock.clone(), &SecretBytes::new([5; 32]), personal(&audit));
        Self { db, clock, audit, chain }
    }

    /// Records so many events, a second apart.
    async fn happen(&self, count: usize) {
        for _ in 0..count {
            let (audit, event) = (self.audit.clone(), Event::AccountUnlocked { account: "an-account".to_owned() });
            let recorded = self.db.write(move |tx| {
                let (audit, event) = (audit.clone(), event.clone());
                async move { audit.record(tx, &Actor::Operator, &event).await }.boxed()
            });
            recorded.await.expect("recorded");
            self.clock.advance(Duration::from_secs(1));
        }
    }

    async fn seal(&self) -> u64 {
        self.chain.seal_all().await.expect("sealed")
    }

    async fn verify(&self) -> Report {
        self.chain.verify(None, &[]).await.expect("a report")
    }

    /// What is found, without the names of events.
    async fn found(&self) -> Vec<(Option<i64>, What)> {
        self.verify().await.flaws.iter().map(|flaw| (flaw.batch, flaw.what)).collect()
    }

    async fn count(&self, statement: &'static str) -> i64 {
        self.db.find(sql(statement)).await.expect("an answer").expect("a row").get("n").expect("a number")
    }

    /// Changes what nobody may, as somebody does who has the database.
    async fn tamper(&self, statement: &'static str) {
        self.tamper_by(sql(statement)).await;
    }

    async fn tamper_by(&self, statement: Query) {
        let engine = self.db.engine();
        let changed = self.db.write::<_, DbError, _>(move |tx| {
            let statement = statement.clone();
            async move {
                unguarded(tx, engine).await?;
                statement.execute(tx).await
            }
            .boxed()
        });
        assert!(changed.await.expect("changed") > 0);
    }
}

fn personal(audit: &Audit) -> (Origins, SharedEntropy) {
    (audit.origins().clone(), Arc::new(SystemEntropy::new()))
}

/// Puts the triggers out of action, for this transaction or for good.
async fn unguarded(tx: &mut Tx, engine: Engine) -> Result<(), DbError> {
    if engine == Engine::Postgres {
        return sql("SET LOCAL session_replication_role = replica").execute(tx).await.map(drop);
    }
    for drop_trigger in [
        "DROP TRIGGER IF EXISTS audit_events_stay",
        "DROP TRIGGER IF EXISTS audit_events_kept",
        "DROP TRIGGER IF EXISTS audit_batches_stay",
        "DROP TRIGGER IF EXISTS audit_batches_kept",
    ] {
        sql(drop_trigger).execute(tx).await?;
    }
    Ok(())
}

async fn on_both<F: Future<Output = ()>>(test: impl Fn(Record) -> F) {
    testkit::on_both(&MIGRATIONS, |db| test(Record::of(db))).await;
}

#[tokio::test]
async fn everything_recorded_is_sealed_in_batches_that_follow_from_each_other() {
    on_both(|record| async move {
        assert_eq!(record.seal().await, 0, "there is nothing");
        record.happen(130).await;
        assert_eq!(record.verify().await.unsealed, 130);
        assert_eq!((record.seal().await, record.seal().await), (2, 0));
        record.happen(1).await;
        assert_eq!(record.seal().await, 1);
        let report = record.verify().await;
        assert_eq!((report.batches, report.events, report.unsealed, report.flaws), (3, 131, 0, Vec::new()));
        let since = record.chain.verify(Some(NOW + Duration::from_secs(131)), &[]).await.expect("a report");
        assert_eq!((since.batches, since.flaws), (1, Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn events_of_every_kind_are_sealed_as_they_are_stored() {
    on_both(|record| async move {
        for event in samples::all() {
            let audit = record.audit.clone();
            let recorded = record.db.write::<_, DbError, _>(move |tx| {
                let (audit, event) = (audit.clone(), event.clone());
                async move { audit.record(tx, &Actor::Client("=a-client".to_owned()), &event).await }.boxed()
            });
            recorded.await.expect("recorded");
        }
        record.seal().await;
        assert_eq!(record.verify().await.flaws, []);
    })
    .await;
}

#[tokio::test]
async fn the_database_refuses_to_change_or_remove_what_was_recorded() {
    on_both(|record| async move {
        record.happen(2).await;
        let refused = async |statement: &'static str| {
            let error = record.db.execute(sql(statement)).await.expect_err(statement);
            assert!(error.to_string().contains("the record is "), "{statement}: {error}");
        };
        for again in [false, true] {
            refused("DELETE FROM audit_events WHERE id IS NOT NULL").await;
            refused("UPDATE audit_events SET details = '{}'").await;
            refused("UPDATE audit_events SET network = '203.0.113.7'").await;
            refused("UPDATE audit_events SET account_id = NULL, batch = 1").await;
            if !again {
                record.seal().await;
            }
        }
        refused("UPDATE audit_events SET batch = 2").await;
        refused("UPDATE audit_events SET batch = NULL").await;
        refused("DELETE FROM audit_batches").await;
        refused("UPDATE audit_batches SET digest = root").await;
        refused("UPDATE audit_batches SET released_at = last_at + 15551999999, leaves = NULL").await;
        assert_eq!(record.found().await, []);
    })
    .await;
}

#[tokio::test]
async fn whatever_is_changed_is_named_with_its_batch_and_its_event() {
    on_both(|record| async move {
        record.happen(101).await;
        record.seal().await;
        let oldest = record.chain.db.read(|tx| lines::of_batches(tx, 1, 1).boxed()).await.expect("lines").remove(0);
        record.tamper_by(sql("UPDATE audit_events SET actor = 'system' WHERE id = $1").bind(&oldest.id)).await;
        let flaws = record.verify().await.flaws;
        assert_eq!(flaws[0].to_string(), format!("batch 1, event {} was changed after it was sealed", oldest.id));
        record.tamper_by(sql("UPDATE audit_events SET actor = 'operator' WHERE id = $1").bind(&oldest.id)).await;
        assert_eq!(record.found().await, [], "it is as it was");

        record
            .tamper("INSERT INTO audit_events (id, at, actor, kind, details, batch) VALUES ('x', 1, 'a', 'k', '{}', 2)")
            .await;
        assert_eq!(record.found().await, [(Some(2), What::EventAdded)]);
        record.tamper("UPDATE audit_events SET batch = 9 WHERE id = 'x'").await;
        assert_eq!(record.found().await, [(Some(9), What::EventAdded)]);
        record.tamper("DELETE FROM audit_events WHERE id = 'x'").await;

        record.tamper_by(sql("DELETE FROM audit_events WHERE id = $1").bind(&oldest.id)).await;
        let flaws = record.verify().await.flaws;
        assert_eq!(flaws[0].to_string(), format!("batch 1, event {} is gone", oldest.id));
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_is_changed_forged_or_taken_out_is_named() {
    on_both(|record| async move {
        for _ in 0..3 {
            record.happen(1).await;
            record.seal().await;
        }
        record.tamper("UPDATE audit_batches SET sealed_at = sealed_at + 1 WHERE number = 3").await;
        assert_eq!(record.found().await, [(Some(3), What::BatchChanged)]);
        // Whoever works its digest out anew cannot sign it.
        let forged = record.chain.last().await.expect("an answer").expect("a batch");
        let digest = digest::of_batch(&forged);
        record.tamper_by(sql("UPDATE audit_batches SET digest = $1 WHERE number = 3").bind(digest)).await;
        assert_eq!(record.found().await, [(Some(3), What::Unsigned)]);
        record.tamper("UPDATE audit_batches SET leaves = root WHERE number = 2").await;
        assert!(record.found().await.contains(&(Some(2), What::BatchChanged)));
        record.tamper("DELETE FROM audit_batches WHERE number = 2").await;
        let found = record.found().await;
        assert!(found.starts_with(&[(Some(2), What::BatchMissing), (Some(3), What::Unchained)]), "{found:?}");
        record.tamper("UPDATE audit_batches SET previous = root WHERE number = 1").await;
        assert!(record.found().await.starts_with(&[(Some(1), What::Unchained), (Some(1), What::BatchChanged)]));
        let seed = SecretBytes::new([6; 32]);
        let other = Chain::new(record.db.clone(), record.clock.clone(), &seed, personal(&record.audit));
        let flaws = other.verify(None, &[]).await.expect("a report").flaws;
        assert!(flaws.iter().any(|flaw| (flaw.batch, flaw.what) == (Some(1), What::Unsigned)), "{flaws:?}");
    })
    .await;
}

#[tokio::test]
async fn an_event_of_an_earlier_time_than_what_is_sealed_is_sealed_next() {
    on_both(|record| async move {
        let slow = Record::of(record.db.clone());
        record.clock.advance(Duration::from_secs(60));
        record.happen(1).await;
        record.seal().await;
        slow.happen(1).await;
        assert_eq!(record.seal().await, 1);
        let report = record.verify().await;
        assert_eq!((report.batches, report.events, report.unsealed, report.flaws), (2, 2, 0, Vec::new()));
        // No transaction lasts an hour: somebody gave it another time.
        record.clock.advance(HOUR);
        record.happen(1).await;
        record.seal().await;
        slow.happen(1).await;
        record.seal().await;
        assert_eq!(record.found().await, [(Some(4), What::EventLate)]);
    })
    .await;
}

#[tokio::test]
async fn an_event_whose_transaction_ends_late_is_not_passed_over() {
    on_both(|record| async move {
        // The embedded database has one writer: what is recorded first is committed first.
        if record.db.engine() == Engine::Sqlite {
            return;
        }
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        let (began, mut begun) = tokio::sync::mpsc::channel(1);
        let (db, audit, waits) = (record.db.clone(), record.audit.clone(), Arc::clone(&gate));
        let late = tokio::spawn(async move {
            let written = db.write::<_, DbError, _>(move |tx| {
                let (audit, waits, began) = (audit.clone(), Arc::clone(&waits), began.clone());
                async move {
                    audit.record(tx, &Actor::System, &Event::ClientInvited { uses: 1 }).await?;
                    began.send(()).await.expect("somebody waits for it");
                    waits.acquire().await.expect("open").forget();
                    Ok(())
                }
                .boxed()
            });
            written.await
        });
        begun.recv().await.expect("it is under way");
        record.happen(3).await;
        assert_eq!(record.seal().await, 1);
        gate.add_permits(1);
        late.await.expect("its end").expect("committed");
        assert_eq!(record.verify().await.unsealed, 1, "nobody saw it before");
        assert_eq!(record.seal().await, 1);
        let report = record.verify().await;
        assert_eq!((report.batches, report.events, report.unsealed, report.flaws), (2, 4, 0, Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn nodes_that_seal_at_once_make_one_chain() {
    on_both(|record| async move {
        record.happen(150).await;
        let nodes: Vec<_> = (0..4).map(|_| record.chain.clone()).collect();
        loop {
            let all = futures_util::future::join_all(nodes.iter().map(Chain::seal_all)).await;
            for sealed in &all {
                assert!(matches!(sealed, Ok(_) | Err(SealError::Overtaken)), "{sealed:?}");
            }
            if all.iter().all(Result::is_ok) {
                break;
            }
        }
        let report = record.verify().await;
        assert_eq!((report.batches, report.events, report.unsealed, report.flaws), (2, 150, 0, Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn past_their_time_events_go_with_their_batch_and_the_chain_holds() {
    on_both(|record| async move {
        record.happen(120).await;
        record.seal().await;
        record.clock.advance(DAY * 30);
        record.happen(1).await;
        record.seal().await;
        let expire = async || {
            let audit = record.audit.clone();
            let expired = record.db.write(move |tx| {
                let audit = audit.clone();
                async move { audit.expire(tx).await }.boxed()
            });
            expired.await.expect("expired")
        };
        record.clock.set(NOW + RETENTION);
        assert_eq!(expire().await, 0, "not all of the first batch are past their time");
        record.clock.advance(HOUR);
        assert_eq!((expire().await, expire().await, expire().await), (100, 20, 0));
        let report = record.verify().await;
        assert_eq!((report.batches, report.released, report.events, report.flaws), (3, 2, 1, Vec::new()));
        // Whoever lets go of the rest sooner is found out, whatever time they give.
        record
            .tamper("UPDATE audit_batches SET released_at = last_at + 99999999999, leaves = NULL WHERE number = 3")
            .await;
        record.tamper("DELETE FROM audit_events").await;
        record.clock.set(NOW + DAY * 31);
        assert!(record.found().await.contains(&(Some(3), What::ReleasedEarly)));
    })
    .await;
}

#[tokio::test]
async fn a_record_that_is_rewritten_with_the_key_differs_from_its_heads() {
    on_both(|record| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let heads = Heads::at(&folder.path().join("heads.jsonl"));
        let follow = async || {
            let last = record.chain.last().await.expect("an answer").expect("a batch");
            heads.follow(&record.chain, &last).await
        };
        record.happen(2).await;
        record.seal().await;
        assert!(follow().await.expect("written"));
        assert!(!follow().await.expect("written"), "it stands there");
        record.happen(2).await;
        record.seal().await;
        assert!(follow().await.expect("written"));
        let written = heads.all().await.expect("heads");
        assert_eq!(written.iter().map(|head| head.batch).collect::<Vec<_>>(), [1, 2]);
        let against = async || record.chain.verify(None, &written).await.expect("a report");
        let report = against().await;
        assert_eq!((report.heads, report.flaws), (2, Vec::new()));

        // Cut off, and then written anew, by who has the key as well.
        record.tamper("UPDATE audit_events SET batch = NULL").await;
        record.tamper("DELETE FROM audit_batches WHERE number = 2").await;
        let named = async || against().await.flaws.iter().map(|flaw| (flaw.batch, flaw.what)).collect::<Vec<_>>();
        assert!(named().await.contains(&(Some(2), What::HeadDiffers)));
        record.tamper("DELETE FROM audit_batches").await;
        record.tamper("UPDATE audit_events SET actor = 'system' WHERE batch IS NULL").await;
        record.clock.advance(HOUR);
        record.seal().await;
        assert_eq!(record.found().await, [], "within the database all fits");
        assert_eq!(named().await, [(Some(1), What::HeadDiffers), (Some(2), What::HeadDiffers)]);
        let refused = follow().await.expect_err("another record");
        assert!(refused.to_string().contains("batch 2 is another there"), "{refused}");
        assert_eq!(heads.all().await.expect("heads"), written, "nothing was added to them");
    })
    .await;
}

/// Somebody signs in to that account, from that network.
async fn signs_in(record: &Record, account: &'static str, network: [u8; 4]) {
    let audit = record.audit.clone();
    let from = Caller::at(IpAddr::from(network));
    let recorded = record.db.write::<_, DbError, _>(move |tx| {
        let audit = audit.clone();
        let event = Event::SignedIn { account: account.to_owned(), session: "s".to_owned() };
        async move { audit.record_from(tx, from, &Actor::Account(account.to_owned()), &event).await }.boxed()
    });
    recorded.await.expect("recorded");
    record.clock.advance(Duration::from_secs(1));
}

/// From where an account was signed in to, as its owner is told.
async fn networks(record: &Record, account: &'static str) -> Vec<String> {
    let audit = record.audit.clone();
    let read = record.db.read::<_, DbError, _>(move |tx| {
        let audit = audit.clone();
        async move { audit.networks(tx, account, 10).await }.boxed()
    });
    read.await.expect("networks").into_iter().map(|(network, _)| network).collect()
}

async fn forget(record: &Record, account: &'static str) {
    let audit = record.audit.clone();
    let forgotten = record.db.write::<_, DbError, _>(move |tx| {
        let audit = audit.clone();
        async move { audit.forget(tx, account).await }.boxed()
    });
    forgotten.await.expect("forgotten");
}

#[tokio::test]
async fn where_somebody_was_is_sealed_for_them_forgotten_with_them_and_the_chain_holds() {
    const READABLE: &str =
        "SELECT COUNT(*) AS n FROM audit_events WHERE network LIKE '203.%' OR device NOT LIKE 'sealed:%'";
    on_both(|record| async move {
        signs_in(&record, "a", [203, 0, 113, 7]).await;
        signs_in(&record, "a", [203, 0, 113, 8]).await;
        signs_in(&record, "b", [203, 0, 113, 7]).await;
        assert_eq!(record.count(READABLE).await, 3, "until they are sealed");
        record.seal().await;
        assert_eq!(record.count(READABLE).await, 0);
        // Sealed and not yet sealed, it is one network.
        signs_in(&record, "a", [203, 0, 113, 8]).await;
        assert_eq!(networks(&record, "a").await, ["203.0.113.7", "203.0.113.8"]);
        record.seal().await;
        assert_eq!(networks(&record, "a").await, ["203.0.113.7", "203.0.113.8"]);

        signs_in(&record, "a", [203, 0, 113, 9]).await;
        forget(&record, "a").await;
        record.seal().await;
        assert_eq!((record.count(READABLE).await, networks(&record, "a").await), (0, Vec::new()));
        assert_eq!(networks(&record, "b").await, ["203.0.113.7"], "nobody else is forgotten");
        let left = "SELECT COUNT(*) AS n FROM audit_salts WHERE account_id = 'a' AND salt IS NOT NULL";
        assert_eq!(record.count(left).await, 0, "and it gets no other");
        let report = record.verify().await;
        assert_eq!((report.events, report.unsealed, report.flaws), (5, 0, Vec::new()));
    })
    .await;
}
