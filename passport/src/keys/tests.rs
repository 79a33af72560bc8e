//! The keys in a database: made once, opened by the right master key only, rotated under signed tokens.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use shared::clock::{FakeClock, Timestamp};
use shared::db::DatabaseTime;
use shared::entropy::SystemEntropy;
use shared::secret::SecretBytes;
use shared::testkit;

use super::*;
use crate::MIGRATIONS;

struct Silent;

impl Journal for Silent {
    fn record<'t>(&'t self, _: &'t mut Tx, _: Change) -> BoxFuture<'t, Result<(), DbError>> {
        async { Ok(()) }.boxed()
    }
}

struct House {
    db: Db,
    clock: Arc<FakeClock>,
}

const POLICY: Policy = Policy { publish_for: Duration::from_secs(3_600), verify_for: Duration::from_secs(7_200) };

/// Runs a test on each database.
async fn on_both<F: Future<Output = ()>>(test: impl Fn(House) -> F) {
    let clock = || Arc::new(FakeClock::at(Timestamp::from_seconds(1_000_000)));
    testkit::on_both(&MIGRATIONS, |db| test(House { db, clock: clock() })).await;
}

impl House {
    fn parts(&self) -> Parts {
        Parts {
            db: self.db.clone(),
            clock: self.clock.clone(),
            time: self.clock.clone(),
            entropy: Arc::new(SystemEntropy::new()),
            master: MasterKey::new(&SecretBytes::new([1; 32])),
            policy: POLICY,
            journal: Arc::new(Silent),
        }
    }

    async fn node(&self) -> Keys {
        Keys::start(self.parts()).await.expect("keys")
    }
}

/// The id of the key that signs.
fn active(keys: &Keys) -> String {
    let token = keys.sign(Alg::ES256, "JWT", &claims()).expect("signed");
    let header = token.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok()).expect("a header");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    header["kid"].as_str().expect("a kid").to_owned()
}

fn claims() -> Value {
    json!({ "sub": "a", "exp": 2_000_000 })
}

#[tokio::test]
async fn nodes_that_start_at_once_make_one_set() {
    on_both(|house| async move {
        let nodes = futures_util::future::join_all((0..4).map(|_| house.node())).await;
        assert_eq!(nodes[0].list().await.expect("keys").len(), Alg::ALL.len());
        for node in &nodes {
            assert_eq!(node.jwks(), nodes[0].jwks());
            let sealed = node.seal("a", b"text", b"");
            assert!(nodes[0].open("a", &sealed, b"").is_some());
            assert_eq!(node.mac("a", b"x"), nodes[0].mac("a", b"x"));
        }
    })
    .await;
}

#[tokio::test]
async fn another_master_key_opens_nothing() {
    on_both(|house| async move {
        house.node().await;
        let parts = Parts { master: MasterKey::new(&SecretBytes::new([2; 32])), ..house.parts() };
        let error = Keys::start(parts).await.map(drop).expect_err("refused");
        assert!(matches!(error, KeysError::OtherMasterKey { .. }), "{error}");
    })
    .await;
}

#[tokio::test]
async fn tokens_signed_before_a_rotation_verify_until_they_expire() {
    on_both(|house| async move {
        let (a, b) = (house.node().await, house.node().await);
        let token = a.sign(Alg::ES256, "JWT", &claims()).expect("signed");

        a.change(Request::Rotate(Alg::ES256)).await.expect("staged");
        b.refresh().await.expect("refreshed");
        let set: Value = serde_json::from_slice(&b.jwks().body).expect("a key set");
        assert_eq!(set["keys"].as_array().map(Vec::len), Some(Alg::ALL.len() + 1));
        let before = active(&a);

        house.clock.advance(POLICY.publish_for);
        a.change(Request::Tend).await.expect("activated");
        assert_ne!(active(&a), before);
        // The other node signs with the old key for a moment more, and that is fine.
        let late = b.sign(Alg::ES256, "JWT", &claims()).expect("signed");
        for token in [&token, &late] {
            assert!(a.verify::<Value>(token, "JWT").is_ok());
        }

        house.clock.advance(POLICY.verify_for);
        a.change(Request::Tend).await.expect("removed");
        assert_eq!(a.verify::<Value>(&token, "JWT"), Err(TokenError::UnknownKey));
        assert_eq!(a.list().await.expect("keys").len(), Alg::ALL.len());
    })
    .await;
}

#[tokio::test]
async fn a_node_whose_clock_is_ahead_activates_nothing_early() {
    on_both(|house| async move {
        let ahead = Timestamp::from_seconds(7_000_000_000);
        house.clock.set(ahead);
        let node = Keys::start(Parts { time: Arc::new(DatabaseTime), ..house.parts() }).await.expect("keys");
        node.change(Request::Rotate(Alg::ES256)).await.expect("staged");
        house.clock.advance(POLICY.publish_for);
        assert_eq!(node.change(Request::Tend).await.expect("tended"), []);
        let staged = |keys: Vec<KeyRecord>| {
            keys.into_iter().find_map(|key| match key.state {
                KeyState::Staged { since } => Some(since),
                _ => None,
            })
        };
        let since = staged(node.list().await.expect("keys")).expect("a staged key");
        assert!((1_700_000_000..ahead.seconds()).contains(&since.seconds()), "{since} is not the database's time");
    })
    .await;
}

#[tokio::test]
async fn a_leaked_key_verifies_no_more_at_once() {
    on_both(|house| async move {
        let node = house.node().await;
        let token = node.sign(Alg::ES256, "JWT", &claims()).expect("signed");
        let request = Request::RotateNow(Alg::ES256);
        assert_eq!(node.change(request).await.expect("rotated").len(), 2);
        assert_eq!(node.verify::<Value>(&token, "JWT"), Err(TokenError::UnknownKey));
    })
    .await;
}

#[tokio::test]
async fn nodes_that_rotate_at_once_stage_one_key() {
    on_both(|house| async move {
        let nodes = futures_util::future::join_all((0..3).map(|_| house.node())).await;
        let rotate = nodes.iter().map(|node| node.change(Request::Rotate(Alg::ES256)));
        let changes: usize = futures_util::future::join_all(rotate)
            .await
            .into_iter()
            .map(|changes| changes.expect("rotated").len())
            .sum();
        assert_eq!(changes, 1);
    })
    .await;
}

#[tokio::test]
async fn what_an_older_data_key_sealed_opens_after_a_new_one_was_made() {
    on_both(|house| async move {
        let node = house.node().await;
        let (sealed, mac) = (node.seal("a", b"text", b""), node.mac("a", b"x"));
        node.add_data_key().await.expect("made");
        assert_eq!(node.open("a", &sealed, b"").as_deref(), Some(&b"text"[..]));
        assert_eq!(node.mac("a", b"x"), mac);
        assert_ne!(node.seal("a", b"text", b"")[1..5], sealed[1..5]);
    })
    .await;
}
