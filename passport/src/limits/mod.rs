//! How often something may be tried, counted in the database so that every node agrees.
//!
//! [`Policy`] names what is limited and how; [`policy`] holds the rules, [`store`] the one statement per count.
//! Everything runs in the caller's transaction. What guards a secret is counted *before* it is looked at, so that
//! fifty guesses sent at once are not fifty guesses had, and given back or cleared when it turned out right:
//!
//! ```ignore
//! let name = Subject::Text(login_name.as_str());
//! if let Verdict::Refused { until } = limits.hit(tx, &limits.policy().sign_in_name, name, now).await? { … }   // locked
//! …the password is compared, in no transaction…
//! limits.clear(tx, &limits.policy().sign_in_name, name).await?;                                              // it was right
//! ```
//!
//! A transaction that ends in an error forgets what it counted: a refusal is therefore a value, not an error.

pub mod policy;
pub mod quota;
pub mod store;

use std::fmt;
use std::sync::Arc;

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::secret::{SecretBytes, hmac_sha256};
use shared::telemetry::Counts;

pub use self::policy::{AddressBlock, Limit, Policy, Subject, Verdict};
use self::policy::{SITE_FACTOR, SiteBlock};
pub use self::quota::{Quotas, Spent};

/// The label of counts by limit.
const LIMIT: &str = "limit";

/// The limits of this passport. Cheap to clone.
#[derive(Clone)]
pub struct Limits(Arc<Inner>);

struct Inner {
    policy: Policy,
    enabled: bool,
    /// Keys the hashes of subjects: a mobile number or an address hashed without a key is found by trying them all.
    key: SecretBytes,
    refused: Counts<1>,
}

impl Limits {
    /// Limits as `policy` has them. With `enabled` false nothing is counted or refused: for measuring only.
    pub fn new(policy: Policy, enabled: bool, key: SecretBytes) -> Self {
        let refused = Counts::new([[(LIMIT, policy.sign_in_name.name)]]);
        Self(Arc::new(Inner { policy, enabled, key, refused }))
    }

    /// How often each limit refused a use.
    pub fn refused(&self) -> &Counts<1> {
        &self.0.refused
    }

    /// What is limited and how.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// Counts one use and says whether it is allowed.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn hit(
        &self,
        tx: &mut Tx,
        limit: &Limit,
        subject: Subject<'_>,
        now: Timestamp,
    ) -> Result<Verdict, DbError> {
        if !self.0.enabled {
            return Ok(Verdict::Allowed { used: 0 });
        }
        let standing = store::hit(tx, limit, self.hashed(limit, &subject), now).await?;
        let mut verdict = limit.judge(standing);
        if let Some(site) = site_of(subject) {
            let of_site = limit.of_site();
            let standing = store::hit(tx, &of_site, self.hashed(limit, &site), now).await?;
            verdict = verdict.and(of_site.judge(standing));
        }
        if !verdict.is_allowed() {
            self.0.refused.add([(LIMIT, limit.name)]);
        }
        Ok(verdict)
    }

    /// How often it was used in the stretch that runs, without counting; of an address, by its own block, or by as large
    /// a part of the site around it as may do as much: whoever has many blocks is not many strangers.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn used(&self, tx: &mut Tx, limit: &Limit, subject: Subject<'_>, now: Timestamp) -> Result<u32, DbError> {
        if !self.0.enabled {
            return Ok(0);
        }
        let own = store::find(tx, self.hashed(limit, &subject), now).await?.map_or(0, |standing| standing.used);
        let Some(site) = site_of(subject) else { return Ok(own) };
        let of_site = store::find(tx, self.hashed(limit, &site), now).await?.map_or(0, |standing| standing.used);
        Ok(own.max(of_site / SITE_FACTOR))
    }

    /// Whether one more use would be refused, without counting.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn peek(
        &self,
        tx: &mut Tx,
        limit: &Limit,
        subject: Subject<'_>,
        now: Timestamp,
    ) -> Result<Verdict, DbError> {
        if !self.0.enabled {
            return Ok(Verdict::Allowed { used: 0 });
        }
        let free = Verdict::Allowed { used: 0 };
        let standing = store::find(tx, self.hashed(limit, &subject), now).await?;
        let verdict = standing.map_or(free, |standing| limit.foresee(standing));
        let Some(site) = site_of(subject) else { return Ok(verdict) };
        let standing = store::find(tx, self.hashed(limit, &site), now).await?;
        Ok(verdict.and(standing.map_or(free, |standing| limit.of_site().foresee(standing))))
    }

    /// Takes one use back: what was counted did not come to pass, the server was too busy for example. A lock that
    /// this use brought about is lifted with it.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn give_back(
        &self,
        tx: &mut Tx,
        limit: &Limit,
        subject: Subject<'_>,
        now: Timestamp,
    ) -> Result<(), DbError> {
        if !self.0.enabled {
            return Ok(());
        }
        if let Some(site) = site_of(subject) {
            store::give_back(tx, self.hashed(limit, &site), now).await?;
        }
        store::give_back(tx, self.hashed(limit, &subject), now).await
    }

    /// Forgets every use: the one who tried has proved themselves, or staff lifts a lock. Of an address, the uses of
    /// its own block; the site around it is not proved by one.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn clear(&self, tx: &mut Tx, limit: &Limit, subject: Subject<'_>) -> Result<(), DbError> {
        if !self.0.enabled {
            return Ok(());
        }
        store::clear(tx, self.hashed(limit, &subject)).await
    }

    fn hashed(&self, limit: &Limit, subject: &dyn fmt::Display) -> [u8; 32] {
        let text = format!("{}\0{subject}", limit.name);
        hmac_sha256(self.0.key.expose(), text.as_bytes())
    }
}

/// The wider block whose uses are added up as well.
fn site_of(subject: Subject<'_>) -> Option<SiteBlock> {
    match subject {
        Subject::Text(_) => None,
        Subject::Address(block) => block.site(),
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").field("enabled", &self.0.enabled).field("policy", &self.0.policy).finish()
    }
}

#[cfg(test)]
mod tests;
