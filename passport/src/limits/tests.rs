//! The rules of counting, and the counters on each database.

use std::net::IpAddr;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use shared::db::{Db, sql};
use shared::testkit::on_both;

use super::*;
use crate::MIGRATIONS;

const LOCK: Limit = Limit::lock("test_lock", 3, Duration::from_secs(900));
const RATE: Limit = Limit::rate("test_rate", 2, Duration::from_secs(60));
const T0: Timestamp = Timestamp::from_seconds(1_000_000);

fn after(seconds: u64) -> Timestamp {
    T0 + Duration::from_secs(seconds)
}

fn limits() -> Limits {
    Limits::new(Policy::default(), true, SecretBytes::new(*b"a key"))
}

async fn hit(db: &Db, limit: Limit, who: &'static str, now: Timestamp) -> Verdict {
    let limits = limits();
    db.write::<_, DbError, _>(move |tx| {
        let limits = limits.clone();
        async move { limits.hit(tx, &limit, Subject::Text(who), now).await }.boxed()
    })
    .await
    .expect("counted")
}

async fn peek(db: &Db, limit: Limit, who: &'static str, now: Timestamp) -> Verdict {
    let limits = limits();
    db.read::<_, DbError, _>(move |tx| {
        let limits = limits.clone();
        async move { limits.peek(tx, &limit, Subject::Text(who), now).await }.boxed()
    })
    .await
    .expect("read")
}

#[tokio::test]
async fn the_last_allowed_failure_locks_and_the_lock_ends() {
    on_both(&MIGRATIONS, |db| async move {
        for used in 1..=3 {
            assert_eq!(hit(&db, LOCK, "li", after(100 * u64::from(used))).await, Verdict::Allowed { used });
        }
        let until = after(300 + 900);
        assert_eq!(peek(&db, LOCK, "li", after(301)).await, Verdict::Refused { until });
        assert_eq!(hit(&db, LOCK, "li", after(301)).await, Verdict::Refused { until });
        assert_eq!(hit(&db, LOCK, "li", after(1199)).await, Verdict::Refused { until }, "trying on prolongs nothing");
        assert_eq!(peek(&db, LOCK, "li", after(1200)).await, Verdict::Allowed { used: 0 });
        assert_eq!(hit(&db, LOCK, "li", after(1200)).await, Verdict::Allowed { used: 1 });
    })
    .await;
}

#[tokio::test]
async fn a_rate_counts_from_its_first_use_and_begins_anew() {
    on_both(&MIGRATIONS, |db| async move {
        assert!(hit(&db, RATE, "li", after(0)).await.is_allowed());
        assert!(hit(&db, RATE, "li", after(50)).await.is_allowed());
        assert_eq!(hit(&db, RATE, "li", after(59)).await, Verdict::Refused { until: after(60) });
        assert_eq!(hit(&db, RATE, "li", after(60)).await, Verdict::Allowed { used: 1 });
    })
    .await;
}

#[tokio::test]
async fn a_limit_of_one_locks_at_once() {
    on_both(&MIGRATIONS, |db| async move {
        let once = Limit { allowed: 1, window: Duration::from_secs(10), ..LOCK };
        assert!(hit(&db, once, "li", after(0)).await.is_allowed());
        assert_eq!(hit(&db, once, "li", after(11)).await, Verdict::Refused { until: after(900) });
    })
    .await;
}

#[tokio::test]
async fn subjects_and_limits_are_counted_apart() {
    on_both(&MIGRATIONS, |db| async move {
        for _ in 0..3 {
            hit(&db, RATE, "li", T0).await;
        }
        assert!(!hit(&db, RATE, "li", T0).await.is_allowed());
        assert!(hit(&db, RATE, "wang", T0).await.is_allowed());
        assert!(hit(&db, LOCK, "li", T0).await.is_allowed());
    })
    .await;
}

#[tokio::test]
async fn of_fifty_guesses_at_once_the_allowed_ones_are_had() {
    on_both(&MIGRATIONS, |db| async move {
        let verdicts = join_all((0..50).map(|_| hit(&db, LOCK, "li", T0))).await;
        assert_eq!(verdicts.iter().filter(|v| v.is_allowed()).count(), 3);
    })
    .await;
}

#[tokio::test]
async fn proof_clears_and_what_did_not_happen_is_given_back() {
    on_both(&MIGRATIONS, |db| async move {
        for _ in 0..3 {
            hit(&db, LOCK, "li", T0).await;
        }
        db.write::<_, DbError, _>(|tx| {
            async move { limits().give_back(tx, &LOCK, Subject::Text("li"), T0).await }.boxed()
        })
        .await
        .expect("given back");
        assert_eq!(peek(&db, LOCK, "li", T0).await, Verdict::Allowed { used: 2 });
        db.write::<_, DbError, _>(|tx| async move { limits().clear(tx, &LOCK, Subject::Text("li")).await }.boxed())
            .await
            .expect("cleared");
        assert_eq!(peek(&db, LOCK, "li", T0).await, Verdict::Allowed { used: 0 });
    })
    .await;
}

#[tokio::test]
async fn only_what_no_longer_counts_is_purged_and_no_subject_is_stored_in_clear() {
    on_both(&MIGRATIONS, |db| async move {
        hit(&db, RATE, "13800138000", T0).await;
        hit(&db, LOCK, "13800138000", T0).await;
        let sweep = crate::tables::table("limits").and_then(crate::tables::Table::sweep).expect("a rule");
        let purged = db
            .write::<_, DbError, _>(move |tx| async move { sweep.remove(tx, after(60)).await }.boxed())
            .await
            .expect("purged");
        assert_eq!(purged, 1);
        let rows = db
            .read::<_, DbError, _>(|tx| {
                async move { sql("SELECT subject, name FROM limits").fetch_all(tx).await }.boxed()
            })
            .await
            .expect("rows");
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].get::<String>("name").expect("a name"), "test_lock");
        assert_eq!(
            rows[0].get::<[u8; 32]>("subject").expect("a hash"),
            limits().hashed(&LOCK, &Subject::Text("13800138000"))
        );
    })
    .await;
}

#[tokio::test]
async fn limits_that_are_off_refuse_nothing() {
    on_both(&MIGRATIONS, |db| async move {
        for _ in 0..9 {
            let verdict = db
                .write::<_, DbError, _>(|tx| {
                    let off = Limits::new(Policy::default(), false, SecretBytes::new(*b"a key"));
                    async move { off.hit(tx, &LOCK, Subject::Text("li"), T0).await }.boxed()
                })
                .await;
            assert!(verdict.expect("an answer").is_allowed());
        }
    })
    .await;
}

#[test]
fn an_address_block_is_what_one_subscriber_holds() {
    let block = |text: &str| AddressBlock::of(text.parse::<IpAddr>().expect("an address"));
    assert_ne!(block("192.0.2.1"), block("192.0.2.2"));
    assert_eq!(block("::ffff:192.0.2.1"), block("192.0.2.1"));
    assert_eq!(block("2001:db8:1:2::1"), block("2001:db8:1:2:ffff::"));
    assert_ne!(block("2001:db8:1:2::1"), block("2001:db8:1:3::1"));
    assert_eq!(block("2001:db8:1:2::1").to_string(), "2001:db8:1:2::");
}

/// Network `n` of the /48.
fn network(n: u16) -> Subject<'static> {
    Subject::Address(AddressBlock::of(IpAddr::from([0x2001, 0xdb8, 1, n, 0, 0, 0, 1])))
}

#[tokio::test]
async fn a_site_cannot_walk_around_a_limit_through_its_many_networks() {
    on_both(&MIGRATIONS, |db| async move {
        // RATE allows 2 to a /64, hence 32 to a /48. Each try comes from a network that was never seen before.
        let verdicts = db
            .write::<_, DbError, _>(|tx| {
                async move {
                    let mut verdicts = Vec::new();
                    for n in 0..40 {
                        verdicts.push(limits().hit(tx, &RATE, network(n), T0).await?);
                    }
                    verdicts.push(limits().peek(tx, &RATE, network(99), T0).await?);
                    Ok(verdicts)
                }
                .boxed()
            })
            .await
            .expect("counted");
        assert_eq!(verdicts.iter().position(|verdict| !verdict.is_allowed()), Some(32));
        assert_eq!(verdicts.last(), Some(&Verdict::Refused { until: after(60) }), "looking alone tells the same");

        let elsewhere = Subject::Address(AddressBlock::of(IpAddr::from([0x2001, 0xdb8, 2, 0, 0, 0, 0, 1])));
        let verdict = db
            .write::<_, DbError, _>(move |tx| async move { limits().hit(tx, &RATE, elsewhere, T0).await }.boxed())
            .await;
        assert!(verdict.expect("counted").is_allowed(), "another site is another matter");
    })
    .await;
}

#[tokio::test]
async fn what_a_site_did_counts_for_each_of_its_networks_by_a_sixteenth() {
    on_both(&MIGRATIONS, |db| async move {
        let used = db
            .write::<_, DbError, _>(|tx| {
                async move {
                    let limits = limits();
                    for n in 0..48 {
                        limits.hit(tx, &RATE, network(n), T0).await?;
                    }
                    limits.hit(tx, &RATE, network(0), T0).await?;
                    let elsewhere = Subject::Address(AddressBlock::of([192, 0, 2, 1].into()));
                    let mut used = Vec::new();
                    for subject in [network(99), network(0), elsewhere] {
                        used.push(limits.used(tx, &RATE, subject, T0).await?);
                    }
                    Ok(used)
                }
                .boxed()
            })
            .await
            .expect("counted");
        assert_eq!(used, [3, 3, 0], "a network that nobody came from yet is no stranger");
    })
    .await;
}

#[test]
fn floods_of_sign_ins_are_measured_by_site_more_narrowly() {
    let policy = Policy::default();
    assert_eq!(policy.sign_in_address.of_site().allowed, 4 * policy.sign_in_address.allowed);
    assert_eq!(policy.sign_in_address_failures.of_site().allowed, 2 * policy.sign_in_address_failures.allowed);
    assert_eq!(RATE.of_site().allowed, 16 * RATE.allowed);
}

#[test]
fn a_text_is_never_counted_as_an_address() {
    let block = AddressBlock::of([192, 0, 2, 1].into());
    assert_ne!(limits().hashed(&RATE, &Subject::Text("192.0.2.1")), limits().hashed(&RATE, &Subject::Address(block)));
}
