//! The keys in a database: made once, opened by the right master key only, moved on under signed tokens.

mod back;
mod compromise;
mod evidence;
mod in_token;
mod in_token_trouble;
mod master_in_token;
mod nodes;
mod pin;
mod rewrap;
mod rotation;
mod start;
mod trial;

use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use shared::clock::{Clock, FakeClock, Timestamp};
use shared::entropy::SystemEntropy;
use shared::secret::SecretBytes;
use shared::testkit;
use tokio::sync::OnceCell;

use super::store::{StoredDataKey, StoredKey};
use super::*;
use crate::MIGRATIONS;

/// Writes changes where a test can read them.
#[derive(Default)]
struct Written(Mutex<Vec<(By, Change)>>);

impl Journal for Written {
    fn record<'t>(&'t self, _: &'t mut Tx, by: By, change: Change) -> BoxFuture<'t, Result<(), DbError>> {
        self.0.lock().expect("no panic").push((by, change));
        async { Ok(()) }.boxed()
    }
}

struct House {
    db: Db,
    clock: Arc<FakeClock>,
    journal: Arc<Written>,
    policy: Policy,
}

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);
const BEGIN: Timestamp = Timestamp::from_seconds(1_000_000);
const POLICY: Policy = Policy {
    publish_for: HOUR,
    active_for: Duration::from_secs(90 * 86_400),
    verify_for: Duration::from_secs(2 * 3_600),
    hint_for: Duration::from_secs(10 * 86_400),
    return_within: Duration::ZERO,
    trial_required: false,
};

/// Runs a test on each database, which has no keys yet.
async fn on_both_empty<F: Future<Output = ()>>(test: impl Fn(House) -> F) {
    testkit::on_both(&MIGRATIONS, |db| test(House::new(db))).await;
}

/// The same with keys in it, which are made once for all tests: making an RSA key takes most of a second in a debug build.
async fn on_both<F: Future<Output = ()>>(test: impl Fn(House) -> F) {
    static MADE: OnceCell<(Vec<StoredKey>, Vec<StoredDataKey>)> = OnceCell::const_new();
    let test = &test;
    testkit::on_both(&MIGRATIONS, |db| async move {
        let house = House::new(db);
        let made = MADE.get_or_init(|| house.make()).await.clone();
        house.furnish(made).await;
        test(house).await;
    })
    .await;
}

impl House {
    fn new(db: Db) -> Self {
        Self { db, clock: Arc::new(FakeClock::at(BEGIN)), journal: Arc::default(), policy: POLICY }
    }

    async fn make(&self) -> (Vec<StoredKey>, Vec<StoredDataKey>) {
        self.node().await;
        self.journal.0.lock().expect("no panic").clear();
        let read = self.db.read::<_, DbError, _>(|tx| {
            async move { Ok((store::signing_keys(tx).await?, store::data_keys(tx).await?)) }.boxed()
        });
        read.await.expect("keys")
    }

    async fn furnish(&self, made: (Vec<StoredKey>, Vec<StoredDataKey>)) {
        let put = self.db.write::<_, DbError, _>(move |tx| {
            let (signing, data) = made.clone();
            async move {
                if !store::data_keys(tx).await?.is_empty() {
                    return Ok(());
                }
                store::touch(tx).await?;
                for key in &signing {
                    store::insert(tx, key, BEGIN).await?;
                }
                for key in &data {
                    store::insert_data_key(tx, key, BEGIN).await?;
                }
                Ok(())
            }
            .boxed()
        });
        put.await.expect("keys");
    }

    fn parts(&self) -> Parts {
        Parts {
            db: self.db.clone(),
            clock: self.clock.clone(),
            time: self.clock.clone(),
            entropy: Arc::new(SystemEntropy::new()),
            master: MasterKey::new(&SecretBytes::new([1; 32])).into(),
            policy: self.policy,
            journal: self.journal.clone(),
        }
    }

    async fn node(&self) -> Keys {
        Keys::start(self.parts()).await.expect("keys")
    }

    fn now(&self) -> Timestamp {
        Clock::now(&*self.clock)
    }

    /// What was written down since the last time it was asked for.
    fn written(&self) -> Vec<(By, Change)> {
        std::mem::take(&mut *self.journal.0.lock().expect("no panic"))
    }

    /// The state of every key of ES256, oldest first.
    async fn states(&self) -> Vec<(String, KeyState)> {
        let time: Arc<dyn CommonTime> = self.clock.clone();
        let keys = Stock::read(&self.db, &time).await.expect("keys").keys;
        keys.into_iter().filter(|key| key.alg == Alg::ES256).map(|key| (key.kid, key.state)).collect()
    }

    /// The key of ES256 that is ready to sign.
    async fn staged(&self) -> String {
        let states = self.states().await;
        states.into_iter().find(|(_, state)| state.as_str() == "staged").expect("a staged key").0
    }
}

fn rotate(at: Option<Timestamp>) -> Request {
    Request::Rotate { alg: Alg::ES256, at, without_trial: false }
}

/// The id of the key that signs.
fn active(keys: &Keys) -> String {
    kid(&sign(keys))
}

/// The id of the key that signed it.
fn kid(token: &str) -> String {
    let header = token.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok()).expect("a header");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    header["kid"].as_str().expect("a kid").to_owned()
}

/// What needs no token is signed at once.
fn at_once<T>(signing: impl Future<Output = T>) -> T {
    signing.now_or_never().expect("nothing is waited for")
}

fn sign(keys: &Keys) -> String {
    at_once(keys.sign_for("site", Alg::ES256, "JWT", &json!({ "sub": "a", "exp": 20_000_000 }))).expect("signed")
}

/// The ids of the published keys.
fn published(keys: &Keys) -> Vec<String> {
    let (jwks, _) = keys.jwks(HOUR).expect("a key set");
    let set: Value = serde_json::from_slice(&jwks.body).expect("JSON");
    let ids = set["keys"].as_array().expect("keys").iter();
    ids.map(|key| key["kid"].as_str().expect("a kid").to_owned()).collect()
}
