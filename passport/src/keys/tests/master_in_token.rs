//! The master key in a token: it seals and opens as one in a file, and what is open stays so while the token is away.

use super::super::token::stand_in::StandIn;
use super::super::token::{MasterHolder as _, ObjectId, TokenError as Trouble};
use super::*;

/// A token with a master key in it.
fn token() -> (Arc<StandIn>, ObjectId) {
    let (token, object) = (Arc::new(StandIn::default()), ObjectId::random(&SystemEntropy::new()));
    token.make_master(object).expect("made");
    (token, object)
}

fn master(token: &Arc<StandIn>, object: ObjectId) -> MasterKey {
    MasterKey::in_token(token.clone(), object)
}

impl House {
    /// A node whose master key is in that token; its signing keys are not.
    async fn node_by(&self, token: &Arc<StandIn>, object: ObjectId) -> Result<Keys, KeysError> {
        let masters = Masters::from(master(token, object)).beside(Some(token.keys_of(&[])));
        Keys::start(Parts { master: masters, ..self.parts() }).await
    }
}

#[tokio::test]
async fn it_is_changed_to_one_in_a_token_and_back_and_each_seals_what_is_made_then() {
    on_both(|house| async move {
        let (token, object) = token();
        let node = house.node().await;
        let (sealed, signs) = (node.seal("a", b"text", b""), active(&node));
        let done = node.rewrap(master(&token, object)).await.expect("changed").expect("it was another");
        assert_eq!(done.keys, 10);
        let within = house.node_by(&token, object).await.expect("keys");
        assert_eq!((within.open("a", &sealed, b"").as_deref(), active(&within)), (Some(&b"text"[..]), signs));
        within.add_data_key().await.expect("made");
        house.clock.advance(POLICY.publish_for);
        within.change(rotate(None)).await.expect("rotated");
        let (later, signs) = (within.seal("a", b"later", b""), active(&within));

        let plain = MasterKey::new(&SecretBytes::new([3; 32]));
        within.rewrap(plain).await.expect("changed").expect("it was another");
        let masters = MasterKey::new(&SecretBytes::new([3; 32])).into();
        let without = Keys::start(Parts { master: masters, ..house.parts() }).await.expect("keys");
        assert_eq!((without.open("a", &later, b"").as_deref(), active(&without)), (Some(&b"later"[..]), signs));
        assert!(matches!(house.node_by(&token, object).await, Err(KeysError::OtherMasterKey { .. })));
    })
    .await;
}

#[tokio::test]
async fn while_the_token_is_away_a_node_serves_on_and_a_compromised_key_goes_at_once() {
    on_both(|house| async move {
        let (token, object) = token();
        house.node().await.rewrap(master(&token, object)).await.expect("changed");
        let (operator, node) = (house.node_by(&token, object).await, house.node_by(&token, object).await);
        let (operator, node) = (operator.expect("keys"), node.expect("keys"));
        node.join("a", SECOND * 30).await.expect("joined");
        let (lost, next) = (active(&node), house.staged().await);
        token.take_away(true);
        let refused = house.node_by(&token, object).await.map(drop).expect_err("it cannot open its keys");
        assert!(matches!(refused, KeysError::Token(Trouble::Gone(_))), "{refused}");
        operator.compromise(&lost).await.expect("compromised");
        drop(node.watch().await);
        assert_eq!(active(&node), next);
        assert!(!published(&node).contains(&lost));
        assert!(matches!(node.add_data_key().await, Err(KeysError::Token(_))), "what is made needs it");

        token.take_away(false);
        node.watch().await.expect("followed");
        assert_eq!(house.states().await.iter().filter(|(_, state)| state.as_str() == "staged").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_sealed_key_that_was_changed_and_a_token_without_the_master_key_are_told_apart() {
    let (token, object) = token();
    let (master, entropy) = (master(&token, object), SystemEntropy::new());
    let mut sealed = master.seal(&entropy, b"key", "name").expect("sealed");
    let opened = |sealed: &[u8], name| master.open(sealed, name).map(|key| key.map(|key| key.expose().to_vec()));
    assert_eq!(opened(&sealed, "name"), Ok(Some(b"key".to_vec())));
    assert_eq!(opened(&sealed, "other"), Ok(None));
    assert_eq!(opened(&sealed[..5], "name"), Ok(None));
    *sealed.last_mut().expect("a byte") ^= 1;
    assert_eq!(opened(&sealed, "name"), Ok(None));
    assert_eq!(master.backup_mac(b"a"), master.backup_mac(b"a"));
    assert_ne!(master.backup_mac(b"a"), master.backup_mac(b"b"));
    let empty = MasterKey::in_token(Arc::new(StandIn::default()), object);
    assert_eq!(empty.open(&sealed, "name").map(drop), Err(Trouble::NoMaster(object.to_string())));
    assert_eq!(empty.id(), master.id(), "the id goes by its name, in whatever token it is");
}
