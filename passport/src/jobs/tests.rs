//! Of many nodes one does a job, and another takes over from one that died.

use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering};

use shared::clock::{Clock as _, FakeClock};
use shared::db::CommonClock;
use shared::entropy::SystemEntropy;
use shared::testkit;

use super::*;
use crate::MIGRATIONS;

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const JOB: Job = Job { name: "sweep", every: Duration::from_secs(600) };
const SECOND: Duration = Duration::from_secs(1);

fn node(db: &Db, clock: SharedClock, name: &str) -> Jobs {
    Jobs::new(db.clone(), clock, &SystemEntropy::new(), name)
}

/// Two nodes by one clock.
fn two(db: &Db) -> (Jobs, Jobs, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::at(NOW));
    (node(db, clock.clone(), "a"), node(db, clock.clone(), "b"), clock)
}

async fn looks(node: &Jobs) -> Turn {
    node.turn(JOB, || async { Ok(()) }).await.expect("an answer")
}

/// A node that takes the job and is killed while it works.
async fn dies(node: &Jobs, db: &Db) {
    let taken =
        async { while store::find(db, JOB.name).await.expect("a row").is_none_or(|row| row.lease_until < NOW) {} };
    tokio::select! {
        turn = node.turn(JOB, pending) => panic!("it ended: {turn:?}"),
        () = taken => {}
    }
}

async fn row(db: &Db) -> store::JobRow {
    store::find(db, JOB.name).await.expect("an answer").expect("a row")
}

#[tokio::test]
async fn of_two_nodes_one_does_a_job_and_then_nobody_until_it_is_due_again() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let (a, b, clock) = two(&db);
        assert_eq!(looks(&a).await, Turn::Did(Ok(())));
        let due = NOW + JOB.every;
        assert_eq!((looks(&a).await, looks(&b).await), (Turn::Waits(due), Turn::Waits(due)));
        clock.set(due);
        assert_eq!((looks(&b).await, looks(&a).await), (Turn::Did(Ok(())), Turn::Waits(due + JOB.every)));
    })
    .await;
}

#[tokio::test]
async fn nodes_that_look_at_the_same_moment_do_it_once() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let clock = Arc::new(FakeClock::at(NOW));
        for _ in 0..5 {
            let done = AtomicU32::new(0);
            let nodes: Vec<_> = (0..8).map(|_| node(&db, clock.clone(), "n")).collect();
            let turns = nodes.iter().map(|node| {
                node.turn(JOB, || async {
                    done.fetch_add(1, Ordering::SeqCst);
                    Ok(())
                })
            });
            futures_util::future::join_all(turns).await;
            assert_eq!(done.load(Ordering::SeqCst), 1);
            clock.advance(JOB.every);
        }
    })
    .await;
}

#[tokio::test]
async fn who_wants_it_done_now_need_not_wait_until_it_is_due_but_for_who_is_at_it() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let (a, b, clock) = two(&db);
        let now = async |node: &Jobs| node.at_once(JOB, || async { Ok(()) }).await.expect("an answer");
        assert_eq!(now(&a).await, Turn::Did(Ok(())), "never begun");
        assert_eq!(now(&b).await, Turn::Did(Ok(())), "not due");
        assert_eq!(looks(&a).await, Turn::Waits(NOW + JOB.every), "it rests after that as ever");
        clock.advance(JOB.every);
        dies(&a, &db).await;
        assert_eq!(now(&b).await, Turn::Waits(clock.now() + LEASE));
    })
    .await;
}

#[tokio::test]
async fn a_node_that_dies_is_replaced_when_its_lease_is_over_and_not_before() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let (a, b, clock) = two(&db);
        dies(&a, &db).await;
        assert_eq!(looks(&b).await, Turn::Waits(NOW + LEASE));
        clock.advance(LEASE - Duration::from_millis(1));
        assert_eq!(looks(&b).await, Turn::Waits(NOW + LEASE));
        clock.advance(Duration::from_millis(1));
        assert_eq!(looks(&b).await, Turn::Did(Ok(())));
        assert_eq!(row(&db).await.node, "b");
    })
    .await;
}

#[tokio::test]
async fn a_node_whose_own_clock_is_off_takes_nothing_from_another() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let (a, _, common) = two(&db);
        let wrong: SharedClock = Arc::new(FakeClock::at(NOW + LEASE * 5));
        let corrected = Arc::new(CommonClock::new(wrong.clone(), common));
        corrected.correct(&db).await.expect("the time");
        dies(&a, &db).await;
        let turn = looks(&node(&db, corrected.clone(), "b")).await;
        assert_eq!(turn, Turn::Waits(NOW + LEASE), "by the time of all: {:?}", corrected.now());
        assert_eq!(looks(&node(&db, wrong, "c")).await, Turn::Did(Ok(())), "by its own clock it would have");
    })
    .await;
}

#[tokio::test]
async fn a_node_that_lost_its_lease_stops_and_writes_nothing_down() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let mut inner = Arc::into_inner(node(&db, Arc::new(FakeClock::at(NOW)), "slow").0).expect("the only one");
        inner.lease = Duration::from_millis(3);
        let slow = Jobs(Arc::new(inner));
        let quick = node(&db, Arc::new(FakeClock::at(NOW + SECOND)), "quick");
        let overtaken = async { while matches!(looks(&quick).await, Turn::Waits(_)) {} };
        let (turn, ()) = tokio::join!(slow.turn(JOB, pending), async {
            while store::find(&db, JOB.name).await.expect("a row").is_none() {}
            overtaken.await;
        });
        assert_eq!(turn.expect("an answer"), Turn::Lost);
        let row = row(&db).await;
        assert_eq!((row.node.as_str(), row.done), ("quick", Some(NOW + SECOND)));
    })
    .await;
}

#[tokio::test]
async fn what_was_left_undone_is_written_down_until_it_goes_well() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let (a, b, clock) = two(&db);
        looks(&a).await;
        clock.advance(JOB.every);
        let turn = b.turn(JOB, || async { Err("the disk is full".to_owned()) }).await.expect("an answer");
        assert_eq!(turn, Turn::Did(Err("the disk is full".to_owned())));
        let failed = row(&db).await;
        assert_eq!((failed.problem.as_deref(), failed.done), (Some("the disk is full"), Some(NOW)));
        clock.advance(JOB.every);
        looks(&a).await;
        let well = row(&db).await;
        assert_eq!((well.problem, well.done), (None, Some(NOW + JOB.every * 2)));
    })
    .await;
}
