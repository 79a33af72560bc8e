//! Keys moved on by their age and by operators, under signed tokens.

use shared::db::DatabaseTime;

use super::*;

#[tokio::test]
async fn tokens_signed_before_a_rotation_verify_until_they_expire() {
    on_both(|house| async move {
        let (a, b) = (house.node().await, house.node().await);
        let (token, before, next) = (sign(&a), active(&a), house.staged().await);
        assert!(published(&b).contains(&next), "a rotation needs no key that sites do not know");

        house.clock.advance(POLICY.publish_for);
        a.change(rotate(None)).await.expect("rotated");
        assert_eq!(active(&a), next);
        // The other node signs with the old key for a moment more, and that is fine; nor does it mind the new one.
        let (late, new) = (sign(&b), sign(&a));
        for token in [&token, &late, &new] {
            assert!(a.verify::<Value>(token, "JWT").is_ok() && b.verify::<Value>(token, "JWT").is_ok());
        }
        b.refresh().await.expect("refreshed");
        assert!(published(&b).contains(&before));

        house.clock.advance(POLICY.verify_for);
        assert_eq!(a.watch().await.expect("archived").len(), 1);
        assert_eq!(a.verify::<Value>(&token, "JWT"), Err(TokenError::UnknownKey));
        assert!(!published(&a).contains(&before));
        assert_eq!(published(&a).len(), Alg::ALL.len() * 2);
    })
    .await;
}

#[tokio::test]
async fn an_archived_key_verifies_hints_and_nothing_else_until_it_is_destroyed() {
    on_both(|house| async move {
        let node = house.node().await;
        let (token, kid) = (sign(&node), active(&node));
        house.clock.advance(POLICY.publish_for);
        node.change(rotate(None)).await.expect("rotated");
        house.clock.advance(POLICY.verify_for);
        node.watch().await.expect("archived");

        assert_eq!(node.verify::<Value>(&token, "JWT"), Err(TokenError::UnknownKey));
        assert_eq!(node.verify_hint::<Value>(&token, "JWT").expect("a hint")["sub"], "a");
        assert_eq!(node.verify_hint::<Value>(&token, "at+jwt"), Err(TokenError::Type));
        let other = house.node().await;
        assert!(other.verify_hint::<Value>(&token, "JWT").is_ok(), "a node that starts knows archived keys");

        house.clock.advance(POLICY.hint_for);
        node.watch().await.expect("destroyed");
        assert_eq!(node.verify_hint::<Value>(&token, "JWT"), Err(TokenError::UnknownKey));
        let destroyed = KeyState::Destroyed { since: house.now(), compromised: false };
        assert!(house.states().await.contains(&(kid.clone(), destroyed)), "its name is left");
        let former = house.db.read(|tx| store::former_keys(tx).boxed()).await.expect("keys");
        let tombstone = former.iter().find(|key| key.record.kid == kid).expect("a tombstone");
        assert_eq!(tombstone.public_key, None);
        assert_eq!((tombstone.record.times.made, tombstone.record.times.activated), (BEGIN, Some(BEGIN)));
        assert_eq!(tombstone.record.times.retired, Some(BEGIN + POLICY.publish_for));
    })
    .await;
}

#[tokio::test]
async fn a_key_past_its_time_is_not_used_even_before_it_is_moved_on() {
    on_both(|house| async move {
        let node = house.node().await;
        let token = sign(&node);
        house.clock.advance(POLICY.publish_for);
        node.change(rotate(None)).await.expect("rotated");
        // Something else changes, and nobody moves keys on meanwhile.
        let look = || async {
            let touch = house.db.write::<_, DbError, _>(|tx| store::touch(tx).boxed());
            touch.await.expect("touched");
            node.refresh().await.expect("refreshed");
            (node.verify::<Value>(&token, "JWT").is_ok(), node.verify_hint::<Value>(&token, "JWT").is_ok())
        };
        house.clock.advance(POLICY.verify_for - SECOND);
        assert_eq!(look().await, (true, true));
        house.clock.advance(SECOND);
        assert_eq!(look().await, (false, true), "it retires no longer");
        assert!(!published(&node).contains(&kid(&token)));
        node.watch().await.expect("archived");
        house.clock.advance(POLICY.hint_for - SECOND);
        assert_eq!(look().await, (false, true));
        house.clock.advance(SECOND);
        assert_eq!(look().await, (false, false), "it should be destroyed");
    })
    .await;
}

#[tokio::test]
async fn keys_are_exchanged_by_themselves_when_their_time_is_over() {
    on_both(|house| async move {
        let node = house.node().await;
        let (before, next) = (active(&node), house.staged().await);
        house.clock.advance(POLICY.active_for - SECOND);
        assert_eq!(node.watch().await.expect("watched"), []);
        house.written();

        house.clock.advance(SECOND);
        // The other algorithms make RSA keys meanwhile, once.
        node.watch().await.expect("moved on");
        assert_eq!(active(&node), next);
        let fresh = house.staged().await;
        let moved =
            |kid: &str, from, to| (By::Schedule, Change::Signing { kid: kid.to_owned(), alg: Alg::ES256, from, to });
        let of_es256: Vec<_> = house
            .written()
            .into_iter()
            .filter(|(_, change)| matches!(change, Change::Signing { alg: Alg::ES256, .. }))
            .collect();
        assert_eq!(
            of_es256,
            [
                moved(&before, Some("active"), "retiring"),
                moved(&next, Some("staged"), "active"),
                moved(&fresh, None, "staged")
            ],
            "every move is written down"
        );
    })
    .await;
}

#[tokio::test]
async fn a_key_set_is_kept_no_longer_than_until_a_planned_change() {
    on_both(|house| async move {
        let node = house.node().await;
        let longest = Duration::from_secs(600);
        let age = || node.jwks(longest).expect("a set").1;
        assert_eq!(age(), longest);
        let at = BEGIN + HOUR * 3;
        node.change(rotate(Some(at))).await.expect("planned");
        let staged = house.staged().await;
        assert!(
            house.written().contains(&(By::Operator, Change::Planned { kid: staged.clone(), alg: Alg::ES256, at }))
        );
        assert_eq!(age(), longest);
        house.clock.set(at - Duration::from_secs(90));
        assert_eq!(age(), Duration::from_secs(90));
        assert_eq!(node.watch().await.expect("watched"), [], "not yet");
        house.clock.set(at);
        assert_eq!(age(), Duration::ZERO);
        node.watch().await.expect("moved on");
        assert_eq!((active(&node), age()), (staged, longest));
    })
    .await;
}

#[tokio::test]
async fn a_node_whose_clock_is_ahead_activates_nothing_early() {
    on_both_empty(|house| async move {
        let ahead = Timestamp::from_seconds(7_000_000_000);
        house.clock.set(ahead);
        let node = Keys::start(Parts { time: Arc::new(DatabaseTime), ..house.parts() }).await.expect("keys");
        house.clock.advance(POLICY.active_for);
        assert_eq!(node.watch().await.expect("watched"), []);
        let (_, state) = house.states().await.remove(0);
        let since = state.since().seconds();
        assert!((1_700_000_000..ahead.seconds()).contains(&since), "{since} is not the database's time");
    })
    .await;
}

#[tokio::test]
async fn operators_who_rotate_at_once_change_the_key_once() {
    on_both(|house| async move {
        house.clock.advance(POLICY.publish_for);
        let nodes = futures_util::future::join_all((0..3).map(|_| house.node())).await;
        let next = house.staged().await;
        futures_util::future::join_all(nodes.iter().map(|node| node.change(rotate(None)))).await;
        for node in &nodes {
            node.refresh().await.expect("refreshed");
            assert_eq!(active(node), next);
        }
        assert_eq!(house.states().await.len(), 3, "retiring, active, staged");
    })
    .await;
}
