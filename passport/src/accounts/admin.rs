//! What operators and staff do with accounts, at the command line and in the console: add (for development and measuring),
//! look, lock, unlock, end sessions, take every second factor away.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::secret::{SecretString, sha256};

use super::guardian::{self, Known};
use super::login::whose::whose;
use super::model::{Account, AccountId, ContactKind, Details, Email, LoginName, Mobile, Name};
use super::sessions::{self, EndReason};
use super::store::{self, Found, NewAccount};
use super::{Accounts, Trouble, alarm, contact, factors};
use crate::audit::{Actor, Event};
use crate::delivery::{Factor, Notice};
use crate::limits::Subject;

/// An account to be added without its owner: for development and measuring, so no agreement is recorded.
#[derive(Debug, Clone, Default)]
pub struct Seed {
    /// The mail address.
    pub email: Option<Email>,
    /// The mobile number.
    pub mobile: Option<Mobile>,
    /// A login name that is neither.
    pub plain_name: Option<String>,
    /// What the person is called.
    pub name: Option<Name>,
}

impl Seed {
    fn login_names(&self) -> impl Iterator<Item = LoginName> {
        let contacts = [self.email.as_ref().map(LoginName::email), self.mobile.as_ref().map(LoginName::mobile)];
        contacts.into_iter().flatten().chain(self.plain_name.as_deref().map(LoginName::plain))
    }
}

/// How an account stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The account as its owner sees it.
    pub account: Account,
    /// Whether operators keep it from signing in.
    pub locked: bool,
    /// How many sessions it has.
    pub sessions: usize,
}

impl Accounts {
    /// Adds accounts that all have that password, in one transaction; which. Their one hash is made once, or
    /// thousands of accounts would take minutes. With `if_missing`, accounts are passed over of which a login name is
    /// there already.
    ///
    /// # Errors
    /// The database ([`DbError::Conflict`]: a login name is taken), or the password could not be hashed.
    pub async fn seed(
        &self,
        seeds: Vec<Seed>,
        password: &SecretString,
        if_missing: bool,
    ) -> Result<Vec<AccountId>, Trouble> {
        let password_hash = self.parts().hasher.hash(password).await?;
        let args = (seeds, password_hash, if_missing);
        Ok(self.write(args, |accounts, args, tx| add_all(accounts, args, tx).boxed()).await?)
    }

    /// The account of that id or login name.
    ///
    /// # Errors
    /// The database.
    pub async fn locate(&self, id_or_name: &str) -> Result<Option<AccountId>, DbError> {
        if let Ok(id) = id_or_name.parse() {
            return Ok(Some(id));
        }
        let Some(name) = LoginName::parse(id_or_name) else { return Ok(None) };
        let db = &self.parts().db;
        db.read(move |tx| {
            let name = name.clone();
            async move { store::find_by_name(tx, &name).await }.boxed()
        })
        .await
    }

    /// How an account stands.
    ///
    /// # Errors
    /// The database.
    pub async fn standing(&self, id: AccountId) -> Result<Option<Standing>, DbError> {
        let Some(account) = self.account(id).await? else { return Ok(None) };
        let parts = self.parts();
        let now = parts.clock.now();
        let (credentials, sessions) = parts
            .db
            .read(move |tx| {
                async move {
                    let credentials = store::credentials_by_id(tx, id).await?;
                    Ok::<_, DbError>((credentials, sessions::store::live(tx, id, now).await?))
                }
                .boxed()
            })
            .await?;
        let locked = credentials.is_some_and(|credentials| credentials.blocked);
        Ok(Some(Standing { account, locked, sessions: sessions.len() }))
    }

    /// Stores details of a person that another register knows, in place of those that were stored; whether there is such
    /// an account. They are tidied already: see [`Details::tidy`]. A date of birth among them may tell that the account is a
    /// child's, and that a guardian has to consent.
    ///
    /// # Errors
    /// The database.
    pub async fn set_details(&self, id: AccountId, details: Details) -> Result<bool, DbError> {
        self.write((id, details), |accounts, args, tx| set_details(accounts, args, tx).boxed()).await
    }

    /// Keeps an account from signing in, and ends its sessions and everything that sites were granted in them, for
    /// offline use too; whether there is one.
    ///
    /// # Errors
    /// The database.
    pub async fn lock(&self, id: AccountId) -> Result<bool, DbError> {
        self.write(id, |accounts, id, tx| lock(accounts, id, tx).boxed()).await
    }

    /// Lets an account sign in again, and forgets the failures that locked it; whether there is one.
    ///
    /// # Errors
    /// The database.
    pub async fn unlock(&self, id: AccountId) -> Result<bool, DbError> {
        self.write(id, |accounts, id, tx| unlock(accounts, id, tx).boxed()).await
    }
}

async fn add_all(
    accounts: Accounts,
    (seeds, password_hash, if_missing): (Vec<Seed>, String, bool),
    tx: &mut Tx,
) -> Result<Vec<AccountId>, DbError> {
    let parts = accounts.parts();
    let mut added = Vec::with_capacity(seeds.len());
    for seed in seeds {
        if if_missing && is_there(tx, &seed).await? {
            continue;
        }
        let now = parts.clock.now();
        let new = NewAccount {
            id: AccountId::new(now, &*parts.entropy),
            plain_name: seed.plain_name.as_deref().map(LoginName::plain),
            name: seed.name,
            email: seed.email,
            mobile: seed.mobile,
            locale: None,
            password_hash: password_hash.clone(),
            form_hash: None,
        };
        store::insert(tx, &new, now).await?;
        // Whoever adds an account knows whose the contacts are.
        for kind in ContactKind::ALL {
            contact::store::set_proven(tx, new.id, kind, now).await?;
        }
        let account = new.id.to_string();
        parts.audit.record(tx, &Actor::Operator, &Event::AccountRegistered { account }).await?;
        added.push(new.id);
    }
    Ok(added)
}

async fn is_there(tx: &mut Tx, seed: &Seed) -> Result<bool, DbError> {
    for name in seed.login_names() {
        if store::find_by_name(tx, &name).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn set_details(accounts: Accounts, (id, details): (AccountId, Details), tx: &mut Tx) -> Result<bool, DbError> {
    let parts = accounts.parts();
    if !store::put_details(tx, id, &details, parts.clock.now()).await? {
        return Ok(false);
    }
    let event = Event::ProfileChanged { account: id.to_string(), fields: vec!["details".into()] };
    parts.audit.record(tx, &Actor::Operator, &event).await?;
    guardian::look(&accounts, tx, (id, Known::Nothing), None).await?;
    Ok(true)
}

async fn lock(accounts: Accounts, id: AccountId, tx: &mut Tx) -> Result<bool, DbError> {
    accounts.lock_by(tx, id, &Actor::Operator).await
}

async fn unlock(accounts: Accounts, id: AccountId, tx: &mut Tx) -> Result<bool, DbError> {
    accounts.unlock_by(tx, id, &Actor::Operator).await
}

/// What staff does within a transaction of their own, in which it is on record why. Each says whether there is such an
/// account.
impl Accounts {
    /// Whose a login name is: the very name, as sign-in takes it.
    ///
    /// # Errors
    /// The database.
    pub async fn named(&self, tx: &mut Tx, name: &LoginName) -> Result<Option<AccountId>, DbError> {
        Ok(match whose(self, tx, name).await? {
            Found::Account(found) => Some(found.id),
            Found::Nobody { .. } => None,
        })
    }

    /// See [`Accounts::lock`].
    ///
    /// # Errors
    /// The database.
    pub async fn lock_by(&self, tx: &mut Tx, id: AccountId, by: &Actor) -> Result<bool, DbError> {
        let now = self.parts().clock.now();
        if !store::set_blocked(tx, id, Some(now)).await? {
            return Ok(false);
        }
        sessions::end_all(self, tx, id, (EndReason::Locked, by)).await?;
        let event = Event::AccountLocked { account: id.to_string(), until: None };
        self.parts().audit.record(tx, by, &event).await?;
        Ok(true)
    }

    /// See [`Accounts::unlock`].
    ///
    /// # Errors
    /// The database.
    pub async fn unlock_by(&self, tx: &mut Tx, id: AccountId, by: &Actor) -> Result<bool, DbError> {
        if !store::set_blocked(tx, id, None).await? {
            return Ok(false);
        }
        self.forget_tries_by(tx, id, by).await
    }

    /// Forgets the wrong passwords that locked an account, and leaves a lock by staff as it is.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_tries_by(&self, tx: &mut Tx, id: AccountId, by: &Actor) -> Result<bool, DbError> {
        let parts = self.parts();
        if store::credentials_by_id(tx, id).await?.is_none() {
            return Ok(false);
        }
        for name in store::login_names(tx, id).await? {
            parts.limits.clear(tx, &parts.limits.policy().sign_in_name, Subject::Text(&name)).await?;
        }
        let event = Event::AccountUnlocked { account: id.to_string() };
        parts.audit.record(tx, by, &event).await?;
        Ok(true)
    }

    /// Ends every session of an account, and what sites were granted in them.
    ///
    /// # Errors
    /// The database.
    pub async fn end_sessions_by(&self, tx: &mut Tx, id: AccountId, by: &Actor) -> Result<bool, DbError> {
        if store::credentials_by_id(tx, id).await?.is_none() {
            return Ok(false);
        }
        sessions::end_all(self, tx, id, (EndReason::Staff, by)).await?;
        Ok(true)
    }

    /// Takes every second factor from an account whose owner lost them all, ends its sessions and tells every proven contact.
    ///
    /// # Errors
    /// The database.
    pub async fn reset_factors_by(&self, tx: &mut Tx, id: AccountId, by: &Actor) -> Result<bool, DbError> {
        if store::credentials_by_id(tx, id).await?.is_none() {
            return Ok(false);
        }
        factors::store::remove_all(tx, id).await?;
        factors::lift(self, tx, id).await?;
        sessions::end_all(self, tx, id, (EndReason::Staff, by)).await?;
        let event = Event::FactorRemoved { account: id.to_string(), factor: "all".into() };
        self.parts().audit.record(tx, by, &event).await?;
        let notice = Notice::FactorChanged { factor: Factor::AllRemoved, at: self.parts().clock.now() };
        alarm::tell_proven(self, tx, (id, None), &notice).await?;
        Ok(true)
    }

    /// A text that is another one once something changed by which the owner signs in: what two people agree on has to be
    /// agreed on anew then. `None`: there is no such account.
    ///
    /// # Errors
    /// The database.
    pub async fn standing_mark(&self, tx: &mut Tx, id: AccountId) -> Result<Option<String>, DbError> {
        let Some(found) = store::credentials_by_id(tx, id).await? else { return Ok(None) };
        let app = factors::authenticator::store::find(tx, id).await?;
        let mut parts =
            vec![found.password_set_at.millis().to_string(), found.blocked.to_string(), found.frozen.to_string()];
        parts.push(app.map_or(0, |app| app.created_at.millis()).to_string());
        parts.push(factors::store::enrolled(tx, id).await?.sms.to_string());
        parts.extend(factors::passkeys::store::all(tx, id).await?.iter().map(|passkey| passkey.id.to_string()));
        // A proven mail address or number is a name that one signs in with, and where it would be told.
        parts.extend(store::login_names(tx, id).await?);
        let text = parts.join("\n");
        Ok(Some(URL_SAFE_NO_PAD.encode(sha256(text.as_bytes()))))
    }
}
