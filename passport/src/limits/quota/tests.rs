//! What clients get of several nodes that share a database.

use shared::db::sql;
use shared::testkit::on_both;

use super::*;
use crate::MIGRATIONS;

/// The beginning of a stretch.
const T0: Timestamp = Timestamp::from_seconds(1_000_000);
/// What a client has in it.
const WHOLE: u32 = 60;

/// So many nodes that know of each other.
fn nodes(count: usize) -> Vec<Quotas> {
    let node = |_| {
        let quotas = Quotas::new(Rates::usual(WHOLE / 10), true);
        quotas.share_among(count);
        quotas
    };
    (0..count).map(node).collect()
}

/// How many of so many requests one node takes.
fn taken(node: &Quotas, client: &str, asked: u32, now: Timestamp) -> u32 {
    (0..asked).map(|_| u32::from(node.take(client, Kind::Calls, now).is_ok())).sum()
}

async fn settle(nodes: &[Quotas], db: &Db, now: Timestamp) {
    for node in nodes {
        node.settle(db, now).await.expect("settled");
    }
}

async fn rows(db: &Db) -> i64 {
    let count = db.read::<_, DbError, _>(|tx| {
        async move { sql("SELECT COUNT(*) AS n FROM client_requests").fetch_one(tx).await?.get("n") }.boxed()
    });
    count.await.expect("a count")
}

#[tokio::test]
async fn a_client_whose_load_is_spread_is_stopped_at_its_quota() {
    on_both(&MIGRATIONS, |db| async move {
        let nodes = nodes(3);
        let mut all = 0;
        for second in 0..10 {
            let now = T0 + Duration::from_secs(second);
            all += nodes.iter().map(|node| taken(node, "a", 20, now)).sum::<u32>();
            settle(&nodes, &db, now).await;
        }
        assert_eq!(all, WHOLE, "ten times as much was asked for");
        let next = T0 + STRETCH;
        assert_eq!(taken(&nodes[0], "a", 20, next), 20, "a new stretch");
    })
    .await;
}

#[tokio::test]
async fn a_client_that_comes_to_one_node_has_most_of_it() {
    on_both(&MIGRATIONS, |db| async move {
        let nodes = nodes(3);
        let mut all = 0;
        for second in 0..9 {
            let now = T0 + Duration::from_secs(second);
            all += taken(&nodes[0], "a", 60, now);
            settle(&nodes, &db, now).await;
        }
        assert!((50..=WHOLE).contains(&all), "{all}");
    })
    .await;
}

#[tokio::test]
async fn of_quiet_clients_nothing_is_written_and_no_client_uses_up_anothers() {
    on_both(&MIGRATIONS, |db| async move {
        let nodes = nodes(2);
        // Half of a part is where it begins.
        assert_eq!(taken(&nodes[0], "quiet", 14, T0), 14);
        settle(&nodes, &db, T0).await;
        assert_eq!(rows(&db).await, 0);
        assert_eq!(taken(&nodes[0], "greedy", 100, T0), 30);
        settle(&nodes, &db, T0).await;
        assert_eq!(rows(&db).await, 1);
        assert_eq!(taken(&nodes[0], "quiet", 1, T0), 1);
        assert_eq!(nodes[0].take("greedy", Kind::Codes, T0), Ok(()), "another kind");
        assert_eq!(taken(&nodes[1], "greedy", 100, T0), 30, "the other node's part");

        let sweep = crate::tables::table("client_requests").and_then(crate::tables::Table::sweep).expect("a rule");
        let purge = |now| db.write::<_, DbError, _>(move |tx| async move { sweep.remove(tx, now).await }.boxed());
        assert_eq!(purge(T0).await.expect("purged"), 0, "the stretch runs");
        assert_eq!(purge(T0 + STRETCH).await.expect("purged"), 1);
    })
    .await;
}

#[test]
fn who_has_used_it_up_is_told_when_to_come_back() {
    let node = Quotas::new(Rates::usual(1), true);
    let at = T0 + Duration::from_millis(2_500);
    assert_eq!(taken(&node, "a", 20, at), 10);
    let spent = node.take("a", Kind::Calls, at).expect_err("it is used up");
    assert_eq!(spent.retry_after(), 8);
    assert_eq!(node.check("a", Kind::Calls, at), Err(spent));
    assert_eq!(node.check("a", Kind::Calls, T0 + STRETCH), Ok(()));
    assert_eq!(Spent { left: Duration::from_millis(1) }.retry_after(), 1);
}

#[test]
fn looking_uses_up_nothing_and_what_is_off_counts_nothing() {
    let node = Quotas::new(Rates::usual(1), true);
    assert!((0..100).all(|_| node.check("a", Kind::Calls, T0).is_ok()));
    assert_eq!(taken(&node, "a", 100, T0), 10);
    assert_eq!(taken(&Quotas::new(Rates::usual(1), false), "a", 100, T0), 100);
}
