//! A key that somebody else has.

use super::*;

#[tokio::test]
async fn nothing_that_a_compromised_key_signed_counts_and_the_staged_one_signs() {
    on_both(|house| async move {
        let (a, b) = (house.node().await, house.node().await);
        let (token, lost, next) = (sign(&a), active(&a), house.staged().await);
        assert!(b.verify::<Value>(&token, "JWT").is_ok());
        let changes = a.compromise(&lost).await.expect("destroyed");
        let moved = |kid: &str, from, to| Change::Signing { kid: kid.to_owned(), alg: Alg::ES256, from, to };
        assert_eq!(
            changes,
            [
                Change::Compromised { kid: lost.clone(), alg: Alg::ES256 },
                moved(&lost, Some("active"), "destroyed"),
                moved(&next, Some("staged"), "active"),
                moved(&house.staged().await, None, "staged"),
            ]
        );
        assert!(house.written().iter().all(|(by, _)| *by == By::Operator));
        b.refresh().await.expect("refreshed");
        for node in [&a, &b] {
            assert_eq!(node.verify::<Value>(&token, "JWT"), Err(TokenError::UnknownKey));
            assert_eq!(node.verify_hint::<Value>(&token, "JWT"), Err(TokenError::UnknownKey));
            assert!(!published(node).contains(&lost));
            assert_eq!(active(node), next);
        }
        assert_eq!(a.jwks(HOUR).expect("a set").1, HOUR, "no change lies ahead");
    })
    .await;
}

#[tokio::test]
async fn a_key_can_be_compromised_in_every_state_and_once() {
    on_both(|house| async move {
        let node = house.node().await;
        let (token, first) = (sign(&node), active(&node));

        let staged = house.staged().await;
        node.compromise(&staged).await.expect("staged");
        assert_eq!(active(&node), first);
        assert_ne!(house.staged().await, staged);

        house.clock.advance(POLICY.publish_for);
        node.change(rotate(None)).await.expect("rotated");
        let (late, second) = (sign(&node), active(&node));
        node.compromise(&first).await.expect("retiring");
        assert_eq!(node.verify_hint::<Value>(&token, "JWT"), Err(TokenError::UnknownKey));
        assert_eq!(active(&node), second);

        house.clock.advance(POLICY.publish_for);
        node.change(rotate(None)).await.expect("rotated");
        house.clock.advance(POLICY.verify_for);
        node.watch().await.expect("archived");
        assert!(node.verify_hint::<Value>(&late, "JWT").is_ok());
        node.compromise(&second).await.expect("archived");
        assert_eq!(node.verify_hint::<Value>(&late, "JWT"), Err(TokenError::UnknownKey));

        let again = node.compromise(&second).await.expect_err("nothing is left");
        assert!(matches!(again, KeysError::Destroyed(_)), "{again}");
        let unknown = node.compromise("nobody").await.expect_err("unknown");
        assert!(matches!(unknown, KeysError::UnknownKey(_)), "{unknown}");
        let lost = house.states().await.into_iter();
        let lost = lost.filter(|(_, state)| matches!(state, KeyState::Destroyed { compromised: true, .. }));
        assert_eq!(lost.count(), 3);
    })
    .await;
}
