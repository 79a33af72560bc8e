//! Going on after the wait, by the link that was sent when it was over.
//!
//! The link is good once: it lies in a mailbox for two days, and whoever comes upon it later would take the recovery out
//! of its owner's hands. The browser that followed it goes on, in however many tabs. In another one, the contact that was
//! proven first is proven once more, which is what having the link meant.

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::i18n::Lang;
use shared::secret::sha256;

use super::cookie::RecoveryToken;
use super::operation::{Asking, see};
use super::store::{self, By, Recovery};
use crate::accounts::model::Contact;
use crate::accounts::proof::Issued;
use crate::accounts::{Accounts, Trouble};

/// What the link leads to in a browser.
#[derive(Debug, Clone)]
pub(super) enum Resumes {
    /// Nobody has followed it yet.
    Fresh,
    /// To the new password: it was followed in this browser.
    Here,
    /// To another proof of that contact: it was followed in another one.
    Elsewhere(Contact),
    /// Nowhere yet: the wait is not over.
    Early,
    /// Nowhere any more.
    Over,
}

impl Accounts {
    /// Where the link leads in the browser with that token. Nothing is spent.
    pub(super) async fn resumes(&self, link: &str, browser: Option<[u8; 32]>) -> Result<Resumes, Trouble> {
        let (hash, now) = (sha256(link.as_bytes()), self.parts().clock.now());
        Ok(self.parts().db.read(move |tx| stands(tx, hash, browser, now).boxed()).await?)
    }

    /// Goes on in the browser that follows the link, if none did before: under that token.
    pub(super) async fn resume_recovery(&self, link: &str) -> Result<Option<RecoveryToken>, Trouble> {
        let token = RecoveryToken::new(&*self.parts().entropy);
        let args = (sha256(link.as_bytes()), token.clone());
        let resumed = self.write(args, |accounts, (link, token), tx| {
            async move { store::resume(tx, link, token.hash(), accounts.parts().clock.now()).await }.boxed()
        });
        Ok(resumed.await?.then_some(token))
    }

    /// Sends a code to the contact that was proven first.
    pub(super) async fn prove_first_again(
        &self,
        contact: Contact,
        (lang, from): (Lang, Caller),
    ) -> Result<Issued, Trouble> {
        self.ask_recovery(Asking { contact, lang, from, replaces: None }).await
    }
}

async fn stands(tx: &mut Tx, link: [u8; 32], browser: Option<[u8; 32]>, now: Timestamp) -> Result<Resumes, DbError> {
    let Some(seen) = see(tx, By::Resume, link, now).await? else { return Ok(Resumes::Over) };
    if !seen.recovery.proven.waited {
        return Ok(Resumes::Early);
    }
    if is_here(tx, &seen.recovery, browser, now).await? {
        return Ok(Resumes::Here);
    }
    Ok(match seen.first() {
        _ if !seen.recovery.resumed => Resumes::Fresh,
        Some(first) => Resumes::Elsewhere(first.contact.clone()),
        None => Resumes::Over,
    })
}

/// Whether that recovery goes on in the browser with that token.
async fn is_here(tx: &mut Tx, recovery: &Recovery, browser: Option<[u8; 32]>, now: Timestamp) -> Result<bool, DbError> {
    let Some(token) = browser else { return Ok(false) };
    let own = store::find(tx, By::Token, token, now).await?;
    Ok(own.is_some_and(|own| own.id == recovery.id))
}
