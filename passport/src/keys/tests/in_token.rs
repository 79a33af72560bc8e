//! Keys whose private half is in a token: they move as others do, and nothing depends on the token but their signatures.

use super::super::restored::{Maker, Restored, begin_epoch};
use super::super::store::tokens;
use super::super::token::stand_in::StandIn;
use super::super::token::{KeyHolder as _, ObjectId, TokenError as Trouble};
use super::*;
use crate::keys::pin::model::PinWanted;

/// Longer than what the token showed is taken for granted.
const A_WHILE: Duration = Duration::from_secs(6);

impl House {
    /// A node that has new keys of ES256 made in that token.
    pub(super) async fn node_with(&self, token: &Arc<StandIn>) -> Keys {
        Keys::start(self.parts_with(token, 1)).await.expect("keys")
    }

    fn parts_with(&self, token: &Arc<StandIn>, master: u8) -> Parts {
        let masters = Masters::from(MasterKey::new(&SecretBytes::new([master; 32])));
        Parts { master: masters.beside(Some(token.keys_of(&[Alg::ES256]))), ..self.parts() }
    }

    /// The same, where the key that signs and the staged one are in the token.
    pub(super) async fn node_within(&self, token: &Arc<StandIn>) -> Keys {
        let node = self.node_with(token).await;
        for _ in 0..2 {
            self.rotate(&node).await;
        }
        node
    }

    pub(super) async fn rotate(&self, node: &Keys) {
        self.clock.advance(POLICY.publish_for);
        node.change(rotate(None)).await.expect("rotated");
    }

    /// Lets so much time go by that every node has followed or signs no more.
    pub(super) async fn tidy(&self, node: &Keys) {
        self.clock.advance(Duration::from_secs(60));
        node.watch().await.expect("followed");
    }

    async fn active_kid(&self) -> String {
        let states = self.states().await;
        states.into_iter().find(|(_, state)| state.as_str() == "active").expect("an active key").0
    }

    pub(super) async fn both_kids(&self) -> Vec<String> {
        let mut kids = vec![self.active_kid().await, self.staged().await];
        kids.sort();
        kids
    }

    /// What rows tell of objects that are not destroyed yet: the ids of their keys.
    pub(super) async fn noted(&self) -> Vec<Option<String>> {
        let all = self.db.read(|tx| tokens::all(tx).boxed()).await.expect("rows");
        let mut kids: Vec<_> = all.into_iter().filter(|key| key.destroyed.is_none()).map(|key| key.kid).collect();
        kids.sort();
        kids
    }
}

#[tokio::test]
async fn keys_come_into_the_token_by_two_changes_and_nothing_is_left_of_those_that_retire() {
    on_both(|house| async move {
        let token = Arc::new(StandIn::default());
        let node = house.node_with(&token).await;
        let (software, before) = (active(&node), sign(&node));
        house.rotate(&node).await;
        assert_eq!(token.kids(), [house.staged().await], "the next but one is the first in the token");
        house.rotate(&node).await;
        assert_eq!(token.kids(), house.both_kids().await);
        let first = house.active_kid().await;
        assert_eq!(active(&node), first);
        let during = sign(&node);

        house.rotate(&node).await;
        assert_eq!(token.kids().len(), 3, "a node that has not followed still signs by the first");
        house.tidy(&node).await;
        assert!(!token.kids().contains(&first) && token.kids() == house.both_kids().await, "{:?}", token.kids());
        assert_eq!(house.noted().await.len(), 2, "it is written down that the first is gone");
        assert!(node.verify::<Value>(&during, "JWT").is_ok(), "its public half verifies as any other");
        assert!(published(&node).contains(&first) && !published(&node).contains(&software));
        assert!(node.verify_hint::<Value>(&before, "JWT").is_ok());
        let rsa = node.sign_for("site", Alg::RS256, "JWT", &json!({})).await;
        assert!(rsa.is_ok(), "what is not in the token is signed without it");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_kept_for_a_client_stays_in_the_token_until_nobody_stays_with_it() {
    on_both(|house| async move {
        let token = Arc::new(StandIn::default());
        let node = house.node_within(&token).await;
        let kept = active(&node);
        let until = house.now() + Duration::from_secs(20 * 86_400);
        let wanted = PinWanted { client: "slow".to_owned(), until, alg: Alg::ES256, kid: None };
        node.change(Request::Pin(wanted)).await.expect("pinned");
        house.rotate(&node).await;
        assert!(token.kids().contains(&kept));
        let signed = node.sign_for("slow", Alg::ES256, "JWT", &json!({})).await.expect("signed");
        assert_eq!(kid(&signed), kept);

        let lift = Request::Unpin { client: "slow".to_owned(), algs: vec![Alg::ES256] };
        node.change(lift).await.expect("lifted");
        node.change(Request::Tend).await.expect("tended");
        assert!(token.kids().contains(&kept));
        house.tidy(&node).await;
        assert_eq!(token.kids(), house.both_kids().await);
    })
    .await;
}

#[tokio::test]
async fn a_compromised_key_goes_at_once_even_while_the_token_is_away_and_is_destroyed_there_when_it_is_back() {
    on_both(|house| async move {
        let token = Arc::new(StandIn::default());
        let node = house.node_within(&token).await;
        node.join("a", SECOND * 30).await.expect("joined");
        let (lost, next, stolen) = (active(&node), house.staged().await, sign(&node));
        token.take_away(true);
        node.compromise(&lost).await.expect("compromised");
        assert_eq!(node.verify::<Value>(&stolen, "JWT"), Err(TokenError::UnknownKey));
        assert!(!published(&node).contains(&lost));
        assert_eq!(house.active_kid().await, next);
        let refused = node.sign_for("site", Alg::ES256, "JWT", &json!({})).await.expect_err("no token, no signature");
        assert!(refused.is_unavailable(), "{refused}");
        assert!(token.kids().contains(&lost), "nobody could destroy it");

        token.take_away(false);
        house.clock.advance(Duration::from_secs(61));
        node.watch().await.expect("followed");
        assert_eq!(token.kids(), house.both_kids().await, "it is gone, and the next one is made");
        assert_eq!(active(&node), next);
    })
    .await;
}

#[tokio::test]
async fn a_node_that_does_not_reach_the_token_signs_nothing_and_holds_nobody_up_until_it_does() {
    on_both(|house| async move {
        let (token, away) = (Arc::new(StandIn::default()), Arc::new(StandIn::default()));
        let node = house.node_within(&token).await;
        node.join("a", SECOND * 30).await.expect("joined");
        let refused = house.node_with(&away).await.join("b", SECOND * 30).await.expect_err("its token has no such key");
        assert!(matches!(refused, KeysError::Token(Trouble::NoObject(_))), "{refused}");
        assert_eq!(node.count_nodes().await.expect("counted"), 1, "it was never one that others wait for");

        token.take_away(true);
        node.watch().await.expect("it was there only just now");
        assert!(node.may_sign());
        house.clock.advance(A_WHILE);
        assert!(matches!(node.watch().await, Err(KeysError::Token(Trouble::Gone(_)))));
        assert!(!node.may_sign() && node.ready_to_sign().is_err());
        let rsa = node.sign_for("site", Alg::RS256, "JWT", &json!({})).await;
        assert!(matches!(rsa, Err(KeysError::NoLease)), "not with other keys either: it is not ready");
        assert_eq!(published(&node).len(), Alg::ALL.len() * 2 + 2, "it publishes them all the same");

        token.take_away(false);
        node.watch().await.expect("it is back");
        assert!(node.may_sign() && !active(&node).is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_signature_that_fails_has_the_token_asked_at_once() {
    on_both(|house| async move {
        let token = Arc::new(StandIn::default());
        let node = house.node_within(&token).await;
        node.join("a", SECOND * 30).await.expect("joined");
        let before = token.signed();
        node.watch().await.expect("followed");
        assert_eq!(token.signed(), before, "what it showed is taken for granted for a while");
        token.take_away(true);
        assert!(node.sign_for("site", Alg::ES256, "JWT", &json!({})).await.is_err());
        assert!(node.watch().await.is_err() && !node.may_sign());
    })
    .await;
}

#[tokio::test]
async fn no_key_begins_to_sign_that_the_token_does_not_have() {
    on_both(|house| async move {
        let token = Arc::new(StandIn::default());
        let node = house.node_within(&token).await;
        let (signs, next) = (active(&node), house.staged().await);
        token.lose(&next);
        house.clock.advance(POLICY.publish_for);
        let refused = node.change(rotate(None)).await.expect_err("refused");
        assert!(matches!(refused, KeysError::Token(Trouble::NoObject(_))), "{refused}");
        assert_eq!(active(&node), signs);
        node.compromise(&next).await.expect("the operator replaces it");
        house.rotate(&node).await;
        assert_ne!(active(&node), signs);
    })
    .await;
}

#[tokio::test]
async fn the_master_key_is_changed_over_keys_in_the_token_as_over_others() {
    on_both(|house| async move {
        let token = Arc::new(StandIn::default());
        let node = house.node_within(&token).await;
        let (signs, keys) = (active(&node), token.kids());
        node.rewrap(MasterKey::new(&SecretBytes::new([2; 32]))).await.expect("changed").expect("it was another");
        let other = Keys::start(house.parts_with(&token, 2)).await.expect("keys");
        assert_eq!((active(&other), token.kids()), (signs, keys));
    })
    .await;
}

#[tokio::test]
async fn without_the_settings_of_the_token_a_node_says_what_is_missing() {
    on_both(|house| async move {
        let token = Arc::new(StandIn::default());
        house.node_within(&token).await;
        let refused = Keys::start(house.parts()).await.map(drop).expect_err("refused");
        assert!(matches!(refused, KeysError::Token(Trouble::NotConfigured)), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn what_was_made_in_the_token_and_never_published_is_destroyed_after_a_while() {
    on_both(|house| async move {
        let token = Arc::new(StandIn::default());
        let node = house.node_within(&token).await;
        let (object, now) = (ObjectId::random(&SystemEntropy::new()), house.now());
        let noted = house.db.write::<_, DbError, _>(move |tx| tokens::begin(tx, (object, Alg::ES256), now).boxed());
        noted.await.expect("noted");
        token.generate(Alg::ES256, object).await.expect("made by one that was killed right afterwards");
        node.add_data_key().await.expect("a change");
        node.change(Request::Tend).await.expect("tended");
        assert_eq!(token.kids().len(), 3, "it may be published in a moment");
        house.rotate(&node).await;
        house.tidy(&node).await;
        assert_eq!(token.kids(), house.both_kids().await);
    })
    .await;
}

#[tokio::test]
async fn a_restore_leaves_what_is_in_the_token_to_the_passport_that_may_be_running() {
    on_both(|house| async move {
        let token = Arc::new(StandIn::default());
        house.node_within(&token).await;
        let theirs = token.kids();
        let (parts, now) = (Arc::new(house.parts_with(&token, 1)), house.now());
        let begun = house.db.write::<_, KeysError, _>(move |tx| {
            let parts = Arc::clone(&parts);
            async move {
                let maker = Maker { masters: &parts.master, entropy: &*parts.entropy, journal: &*parts.journal };
                begin_epoch(tx, maker, &Restored { backup: "b".to_owned(), made: now }, now).await
            }
            .boxed()
        });
        begun.await.expect("an epoch");
        assert_eq!(house.noted().await, []);
        let restored = house.node_with(&token).await;
        let ours = house.both_kids().await;
        assert!(ours.iter().all(|kid| token.kids().contains(kid) && !theirs.contains(kid)));
        assert!(theirs.iter().all(|kid| token.kids().contains(kid)), "a drill destroys no key of a running passport");
        assert!(ours.contains(&active(&restored)));
    })
    .await;
}

#[tokio::test]
async fn eddsa_is_made_in_software_where_the_token_has_none_and_nothing_else_is() {
    let token = Arc::new(StandIn::default());
    let keys = token.keys_of(&[Alg::EdDsa]);
    assert_eq!(keys.takes(Alg::EdDsa).await, Ok(true));
    assert_eq!(keys.takes(Alg::ES256).await, Ok(false));
    token.lack_eddsa();
    assert_eq!(keys.takes(Alg::EdDsa).await, Ok(false));
    token.take_away(true);
    assert!(keys.takes(Alg::EdDsa).await.is_err(), "whether it has it is not known");
}
