//! The operation of changing the password, or of having one again: every other session ends.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::secret::SecretString;

use super::confirmation::{Confirmed, Unconfirmed};
use crate::accounts::sessions::cookie::SessionToken;
use crate::accounts::sessions::{self, EndReason, Session};
use crate::accounts::store::{self, Credentials};
use crate::accounts::{Accounts, Trouble, alarm, devices, factors, proof};
use crate::audit::{Actor, Event};
use crate::delivery::Notice;

/// The answer to a change of password.
pub enum Changed {
    /// It is changed. The session goes on under this token: whoever got hold of its former one is out, too.
    Done(SessionToken),
    /// The old password was not shown.
    Unconfirmed(Unconfirmed),
}

impl Accounts {
    /// Changes the password of the session's account, and ends every session but this.
    ///
    /// # Errors
    /// The database, or too many passwords waiting to be hashed: then nothing was done.
    pub async fn change_password(
        &self,
        session: &Session,
        caller: Caller,
        old: &SecretString,
        new: &SecretString,
    ) -> Result<Changed, Trouble> {
        let Confirmed { account, left } = match self.confirmed(session, old).await? {
            Ok(confirmed) => confirmed,
            Err(unconfirmed) => return Ok(Changed::Unconfirmed(unconfirmed)),
        };
        let hash = self.parts().hasher.hash(new).await?;
        let token = SessionToken::new(&*self.parts().entropy);
        let change = (session.clone(), caller, account, hash, token.hash());
        let changed = self.write(change, |accounts, args, tx| store_change(accounts, args, tx).boxed()).await?;
        // Somebody else changed it between reading and writing: what was typed as old is old indeed.
        Ok(if changed { Changed::Done(token) } else { Changed::Unconfirmed(Unconfirmed::Wrong { left }) })
    }
}

/// The new hash, the new token, the end of the other sessions, the record and the messages, in one transaction.
async fn store_change(
    accounts: Accounts,
    (session, caller, account, hash, token): (Session, Caller, Credentials, String, [u8; 32]),
    tx: &mut Tx,
) -> Result<bool, DbError> {
    let parts = accounts.parts();
    let now = parts.clock.now();
    if !store::replace_password(tx, account.id, (&account.password_hash, &hash), now).await? {
        return Ok(false);
    }
    sessions::store::set_token(tx, session.id, &token).await?;
    let sessions_ended = shut_out_others(&accounts, tx, &session, caller).await?;
    let id = account.id.to_string();
    let event = Event::PasswordChanged { account: id.clone(), sessions_ended };
    parts.audit.record_from(tx, caller, &Actor::Account(id), &event).await?;
    alarm::tell_proven(&accounts, tx, (account.id, Some(caller)), &Notice::PasswordChanged { at: now }).await?;
    Ok(true)
}

/// Whoever knew the password that is no more is out: every session but this ends, no browser is trusted, their tries of the
/// second step count against nobody, and another contact that they asked for proves nothing any more, by whichever browser
/// its link is followed. How many sessions ended.
pub(super) async fn shut_out_others(
    accounts: &Accounts,
    tx: &mut Tx,
    session: &Session,
    caller: Caller,
) -> Result<u64, DbError> {
    let now = accounts.parts().clock.now();
    devices::store::forget_steps(tx, session.account).await?;
    factors::lift(accounts, tx, session.account).await?;
    proof::store::end_of_account(tx, session.account, now).await?;
    let mut ended = 0;
    for other in sessions::store::live(tx, session.account, now).await? {
        let ending = EndReason::PasswordChanged.asked_by(caller);
        if other != session.id && accounts.end_session(tx, other, ending).await?.is_some() {
            ended += 1;
        }
    }
    Ok(ended)
}
