//! What nodes see of clients, and write down.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

fn with(issued: Timestamp) -> Returned {
    Returned { alg: Alg::ES256, issued }
}

/// Who did what about that key, how often.
async fn known(house: &House, kid: &str) -> Vec<(String, Sign, i64)> {
    let kid = kid.to_owned();
    let found = house.db.read(move |tx| {
        let kid = kid.clone();
        async move { store::evidence::of_key(tx, &kid).await }.boxed()
    });
    found.await.expect("evidence").into_iter().map(|seen| (seen.client, seen.sign, seen.times)).collect()
}

fn line(client: &str, sign: Sign, times: i64) -> (String, Sign, i64) {
    (client.to_owned(), sign, times)
}

#[tokio::test]
async fn what_several_nodes_see_adds_up_and_is_written_a_few_times_a_minute() {
    on_both(|house| async move {
        let (a, b) = (house.node().await, house.node().await);
        let (kid, staged) = (active(&a), house.staged().await);
        for node in [&a, &a, &b] {
            node.fetched("site");
        }
        assert_eq!(known(&house, &kid).await, [], "no request waits for the database");
        for node in [&a, &b] {
            node.watch().await.expect("watched");
        }
        assert_eq!(known(&house, &kid).await, [line("site", Sign::Fetched, 3)]);
        assert_eq!(known(&house, &staged).await, [line("site", Sign::Fetched, 3)], "the next key was in the set too");

        a.fetched("other");
        a.watch().await.expect("watched");
        assert_eq!(known(&house, &kid).await.len(), 1, "not yet");
        house.clock.advance(SECOND * 30);
        let first = house.now();
        a.fetched("site");
        a.watch().await.expect("watched");
        let seen = a.evidence(&kid).await.expect("evidence");
        let site = seen.iter().find(|seen| seen.client == "site").expect("a line");
        assert_eq!((site.first, site.last, site.times, seen.len()), (BEGIN, first, 4, 2));

        b.handed_back("site", &sign(&b));
        b.leave().await.expect("left");
        b.join("b", SECOND * 30).await.expect("joined");
        b.leave().await.expect("left");
        assert!(known(&house, &kid).await.contains(&line("site", Sign::Hint, 1)), "a node that ends tidily tells all");
    })
    .await;
}

#[tokio::test]
async fn a_token_is_put_down_to_the_key_that_signed_beyond_doubt() {
    on_both(|house| async move {
        let node = house.node().await;
        let (old, new) = (active(&node), house.staged().await);
        house.clock.advance(POLICY.publish_for);
        node.came_back("site", Sign::UserInfo, with(house.now()));
        node.change(rotate(None)).await.expect("rotated");
        let changed = house.now();
        // Another node may have followed a moment later.
        for doubtful in [changed - SECOND, changed, changed + MINUTE - SECOND] {
            node.came_back("site", Sign::UserInfo, with(doubtful));
        }
        node.came_back("site", Sign::Introspection, with(changed + MINUTE));
        node.write_down().await.expect("written");
        assert_eq!(known(&house, &old).await, [line("site", Sign::UserInfo, 1)]);
        assert_eq!(known(&house, &new).await, [line("site", Sign::Introspection, 1)]);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_forgotten() {
    on_both(|house| async move {
        let node = house.node().await;
        node.handed_back("site", &sign(&node));
        house.db.close().await;
        node.write_down().await.expect_err("there is no database");
        let left = node.0.tally.take(house.now());
        assert_eq!((left.len(), left[0].sign, left[0].times), (1, Sign::Hint, 1));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_known_of_a_key_that_is_destroyed() {
    on_both(|house| async move {
        let node = house.node().await;
        let kid = active(&node);
        node.fetched("site");
        node.write_down().await.expect("written");
        node.compromise(&kid).await.expect("destroyed");
        assert_eq!(known(&house, &kid).await, []);
        assert!(matches!(node.evidence(&kid).await, Err(KeysError::Destroyed(_))));
        assert!(matches!(node.evidence("nobody").await, Err(KeysError::UnknownKey(_))));
    })
    .await;
}
