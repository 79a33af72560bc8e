//! The new password, and everything that follows from it.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::i18n::Lang;
use shared::secret::SecretString;

use super::GUARD;
use super::need::Need;
use super::operation::{Seen, see};
use super::store::{self, By};
use crate::accounts::contact::{self, claimed};
use crate::accounts::devices;
use crate::accounts::factors::{self, announce};
use crate::accounts::model::{AccountId, Contact};
use crate::accounts::register::accept_agreements;
use crate::accounts::sessions::{self, EndReason};
use crate::accounts::store::{self as accounts_store, NewAccount};
use crate::accounts::{Accounts, Trouble, alarm, proof};
use crate::audit::{Actor, Event};
use crate::delivery::{Factor, Notice};
use crate::limits::Subject;

/// The answer to a new password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reset {
    /// It is set; the person signs in with this contact.
    Done(Contact),
    /// The recovery is over, or needs more than is proven.
    Over,
}

impl Accounts {
    /// Sets the password of the account that the browser with that token recovers, or makes a new account where what was
    /// proven belonged to nobody.
    ///
    /// # Errors
    /// The database, or too many passwords waiting to be hashed: then nothing was done.
    pub(super) async fn reset_password(
        &self,
        token_hash: [u8; 32],
        password: &SecretString,
        from: (Lang, Caller),
    ) -> Result<Reset, Trouble> {
        // Who may not choose one has no password hashed.
        match self.recovery(By::Token, token_hash).await? {
            Some(seen) if !matches!(seen.need, Need::Second { .. }) => {}
            _ => return Ok(Reset::Over),
        }
        let hash = self.parts().hasher.hash(password).await?;
        let args = (token_hash, hash, from);
        Ok(self.write(args, |accounts, args, tx| reset(accounts, args, tx).boxed()).await?)
    }
}

async fn reset(
    accounts: Accounts,
    (token_hash, hash, from): ([u8; 32], String, (Lang, Caller)),
    tx: &mut Tx,
) -> Result<Reset, DbError> {
    let now = accounts.parts().clock.now();
    let Some(seen) = see(tx, By::Token, token_hash, now).await? else { return Ok(Reset::Over) };
    let Some(first) = seen.first().map(|held| held.contact.clone()) else { return Ok(Reset::Over) };
    if matches!(seen.need, Need::Second { .. }) || !store::end(tx, seen.recovery.id, "done", now).await? {
        return Ok(Reset::Over);
    }
    let account = seen.recovery.account;
    proof::store::end_of_account(tx, account, now).await?;
    store::end_all(tx, account, "replaced", now).await?;
    match seen.need {
        Need::Anew { .. } => begin_anew(&accounts, tx, &seen, (first.clone(), hash, from)).await?,
        _ => set_password(&accounts, tx, &seen, (&hash, from.1)).await?,
    }
    Ok(Reset::Done(first))
}

/// The password of an account whose owner was recognized.
async fn set_password(
    accounts: &Accounts,
    tx: &mut Tx,
    seen: &Seen,
    (hash, caller): (&str, Caller),
) -> Result<(), DbError> {
    let parts = accounts.parts();
    let (now, account) = (parts.clock.now(), seen.recovery.account);
    let reopened = accounts_store::credentials_by_id(tx, account).await?.is_some_and(|found| found.frozen);
    accounts_store::set_password(tx, account, hash, now).await?;
    accounts_store::set_frozen(tx, account, None).await?;
    store::set_guard(tx, account, now + GUARD).await?;
    for held in seen.standing.held() {
        let proven = match held.contact {
            Contact::Email(_) => seen.recovery.proven.email,
            Contact::Mobile(_) => seen.recovery.proven.mobile,
        };
        if proven {
            contact::store::set_proven(tx, account, held.contact.kind(), now).await?;
        }
    }
    devices::store::forget_all(tx, account).await?;
    if seen.recovery.lost {
        factors::store::remove_all(tx, account).await?;
        let event = Event::FactorRemoved { account: account.to_string(), factor: "all".into() };
        parts.audit.record_from(tx, caller, &Actor::Account(account.to_string()), &event).await?;
        announce(accounts, tx, (account, caller), Factor::AllRemoved).await?;
    }
    // Whoever knew the old password may have been there.
    let ended = sessions::end_all(accounts, tx, account, EndReason::PasswordReset.asked_by(caller)).await?;
    lift_locks(accounts, tx, account).await?;
    let event = Event::PasswordReset { account: account.to_string(), sessions_ended: ended, reopened };
    parts.audit.record_from(tx, caller, &Actor::Account(account.to_string()), &event).await?;
    alarm::tell_proven(accounts, tx, (account, Some(caller)), &Notice::PasswordReset { at: now }).await
}

/// Who has just shown who they are is not kept waiting for the tries of others.
async fn lift_locks(accounts: &Accounts, tx: &mut Tx, account: AccountId) -> Result<(), DbError> {
    let limits = &accounts.parts().limits;
    for name in accounts_store::login_names(tx, account).await? {
        limits.clear(tx, &limits.policy().sign_in_name, Subject::Text(&name)).await?;
    }
    factors::lift(accounts, tx, account).await?;
    let id = account.to_string();
    limits.clear(tx, &limits.policy().password_confirmation, Subject::Text(&id)).await
}

/// A new account with the contact that was proven. The one that had claimed it without proof gives way.
async fn begin_anew(
    accounts: &Accounts,
    tx: &mut Tx,
    seen: &Seen,
    (contact, password_hash, (lang, caller)): (Contact, String, (Lang, Caller)),
) -> Result<(), DbError> {
    let parts = accounts.parts();
    let (now, old) = (parts.clock.now(), seen.recovery.account);
    claimed::give_way(accounts, tx, (old, &contact), caller).await?;
    let (email, mobile) = match &contact {
        Contact::Email(email) => (Some(email.clone()), None),
        Contact::Mobile(mobile) => (None, Some(mobile.clone())),
    };
    let new = NewAccount {
        id: AccountId::new(now, &*parts.entropy),
        name: None,
        email,
        mobile,
        plain_name: None,
        locale: Some(lang),
        password_hash,
        form_hash: None,
    };
    accounts_store::insert(tx, &new, now).await?;
    contact::store::set_proven(tx, new.id, contact.kind(), now).await?;
    parts.limits.clear(tx, &parts.limits.policy().sign_in_name, Subject::Text(contact.name().as_str())).await?;
    let account = new.id.to_string();
    let event = Event::AccountRegistered { account: account.clone() };
    parts.audit.record_from(tx, caller, &Actor::Account(account), &event).await?;
    accept_agreements(accounts, tx, (new.id, lang), caller).await
}
