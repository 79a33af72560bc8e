//! Keys that are made once for all tests of this binary: making an RSA key takes most of a second in a debug build.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use passport::keys::store::{self, StoredDataKey, StoredKey};
use passport::keys::{self, By, Change, Journal, Keys, Policy};
use shared::clock::FakeClock;
use shared::db::{Db, DbError, Tx};
use shared::entropy::SystemEntropy;
use tokio::sync::OnceCell;

use super::{BEGIN, master};

static MADE: OnceCell<Made> = OnceCell::const_new();

/// The rows that hold them.
#[derive(Clone)]
struct Made {
    signing: Vec<StoredKey>,
    data: Vec<StoredDataKey>,
}

/// Gives a database the keys, unless it has some: a test may start a second passport on it.
pub(super) async fn keys(db: &Db) {
    let made = MADE.get_or_init(|| make(db)).await.clone();
    let put = db.write::<_, DbError, _>(move |tx| {
        let made = made.clone();
        async move {
            if !store::data_keys(tx).await?.is_empty() {
                return Ok(());
            }
            store::touch(tx).await?;
            for key in &made.signing {
                store::insert(tx, key, BEGIN).await?;
            }
            for key in &made.data {
                store::insert_data_key(tx, key, BEGIN).await?;
            }
            Ok(())
        }
        .boxed()
    });
    put.await.expect("keys");
}

/// Has the product make them.
async fn make(db: &Db) -> Made {
    let clock = Arc::new(FakeClock::at(BEGIN));
    let parts = keys::Parts {
        db: db.clone(),
        clock: clock.clone(),
        time: clock,
        entropy: Arc::new(SystemEntropy::new()),
        master: master().into(),
        policy: Policy::default(),
        journal: Arc::new(Unwritten),
    };
    Keys::start(parts).await.expect("keys");
    let read = db.read::<_, DbError, _>(|tx| {
        async move { Ok(Made { signing: store::signing_keys(tx).await?, data: store::data_keys(tx).await? }) }.boxed()
    });
    read.await.expect("keys")
}

/// No test is about the record of these keys.
struct Unwritten;

impl Journal for Unwritten {
    fn record<'t>(&'t self, _: &'t mut Tx, _: By, _: Change) -> BoxFuture<'t, Result<(), DbError>> {
        async { Ok(()) }.boxed()
    }
}
