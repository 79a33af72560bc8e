//! The present password asked for once more, where a session alone is not enough.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Tx};
use shared::secret::SecretString;

use crate::accounts::hashing::Verdict as Checked;
use crate::accounts::model::AccountId;
use crate::accounts::store::{self, Credentials};
use crate::accounts::{Accounts, Session, Trouble};
use crate::limits::{Subject, Verdict};
use crate::web::Flaws;

/// Who has shown the present password.
pub(super) struct Confirmed {
    /// The account as it stood.
    pub(super) account: Credentials,
    /// How often the password could have been tried again.
    pub(super) left: u32,
}

/// Why it is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unconfirmed {
    /// It is another one.
    Wrong {
        /// How often it may be tried again.
        left: u32,
    },
    /// Too many wrong ones.
    Locked {
        /// From when on it may be tried again.
        until: Timestamp,
    },
}

const FIELD: &str = "old_password";
const LABEL: &str = "accounts-password-old";

impl Unconfirmed {
    /// What is to be mended in the form.
    pub fn tell(self, flaws: &mut Flaws) {
        match self {
            Self::Wrong { left } => flaws.push_count(FIELD, LABEL, "accounts-password-old-wrong", ("left", left)),
            Self::Locked { until } => flaws.push_until(FIELD, LABEL, "accounts-password-old-locked", until),
        }
    }
}

/// Says that the present password is missing, where an account has one.
pub fn require(has_password: bool, typed: &SecretString, flaws: &mut Flaws) {
    if has_password && typed.is_empty() {
        flaws.push(FIELD, LABEL, "accounts-password-old-missing");
    }
}

impl Accounts {
    /// Looks at the present password of the session's account. Tries are counted before. Where there is no password, a
    /// fresh sign-in stands in for it.
    ///
    /// # Errors
    /// The database, or too many passwords waiting to be hashed: then the try is not counted.
    pub async fn confirm(
        &self,
        session: &Session,
        password: &SecretString,
    ) -> Result<Result<(), Unconfirmed>, Trouble> {
        Ok(self.confirmed(session, password).await?.map(drop))
    }

    pub(super) async fn confirmed(
        &self,
        session: &Session,
        password: &SecretString,
    ) -> Result<Result<Confirmed, Unconfirmed>, Trouble> {
        let id = session.account;
        let Admitted { account, left, locks_until } =
            match self.write(id, |accounts, id, tx| admit(accounts, id, tx).boxed()).await? {
                Ok(admitted) => admitted,
                Err(until) => return Ok(Err(Unconfirmed::Locked { until })),
            };
        let right = match self.fits(session, &account, password).await {
            Ok(right) => right,
            Err(trouble) => {
                // Nobody was told anything: the try did not happen.
                self.write(id, |accounts, id, tx| take_back(accounts, id, tx).boxed()).await?;
                return Err(trouble);
            }
        };
        if right {
            self.write(id, |accounts, id, tx| forget(accounts, id, tx).boxed()).await?;
            return Ok(Ok(Confirmed { account, left }));
        }
        Ok(Err(if left == 0 { Unconfirmed::Locked { until: locks_until } } else { Unconfirmed::Wrong { left } }))
    }

    async fn fits(&self, session: &Session, account: &Credentials, password: &SecretString) -> Result<bool, Trouble> {
        if !account.has_password {
            return self.is_fresh(session).await;
        }
        Ok(self.parts().hasher.verify(password, &account.password_hash).await? != Checked::NoMatch)
    }

    /// Whether an account has a password: its owner may have put it away.
    ///
    /// # Errors
    /// The database.
    pub async fn has_password(&self, id: AccountId) -> Result<bool, Trouble> {
        let found = self.parts().db.read(move |tx| store::credentials_by_id(tx, id).boxed()).await?;
        Ok(found.is_none_or(|found| found.has_password))
    }
}

/// A counted try that may look at the password.
struct Admitted {
    account: Credentials,
    left: u32,
    /// Until when no other is allowed if this was the last try.
    locks_until: Timestamp,
}

/// Counts the try and reads the account, or says from when on it may be tried again.
async fn admit(accounts: Accounts, id: AccountId, tx: &mut Tx) -> Result<Result<Admitted, Timestamp>, DbError> {
    let parts = accounts.parts();
    let (limit, now) = (&parts.limits.policy().password_confirmation, parts.clock.now());
    let used = match parts.limits.hit(tx, limit, Subject::Text(&id.to_string()), now).await? {
        Verdict::Refused { until } => return Ok(Err(until)),
        Verdict::Allowed { used } => used,
    };
    let account = store::credentials_by_id(tx, id)
        .await?
        .ok_or_else(|| BrokenRow::new("account_id", "of a session names no account"))?;
    let left = limit.allowed.saturating_sub(used);
    Ok(Ok(Admitted { account, left, locks_until: now + limit.lock.unwrap_or(limit.window) }))
}

async fn take_back(accounts: Accounts, id: AccountId, tx: &mut Tx) -> Result<(), DbError> {
    let parts = accounts.parts();
    let (limit, now) = (&parts.limits.policy().password_confirmation, parts.clock.now());
    parts.limits.give_back(tx, limit, Subject::Text(&id.to_string()), now).await
}

async fn forget(accounts: Accounts, id: AccountId, tx: &mut Tx) -> Result<(), DbError> {
    let limits = &accounts.parts().limits;
    limits.clear(tx, &limits.policy().password_confirmation, Subject::Text(&id.to_string())).await
}
