//! Stand-ins: accounts in known states, with which somebody tries a site out where nobody real signs in. Only a sandbox
//! has them; they are made anew as often as somebody wants them as they were.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::entropy::token;
use shared::http::Caller;
use shared::secret::{SecretString, sha256};

use super::closure::{self, COOLING_OFF, Closure};
use super::contact;
use super::factors::authenticator;
use super::guardian::{self, Known};
use super::model::{AccountId, ContactKind, Email, LoginName, Name};
use super::store::{self, NewAccount};
use super::{Accounts, Trouble};
use crate::audit::{Actor, Event};

/// In which state a stand-in is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing is special about it: its mail address is proven.
    Verified,
    /// No contact is proven. Such an account is closed after a week.
    Unverified,
    /// Operators keep it from signing in.
    Locked,
    /// Signing in asks for the code of an app.
    WithApp,
    /// Under 14, and nobody has consented yet.
    Minor,
    /// Its owner asked for its end.
    Cancelled,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Verified, Self::Unverified, Self::Locked, Self::WithApp, Self::Minor, Self::Cancelled];

    /// As it is called in login names and documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Unverified => "unverified",
            Self::Locked => "locked",
            Self::WithApp => "totp",
            Self::Minor => "minor",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A stand-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// In which state it is.
    pub state: State,
    /// What is typed where a name is asked for. It is the same each time that the set is made.
    pub login: String,
    /// The secret of its app, as it is typed into one: for [`State::WithApp`].
    pub app: Option<String>,
}

impl Accounts {
    /// Makes the stand-ins of a set, which all have that password, in place of those that it had. `set` is a part of their
    /// login names.
    ///
    /// # Errors
    /// The database, or the password could not be hashed.
    pub async fn make_stand_ins(
        &self,
        set: &str,
        password: &SecretString,
        caller: Caller,
    ) -> Result<Vec<StandIn>, Trouble> {
        let hash = self.parts().hasher.hash(password).await?;
        let args = ((set.to_owned(), hash), caller);
        Ok(self.write(args, |accounts, args, tx| make_all(accounts, args, tx).boxed()).await?)
    }
}

async fn make_all(
    accounts: Accounts,
    ((set, hash), caller): ((String, String), Caller),
    tx: &mut Tx,
) -> Result<Vec<StandIn>, DbError> {
    let mut made = Vec::with_capacity(State::ALL.len());
    for state in State::ALL {
        let login = format!("{set}-{}", state.as_str());
        let name = LoginName::plain(&login);
        if let Some(former) = store::find_by_name(tx, &name).await? {
            contact::closing::close(&accounts, tx, former, "replaced").await?;
        }
        let id = add(&accounts, tx, (&login, name), &hash).await?;
        let app = bring_about(&accounts, tx, (id, state), caller).await?;
        made.push(StandIn { state, login, app });
    }
    Ok(made)
}

async fn add(
    accounts: &Accounts,
    tx: &mut Tx,
    (login, name): (&str, LoginName),
    hash: &str,
) -> Result<AccountId, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    let new = NewAccount {
        id: AccountId::new(now, &*parts.entropy),
        plain_name: Some(name),
        name: Name::parse("试用考生").ok(),
        // A domain that there never is (RFC 2606 §2).
        email: Email::parse(&format!("{login}@candidates.invalid")).ok(),
        mobile: None,
        locale: None,
        password_hash: hash.to_owned(),
        form_hash: None,
    };
    store::insert(tx, &new, now).await?;
    let account = new.id.to_string();
    parts.audit.record(tx, &Actor::Operator, &Event::AccountRegistered { account }).await?;
    Ok(new.id)
}

/// Brings an account into its state; the secret of its app, if it has got one.
async fn bring_about(
    accounts: &Accounts,
    tx: &mut Tx,
    (id, state): (AccountId, State),
    caller: Caller,
) -> Result<Option<String>, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    if state != State::Unverified {
        contact::store::set_proven(tx, id, ContactKind::Email, now).await?;
    }
    match state {
        State::Verified | State::Unverified => {}
        State::Locked => {
            store::set_blocked(tx, id, Some(now)).await?;
        }
        State::WithApp => return authenticator::give(accounts, tx, id).await.map(Some),
        State::Minor => {
            guardian::look(accounts, tx, (id, Known::Declared), caller).await?;
        }
        State::Cancelled => {
            let wish = Closure { account: id, asked_at: now, due_at: now + COOLING_OFF };
            // Nobody gets the link that takes it back: signing in does, too.
            closure::store::insert(tx, &wish, sha256(token(&*parts.entropy).as_bytes())).await?;
        }
    }
    Ok(None)
}
