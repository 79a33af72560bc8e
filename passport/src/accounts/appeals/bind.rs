//! Binding a document that was won to an account of who won it.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::model::{Appeal, AppealId};
use super::moves::{By, move_on};
use super::state::{Event, State};
use super::store;
use crate::accounts::guardian::{self, Known};
use crate::accounts::model::AccountId;
use crate::accounts::store::{self as accounts_store, SealedIdentity};
use crate::accounts::{Accounts, DOCUMENT_PURPOSE, Trouble};
use crate::audit::{self, Actor};

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// The document is the account's.
    Done,
    /// The account has another document.
    HasAnother,
    /// It was bound before, or its time is over.
    Over,
}

impl Accounts {
    /// Whether an account has a document.
    pub(super) async fn has_document(&self, account: AccountId) -> Result<bool, Trouble> {
        let found = self.parts().db.read(move |tx| accounts_store::has_identity(tx, account).boxed());
        Ok(found.await?)
    }

    /// Binds the document of a granted appeal to an account.
    pub(super) async fn bind_document(
        &self,
        id: AppealId,
        account: AccountId,
        caller: Caller,
    ) -> Result<Bound, Trouble> {
        Ok(self.write((id, account, caller), |accounts, args, tx| bind(accounts, args, tx).boxed()).await?)
    }
}

async fn bind(
    accounts: Accounts,
    (id, account, caller): (AppealId, AccountId, Caller),
    tx: &mut Tx,
) -> Result<Bound, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let found = store::find(tx, &*parts.sealer, id).await?;
    let Some(appeal) = found.filter(|appeal| matches!(appeal.state, State::Granted { until } if until > now)) else {
        return Ok(Bound::Over);
    };
    if accounts_store::has_identity(tx, account).await? {
        return Ok(Bound::HasAnother);
    }
    let Some(identity) = identity(&accounts, &appeal) else { return Ok(Bound::Over) };
    if accounts_store::find_by_document(tx, identity.kind, identity.hashes).await?.is_some() {
        return Ok(Bound::Over);
    }
    if move_on(&accounts, tx, appeal, (Event::Bind, By::Visitor(caller))).await?.is_err() {
        return Ok(Bound::Over);
    }
    accounts_store::insert_identity(tx, account, &identity, now).await?;
    let event = audit::Event::DocumentBound { account: account.to_string(), appeal: id.to_string() };
    parts.audit.record_from(tx, caller, &Actor::Account(account.to_string()), &event).await?;
    guardian::look(&accounts, tx, (account, Known::Nothing), caller).await?;
    Ok(Bound::Done)
}

/// The document of an appeal, as accounts have theirs.
fn identity(accounts: &Accounts, appeal: &Appeal) -> Option<SealedIdentity> {
    let document = &appeal.file.as_ref()?.document;
    let number_sealed = accounts.parts().sealer.seal(DOCUMENT_PURPOSE, document.number().as_bytes());
    Some(SealedIdentity { kind: document.kind(), number_sealed, hashes: accounts.document_hashes(document) })
}
