//! What operators do with accounts at the command line: add (for development and measuring), look, lock, unlock.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::secret::SecretString;

use super::model::{Account, AccountId, ContactKind, Details, Email, LoginName, Mobile, Name};
use super::sessions::{self, EndReason};
use super::store::{self, NewAccount};
use super::{Accounts, Trouble, contact};
use crate::audit::{Actor, Event};
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
    /// an account. They are tidied already: see [`Details::tidy`].
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
    Ok(true)
}

async fn lock(accounts: Accounts, id: AccountId, tx: &mut Tx) -> Result<bool, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    if !store::set_blocked(tx, id, Some(now)).await? {
        return Ok(false);
    }
    for session in sessions::store::live(tx, id, now).await? {
        accounts.end_session(tx, session, EndReason::Locked).await?;
    }
    sessions::store::withdraw_all(tx, id, now).await?;
    let event = Event::AccountLocked { account: id.to_string(), until: None };
    parts.audit.record(tx, &Actor::Operator, &event).await?;
    Ok(true)
}

async fn unlock(accounts: Accounts, id: AccountId, tx: &mut Tx) -> Result<bool, DbError> {
    let parts = accounts.parts();
    if !store::set_blocked(tx, id, None).await? {
        return Ok(false);
    }
    for name in store::login_names(tx, id).await? {
        parts.limits.clear(tx, &parts.limits.policy().sign_in_name, Subject::Text(&name)).await?;
    }
    let event = Event::AccountUnlocked { account: id.to_string() };
    parts.audit.record(tx, &Actor::Operator, &event).await?;
    Ok(true)
}
