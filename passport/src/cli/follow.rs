//! What a node follows while it serves: the keys that all nodes share, their time, what clients have left of their quotas,
//! and the authorities of clients' certificates.

use std::sync::Arc;
use std::time::Duration;

use shared::clock::SharedClock;
use shared::db::{CommonClock, Db};
use tokio::sync::watch;

use super::serve::every;
use crate::keys::{Keys, KeysError};
use crate::limits::Quotas;
use crate::oidc::mtls::authorities::Authorities;

/// How often this node looks whether another one changed the keys: one row, and every change is known within a second.
const KEYS: Duration = Duration::from_millis(800);

/// The rest of the second is for reading them.
const _: () = assert!(KEYS.as_millis() <= 800, "a change of keys is known on every node within a second");

/// How often this node compares its clock with the database's.
const TIME: Duration = Duration::from_secs(10);

/// How often this node settles what clients used.
const QUOTAS: Duration = Duration::from_millis(500);

/// How often it counts the nodes that share them, in times that it settles.
const COUNT: u32 = 10;

/// How far this machine's clock may be off before an operator should know.
const OFF: u64 = 2_000;

/// Follows the keys until told to stop, and ceases to sign when it has heard nothing for as long as its lease lasts.
pub async fn keys(keys: Keys, lease: Duration, mut stopped: watch::Receiver<bool>) {
    // Counted in pauses, which no clock that is set back can stretch.
    let mut unheard = Duration::ZERO;
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(KEYS) => {}
        }
        match tokio::time::timeout(lease, keys.watch()).await {
            Ok(Ok(changes)) => {
                if !unheard.is_zero() {
                    tracing::info!("the keys can be followed again");
                }
                unheard = Duration::ZERO;
                changes.iter().for_each(|change| tracing::info!(%change, "a key moved on"));
            }
            Ok(Err(error)) => {
                if unheard.is_zero() {
                    tell(&error, lease);
                }
                unheard += KEYS;
            }
            Err(_) => unheard += lease,
        }
        if unheard >= lease {
            keys.lapse();
        }
    }
}

fn tell(error: &KeysError, lease: Duration) {
    if let KeysError::Token(error) = error {
        tracing::warn!(%error, "the token does not give its keys: this node signs nothing until it does");
    } else {
        tracing::warn!(%error, ?lease, "the keys cannot be followed: this node signs on for its lease at most");
    }
}

/// Holds the clock to the database's time until told to stop.
pub async fn time(clock: Arc<CommonClock>, db: Db, stopped: watch::Receiver<bool>) {
    every(TIME, stopped, move || correct(Arc::clone(&clock), db.clone())).await;
}

async fn correct(clock: Arc<CommonClock>, db: Db) {
    match clock.correct(&db).await {
        Ok(behind) if behind.unsigned_abs() > OFF => {
            tracing::warn!(
                behind,
                "this machine's clock is wrong by so many milliseconds: tokens go by the database's"
            );
        }
        Ok(_) => {}
        Err(error) => tracing::debug!(%error, "the time could not be compared with the database's"),
    }
}

/// Settles with the other nodes what clients used, until told to stop.
pub async fn quotas(quotas: Quotas, keys: Keys, (db, clock): (Db, SharedClock), mut stopped: watch::Receiver<bool>) {
    for turn in (0..COUNT).cycle() {
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(QUOTAS) => {}
        }
        if turn == 0
            && let Ok(nodes) = keys.count_nodes().await
        {
            quotas.share_among(nodes);
        }
        if let Err(error) = quotas.settle(&db, clock.now()).await {
            tracing::debug!(%error, "what clients used could not be settled: this node goes on with its part");
        }
    }
}

/// Takes the authorities of clients' certificates up again when their file changes, until told to stop.
pub async fn authorities(authorities: Authorities, clock: SharedClock, mut stopped: watch::Receiver<bool>) {
    const STAY: &str = "the authorities of clients' certificates that are in use stay";
    let mut file = authorities.watched();
    // The file may have been exchanged since it was opened, or hold what is over.
    if let Err(error) = authorities.take_up(clock.now()) {
        tracing::error!(%error, "{STAY}");
    }
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            () = file.changed() => {}
        }
        match authorities.take_up(clock.now()) {
            Ok(count) => tracing::info!(count, "the authorities of clients' certificates are taken up"),
            Err(error) => tracing::error!(%error, "{STAY}"),
        }
    }
}
