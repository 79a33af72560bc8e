//! Looking for the account, and telling its owner.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::i18n::Lang;

use crate::accounts::contact::{self, Standing};
use crate::accounts::model::{AccountId, IdDocument, Name, Province};
use crate::accounts::{Accounts, DOCUMENT_PURPOSE, Trouble, alarm, store};
use crate::audit::{Actor, Event};
use crate::delivery::Notice;
use crate::limits::{AddressBlock, Subject, Verdict};

/// What somebody says of themselves.
#[derive(Debug, Clone)]
pub struct Sought {
    /// The province of the test centre.
    pub province: Province,
    /// The identity document.
    pub document: IdDocument,
    /// The name.
    pub name: Name,
    /// In which language they are answered.
    pub lang: Lang,
    /// Who asks.
    pub from: Caller,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// If there is such an account, its owner has mail.
    Done,
    /// Asked for too often by this document.
    TooManyOfIt {
        /// From when on it may be asked for again.
        until: Timestamp,
    },
    /// Asked for too often from this address block.
    TooManyFromHere {
        /// From when on it may be asked for again.
        until: Timestamp,
    },
}

impl Accounts {
    /// Sends the account to its proven contacts, if there is one that all of it is true of.
    ///
    /// # Errors
    /// The database.
    pub async fn find_account(&self, sought: Sought) -> Result<Asked, Trouble> {
        Ok(self.write(sought, |accounts, sought, tx| find(accounts, sought, tx).boxed()).await?)
    }
}

async fn find(accounts: Accounts, sought: Sought, tx: &mut Tx) -> Result<Asked, DbError> {
    let parts = accounts.parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    let block = Subject::Address(AddressBlock::of(sought.from.network.address()));
    if let Verdict::Refused { until } = limits.hit(tx, &limits.policy().find_account_address, block, now).await? {
        return Ok(Asked::TooManyFromHere { until });
    }
    let mac = parts.sealer.mac(DOCUMENT_PURPOSE, sought.document.lookup_key().as_bytes());
    let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    let of_document = &limits.policy().find_account_document;
    if let Verdict::Refused { until } = limits.hit(tx, of_document, Subject::Text(&hex), now).await? {
        return Ok(Asked::TooManyOfIt { until });
    }
    let hashes = accounts.document_hashes(&sought.document);
    // Where nobody has the document, the same is asked of an account that nobody has either.
    let holder = store::find_by_document(tx, sought.document.kind(), hashes).await?;
    let asked_of = holder.unwrap_or_else(|| AccountId::new(now, &*parts.entropy));
    let (name, province) = store::person(tx, asked_of).await?;
    let standing = contact::store::standing(tx, asked_of).await?;
    let same = name.is_some_and(|name| name.folded() == sought.name.folded())
        && province.is_none_or(|province| province == sought.province)
        && standing.is_proven();
    if same {
        tell(&accounts, tx, &sought, (asked_of, &standing)).await?;
    } else {
        parts.outbox.withhold_notice(tx, sought.lang, &Notice::AccountFound { names: String::new() }).await?;
    }
    Ok(Asked::Done)
}

/// Sends the names to every proven contact: only proven ones are named, too. Each gets a link by which its reader says that
/// it was not them; the row for it is what a stranger's question does not write, and of three answers a day for a document
/// nobody measures that.
async fn tell(
    accounts: &Accounts,
    tx: &mut Tx,
    sought: &Sought,
    (account, standing): (AccountId, &Standing),
) -> Result<(), DbError> {
    let parts = accounts.parts();
    let proven = || standing.held().filter(|held| held.proven_at.is_some());
    let names = proven().map(|held| held.contact.as_str()).collect::<Vec<_>>().join(", ");
    let notice = Notice::AccountFound { names };
    for held in proven() {
        alarm::tell(accounts, tx, ((account, Some(sought.from)), sought.lang), held, &notice).await?;
    }
    let event = Event::AccountNamed { account: account.to_string() };
    parts.audit.record_from(tx, sought.from, &Actor::Visitor, &event).await
}
