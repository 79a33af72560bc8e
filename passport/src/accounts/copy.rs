//! What is stored of a person, for a copy that they take along.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::contact::{self, Standing};
use super::factors::{self, page::Overview};
use super::guardian::{self, Guardianship};
use super::model::{Account, AccountId};
use super::sessions::{self, Listed};
use super::store::{self, Agreement};
use super::{Accounts, Trouble};
use crate::audit::{Actor, Event};
use crate::delivery::Factor;
use crate::limits::{Subject, Verdict};

/// The most sessions that are listed: as good as all that somebody can have.
const MOST_SESSIONS: i64 = 1_000;

/// What is stored of a person.
#[derive(Debug, Clone)]
pub struct Copied {
    /// The account.
    pub account: Account,
    /// When its contacts were proven.
    pub standing: Standing,
    /// What protects it.
    pub protection: Overview,
    /// Who answers for the person, who is under 14, and how that stands.
    pub guardian: Option<Guardianship>,
    /// The agreements that were accepted.
    pub agreements: Vec<Agreement>,
    /// The sessions that go on.
    pub sessions: Vec<Listed>,
}

/// The answer to who wants a copy.
#[derive(Debug, Clone)]
pub enum Copy {
    /// It.
    Made(Box<Copied>),
    /// Not yet, after a reset of the password: whoever reset it may not be the owner.
    Guarded {
        /// Until when.
        until: Timestamp,
    },
    /// Several were taken today.
    TooMany {
        /// From when on another one is.
        until: Timestamp,
    },
}

impl Accounts {
    /// Copies what is stored of an account; every proven contact hears of it. `None`: there is no such account.
    ///
    /// # Errors
    /// The database.
    pub async fn copy(&self, account: AccountId, caller: Caller) -> Result<Option<Copy>, Trouble> {
        let Some(found) = self.account(account).await? else { return Ok(None) };
        let args = (found, caller);
        Ok(Some(self.write(args, |accounts, args, tx| copy(accounts, args, tx).boxed()).await?))
    }
}

async fn copy(accounts: Accounts, (account, caller): (Account, Caller), tx: &mut Tx) -> Result<Copy, DbError> {
    let parts = accounts.parts();
    let (id, now) = (account.id, parts.clock.now());
    if let Some(until) = factors::guard(tx, id, now).await? {
        return Ok(Copy::Guarded { until });
    }
    let (limit, subject) = (&parts.limits.policy().copy, id.to_string());
    if let Verdict::Refused { until } = parts.limits.hit(tx, limit, Subject::Text(&subject), now).await? {
        return Ok(Copy::TooMany { until });
    }
    let copied = Copied {
        standing: contact::store::standing(tx, id).await?,
        protection: factors::page::overview(tx, id, now).await?,
        guardian: guardian::store::find(tx, &*parts.sealer, id).await?,
        agreements: store::agreements(tx, id).await?,
        sessions: sessions::store::listed(tx, id, now, MOST_SESSIONS).await?,
        account,
    };
    let event = Event::DataCopied { account: id.to_string() };
    parts.audit.record_from(tx, caller, &Actor::Account(id.to_string()), &event).await?;
    factors::announce(&accounts, tx, (id, caller), Factor::DataCopied).await?;
    Ok(Copy::Made(Box::new(copied)))
}
