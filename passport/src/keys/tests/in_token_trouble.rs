//! A token that answers wrongly, or takes its time, or is asked by several nodes.

use super::super::token::TokenError as Trouble;
use super::super::token::stand_in::StandIn;
use super::*;

/// No test waits that long for something that comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What may become of a signature on its way.
const SPOILED: [fn(Vec<u8>) -> Vec<u8>; 4] = [
    |_| Vec::new(),
    |mut signature| {
        signature.pop();
        signature
    },
    |mut signature| {
        signature[40] ^= 1;
        signature
    },
    |signature| [signature.clone(), signature].concat(),
];

#[tokio::test]
async fn nothing_is_handed_out_that_the_token_did_not_sign_by_the_key_itself() {
    on_both(|house| async move {
        let token = Arc::new(StandIn::default());
        let node = house.node_within(&token).await;
        node.join("a", SECOND * 30).await.expect("joined");
        for spoil in SPOILED {
            token.spoil(Some(spoil));
            let refused = node.sign_for("site", Alg::ES256, "JWT", &json!({})).await.expect_err("refused");
            assert!(matches!(refused, KeysError::Token(Trouble::OtherKey(_))), "{refused}");
            assert!(refused.is_unavailable() && node.watch().await.is_err() && !node.may_sign(), "it is asked at once");
            token.spoil(None);
            node.watch().await.expect("it signs as it should again");
            assert!(!active(&node).is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn no_key_is_published_that_the_token_does_not_sign_by() {
    on_both(|house| async move {
        let token = Arc::new(StandIn::default());
        let node = house.node_with(&token).await;
        let (before, signs) = (house.states().await, active(&node));
        token.spoil(Some(|_| Vec::new()));
        house.clock.advance(POLICY.publish_for);
        let refused = node.change(rotate(None)).await.expect_err("its first key in the token is of no use");
        assert!(matches!(refused, KeysError::Token(Trouble::OtherKey(_))), "{refused}");
        assert_eq!((house.states().await, active(&node)), (before, signs));
        assert_eq!(house.noted().await, [None], "and it is known that there is something to be destroyed");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_to_sign_next_is_missed_without_harm_to_those_that_sign() {
    on_both(|house| async move {
        let token = Arc::new(StandIn::default());
        let node = house.node_within(&token).await;
        node.join("a", SECOND * 30).await.expect("joined");
        let (signs, next) = (active(&node), house.staged().await);
        token.lose(&next);
        node.add_data_key().await.expect("a change, after which all keys are asked for");
        node.watch().await.expect("followed");
        assert_eq!(active(&node), signs);
        token.lose(&signs);
        node.add_data_key().await.expect("a change");
        assert!(node.watch().await.is_err() && !node.may_sign(), "without the one that signs it is another matter");
    })
    .await;
}

#[tokio::test]
async fn two_nodes_sign_by_the_keys_of_one_token_and_follow_each_others_changes() {
    on_both(|house| async move {
        let token = Arc::new(StandIn::default());
        let (a, b) = (house.node_within(&token).await, house.node_with(&token).await);
        assert_eq!(token.kids(), house.both_kids().await, "the second makes none");
        a.join("a", SECOND * 30).await.expect("joined");
        b.join("b", SECOND * 30).await.expect("joined");
        for (moves, follows) in [(&a, &b), (&b, &a)] {
            house.clock.advance(POLICY.publish_for);
            for node in [moves, follows] {
                node.watch().await.expect("followed");
            }
            let (signs, next) = (active(follows), house.staged().await);
            assert_eq!(active(moves), signs);
            moves.change(rotate(None)).await.expect("changed");
            let late = sign(follows);
            assert_eq!((active(moves), kid(&late)), (next.clone(), signs.clone()), "it has not followed yet");
            assert!(moves.verify::<Value>(&late, "JWT").is_ok());
            follows.watch().await.expect("followed");
            assert_eq!(active(follows), next);
            house.tidy(moves).await;
            assert!(!token.kids().contains(&signs) && token.kids() == house.both_kids().await, "{:?}", token.kids());
        }
    })
    .await;
}

#[tokio::test]
async fn a_node_keeps_its_lease_while_the_token_takes_longer_than_that_to_make_a_key() {
    on_both(|house| async move {
        let token = Arc::new(StandIn::default());
        let node = house.node_within(&token).await;
        let lasts = Duration::from_millis(400);
        node.join("a", lasts).await.expect("joined");
        let (signs, shut) = (active(&node), token.make_none().await);
        house.clock.advance(POLICY.active_for);
        for _ in 0..4 {
            let watched = tokio::time::timeout(PATIENCE, node.watch()).await.expect("it does not wait for the token");
            assert!(watched.expect("followed").is_empty());
            assert_eq!(active(&node), signs, "and goes on signing");
            house.clock.advance(lasts * 2 / 3);
        }
        drop(shut);
        let moved = async {
            while active(&node) == signs {
                node.watch().await.expect("followed");
            }
        };
        tokio::time::timeout(PATIENCE, moved).await.expect("the key is made, and the next one signs");
        assert!(token.kids().contains(&active(&node)));
    })
    .await;
}
