//! An appeal as those see it who have a link: who appealed, and the holder who is heard.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::http::Caller;

use super::link::{LinkTo, Token};
use super::model::{Appeal, AppealId, Words};
use super::moves::{By, link, move_on, tell};
use super::state::{Event, State};
use super::store;
use crate::accounts::alarm::CaseNumber;
use crate::accounts::{Accounts, Trouble};
use crate::delivery::Notice;
use crate::limits::{AddressBlock, Subject, Verdict};

/// What became of an objection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Objected {
    /// The staff reads it.
    Taken,
    /// There is nothing to object to any more.
    Over,
}

impl Accounts {
    /// The appeal whose link that is.
    pub(super) async fn appeal_of_link(&self, link: &str) -> Result<Option<Appeal>, Trouble> {
        let Some(token) = Token::parse(link).filter(|token| token.leads(&*self.parts().sealer, LinkTo::Case)) else {
            return Ok(None);
        };
        self.appeal(token.id).await
    }

    /// The appeal whose document that link binds.
    pub(super) async fn appeal_of_document(&self, link: &str) -> Result<Option<Appeal>, Trouble> {
        let Some(token) = Token::parse(link).filter(|token| token.leads(&*self.parts().sealer, LinkTo::Document))
        else {
            return Ok(None);
        };
        self.appeal(token.id).await
    }

    /// The appeal that the holder of that link is heard about, while they are.
    pub(super) async fn appeal_to_object_to(&self, link: &str) -> Result<Option<Appeal>, Trouble> {
        let Some(token) = Token::parse(link) else { return Ok(None) };
        let found = self.appeal(token.id).await?;
        Ok(found.filter(|appeal| is_heard(self, &token, appeal)))
    }

    pub(super) async fn appeal(&self, id: AppealId) -> Result<Option<Appeal>, Trouble> {
        let accounts = self.clone();
        let found = self.parts().db.read(move |tx| {
            let accounts = accounts.clone();
            async move { store::find(tx, &*accounts.parts().sealer, id).await }.boxed()
        });
        Ok(found.await?)
    }

    /// Takes an appeal back; whether it could be.
    pub(super) async fn withdraw_appeal(&self, id: AppealId, caller: Caller) -> Result<bool, Trouble> {
        Ok(self.write((id, caller), |accounts, args, tx| withdraw(accounts, args, tx).boxed()).await?)
    }

    /// The holder objects.
    pub(super) async fn object_to_appeal(&self, link: &str, words: Words, caller: Caller) -> Result<Objected, Trouble> {
        let Some(token) = Token::parse(link) else { return Ok(Objected::Over) };
        Ok(self.write((token, words, caller), |accounts, args, tx| object(accounts, args, tx).boxed()).await?)
    }

    /// Sends the link of an appeal once more to the contact that was proven for it, if there is such an appeal.
    pub(super) async fn send_appeal_link(&self, number: CaseNumber, caller: Caller) -> Result<Verdict, Trouble> {
        Ok(self.write((number, caller), |accounts, args, tx| send_link(accounts, args, tx).boxed()).await?)
    }
}

/// Whether the holder whose link that is is the one who is heard.
fn is_heard(accounts: &Accounts, token: &Token, appeal: &Appeal) -> bool {
    let State::Hearing { holder, until, .. } = appeal.state else { return false };
    // The clean-up may be late; who comes after the time comes too late all the same.
    until > accounts.parts().clock.now() && token.leads(&*accounts.parts().sealer, LinkTo::Objection(holder))
}

async fn withdraw(accounts: Accounts, (id, caller): (AppealId, Caller), tx: &mut Tx) -> Result<bool, DbError> {
    let Some(appeal) = store::find(tx, &*accounts.parts().sealer, id).await? else { return Ok(false) };
    Ok(move_on(&accounts, tx, appeal, (Event::Withdraw, By::Visitor(caller))).await?.is_ok())
}

async fn object(
    accounts: Accounts,
    (token, words, caller): (Token, Words, Caller),
    tx: &mut Tx,
) -> Result<Objected, DbError> {
    let found = store::find(tx, &*accounts.parts().sealer, token.id).await?;
    let Some(mut appeal) = found.filter(|appeal| is_heard(&accounts, &token, appeal)) else {
        return Ok(Objected::Over);
    };
    if let Some(file) = &mut appeal.file {
        file.objection = Some(words);
    }
    let moved = move_on(&accounts, tx, appeal, (Event::Object, By::Visitor(caller))).await?;
    Ok(if moved.is_ok() { Objected::Taken } else { Objected::Over })
}

async fn send_link(
    accounts: Accounts,
    (number, caller): (CaseNumber, Caller),
    tx: &mut Tx,
) -> Result<Verdict, DbError> {
    let parts = accounts.parts();
    let (limits, now) = (&parts.limits, parts.clock.now());
    let block = AddressBlock::of(caller.network.address());
    let pair = format!("{}\0{block}", number.as_str());
    // Its number may be read aloud: who has heard it uses up what is allowed to them, long before the owner has to wait.
    for (limit, subject) in [
        (&limits.policy().appeal_address, Subject::Address(block)),
        (&limits.policy().appeal_link_address, Subject::Text(&pair)),
        (&limits.policy().appeal_link, Subject::Text(number.as_str())),
    ] {
        let verdict = limits.hit(tx, limit, subject, now).await?;
        if !verdict.is_allowed() {
            return Ok(verdict);
        }
    }
    if let Some(appeal) = store::find_by_number(tx, &*parts.sealer, &number).await? {
        let link = link(&accounts, LinkTo::Case, &appeal);
        tell(&accounts, tx, &appeal, |number| Notice::AppealBegun { number, link }).await?;
    }
    Ok(Verdict::Allowed { used: 0 })
}
