//! Trials: the staged key signs for a while, for all clients or for chosen ones, and gives way again by itself.
//!
//! A trial stands in the registry, so every node keeps it and none needs to be told of its end: what a node holds in memory
//! says until when ([`super::ring`]). When it may begin and how it ends is part of the rules ([`super::rotate`]); what became
//! of it is judged by what nodes saw ([`judge`]).

pub mod judge;
pub mod model;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::DbError;

use self::judge::Judged;
use self::model::Trial;
use super::alg::Alg;
use super::evidence::{Returned, Sign};
use super::model::{KeyRecord, KeyState};
use super::rotate::trial::refusal;
use super::rotate::{Moment, Request};
use super::{Change, Keys, KeysError, store};

/// A trial and what is known of it.
#[derive(Debug, Clone)]
pub struct TrialReport {
    /// The key.
    pub key: KeyRecord,
    /// Its last trial.
    pub trial: Trial,
    /// How each client fared, as far as nodes have written it down.
    pub clients: Vec<Judged>,
}

impl Keys {
    /// Begins a trial of the staged keys of these algorithms, of all or of none; what changed.
    ///
    /// # Errors
    /// One of them cannot be tried now, and why; or the database refused.
    pub async fn begin_trial(
        &self,
        algs: Vec<Alg>,
        lasts: Duration,
        clients: Vec<String>,
    ) -> Result<Vec<Change>, KeysError> {
        let before = self.stock().await?;
        let changes = self.change(Request::Trial { algs: algs.clone(), lasts, clients }).await?;
        if changes.iter().any(|change| matches!(change, Change::TrialBegan { .. })) {
            return Ok(changes);
        }
        // What stood against it stands there still, unless it was there only for a moment.
        for stock in [self.stock().await?, before] {
            let moment = Moment { policy: self.policy(), now: stock.now, served: stock.served };
            if let Some(refusal) = algs.iter().find_map(|alg| refusal(*alg, &stock.keys, &moment, lasts)) {
                return Err(KeysError::Trial(Box::new(refusal)));
            }
        }
        Err(KeysError::Changed)
    }

    /// Ends the trials of these algorithms; what changed.
    ///
    /// # Errors
    /// The database refused.
    pub async fn stop_trial(&self, algs: Vec<Alg>) -> Result<Vec<Change>, KeysError> {
        self.change(Request::StopTrial { algs }).await
    }

    /// The last trial of every key that is staged, and of those that sign the one before they did.
    ///
    /// # Errors
    /// The database refused.
    pub async fn trials(&self) -> Result<Vec<TrialReport>, KeysError> {
        let mut reports = Vec::new();
        for key in self.stock().await?.keys {
            let Some(trial) = key.tried.trial.clone() else { continue };
            if !matches!(key.state, KeyState::Staged { .. } | KeyState::Active { .. }) {
                continue;
            }
            let kid = Arc::<str>::from(key.kid.as_str());
            let read = self.0.parts.db.read::<_, DbError, _>(move |tx| {
                let kid = Arc::clone(&kid);
                async move { store::evidence::of_key(tx, &kid).await }.boxed()
            });
            let clients = judge::judge(&trial, &read.await?);
            reports.push(TrialReport { key, trial, clients });
        }
        Ok(reports)
    }

    /// Somebody signed in at a client once more, in the same session: it may not have liked the token that it was given.
    /// Outside of trials nothing is remembered.
    pub fn signed_in(&self, client: &str, alg: Alg, session: &str) {
        let (ring, now) = (self.ring(), self.0.parts.clock.now());
        if let Some(kid) = ring.tried_for(alg, client, now) {
            self.0.tally.signed_in(kid, client, session, now);
        }
    }

    /// A client handed over a token that did not count. Outside of trials nothing is remembered.
    pub fn refused(&self, client: &str, with: Returned) {
        let (ring, now) = (self.ring(), self.0.parts.clock.now());
        if let Some(kid) = ring.tried_for(with.alg, client, with.issued) {
            self.0.tally.see(kid, client, Sign::Refused, now);
        }
    }

    /// Whether a key is on trial, for whomever.
    pub fn is_trying(&self) -> bool {
        self.ring().is_trying(self.0.parts.clock.now())
    }
}

/// The moment from which on a trial tells something: before, a node may have signed with either key.
pub(super) fn tells_from(since: Timestamp) -> Timestamp {
    since + super::evidence::DOUBTFUL
}
