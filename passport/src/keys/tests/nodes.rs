//! Nodes that serve keys: none is surprised by a key, none holds the others up for long, and one that is cut off is silent.

use super::*;

const LEASE: Duration = Duration::from_secs(30);

/// Keys that may follow each other faster than leases run out.
fn hasty(house: House) -> House {
    House { policy: Policy { publish_for: SECOND * 10, ..POLICY }, ..house }
}

/// Two nodes that have rotated once, of which the second has not seen it; the key that is now ready to sign.
async fn one_lags(house: &House) -> (Keys, Keys, String) {
    let (a, b) = (house.node().await, house.node().await);
    a.join("a", LEASE).await.expect("joined");
    b.join("b", LEASE).await.expect("joined");
    house.clock.advance(SECOND * 10);
    for node in [&a, &b] {
        node.watch().await.expect("watched");
    }
    let known = house.staged().await;
    a.change(rotate(None)).await.expect("rotated");
    assert_eq!(active(&a), known, "both served it");
    house.clock.advance(SECOND * 10);
    a.watch().await.expect("watched");
    a.change(rotate(None)).await.expect("planned");
    let next = house.staged().await;
    assert!(published(&a).contains(&next) && !published(&b).contains(&next));
    assert_eq!(active(&a), known, "one of them does not serve the next");
    (a, b, next)
}

#[tokio::test]
async fn a_key_signs_only_after_every_node_serves_it() {
    on_both(|house| async move {
        let house = hasty(house);
        let (a, b, next) = one_lags(&house).await;
        a.watch().await.expect("watched");
        assert_ne!(active(&a), next);
        b.watch().await.expect("watched");
        a.watch().await.expect("watched");
        assert_eq!(active(&a), next);
        assert!(published(&b).contains(&next));
    })
    .await;
}

#[tokio::test]
async fn a_dead_node_holds_a_rotation_up_until_its_lease_is_over() {
    on_both(|house| async move {
        let house = hasty(house);
        let (a, _dead, next) = one_lags(&house).await;
        // It was last heard of ten seconds ago.
        house.clock.advance(SECOND * 20 - Duration::from_millis(1));
        a.watch().await.expect("watched");
        assert_ne!(active(&a), next);
        house.clock.advance(Duration::from_millis(1));
        a.watch().await.expect("watched");
        assert_eq!(active(&a), next);
    })
    .await;
}

#[tokio::test]
async fn nobody_waits_for_a_node_that_left() {
    on_both(|house| async move {
        let house = hasty(house);
        let (a, b, next) = one_lags(&house).await;
        b.leave().await.expect("left");
        assert!(!b.may_sign());
        a.watch().await.expect("watched");
        assert_eq!(active(&a), next);
    })
    .await;
}

#[tokio::test]
async fn a_node_that_cannot_renew_its_lease_signs_nothing_and_soon_publishes_nothing() {
    on_both(|house| async move {
        let node = house.node().await;
        assert!(node.may_sign(), "a command needs no lease");
        node.join("a", LEASE).await.expect("joined");
        let token = sign(&node);
        house.clock.advance(LEASE - SECOND);
        assert!(node.may_sign());
        house.clock.advance(SECOND);
        assert!(!node.may_sign());
        assert!(matches!(node.sign_for("site", Alg::ES256, "JWT", &json!({})).await, Err(KeysError::NoLease)));
        assert!(matches!(
            node.sign_for_ourselves("site", Alg::ES256, "JWT", &json!({})).await,
            Err(KeysError::NoLease)
        ));
        assert!(node.jwks(HOUR).is_ok(), "what it knows is hardly old");
        house.clock.advance(PUBLISHED_UNSEEN - LEASE);
        assert!(matches!(node.jwks(HOUR), Err(KeysError::Stale)));
        assert!(node.verify::<Value>(&token, "JWT").is_ok());

        node.watch().await.expect("watched");
        assert!(node.may_sign() && node.jwks(HOUR).is_ok(), "it is back");
        node.lapse();
        assert!(!node.may_sign());
        node.watch().await.expect("watched");
        assert!(node.may_sign());
    })
    .await;
}

#[tokio::test]
async fn a_lease_is_renewed_before_it_is_over() {
    on_both(|house| async move {
        let node = house.node().await;
        node.join("a", LEASE).await.expect("joined");
        for _ in 0..20 {
            house.clock.advance(SECOND * 11);
            node.watch().await.expect("watched");
            assert!(node.may_sign());
        }
        let now = house.now();
        let live = house.db.read(move |tx| store::nodes::live(tx, now).boxed()).await.expect("nodes");
        assert_eq!((live.len(), live[0].name.as_str(), live[0].lease_until), (1, "a", now + LEASE));
    })
    .await;
}
