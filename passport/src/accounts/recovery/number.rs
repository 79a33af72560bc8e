//! Who proved a number, and whose account it is not: they ask to have the number detached instead of a new password.

use axum::response::Response;
use futures_util::FutureExt as _;
use http::StatusCode;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::i18n::Lang;
use shared::page::{Link, Page};

use super::operation::{Seen, see};
use super::store::{self, By};
use crate::accounts::contact::claim::{self, Claimed};
use crate::accounts::{Accounts, Trouble};
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::{moment, paths};

/// Whether what was proven first is the number that the account holds as proven: one that was not goes over at once, and
/// another one that it has by now was proven by nobody here.
pub(super) fn may_be_asked_for(seen: &Seen) -> bool {
    let held = seen.standing.mobile.as_ref().filter(|held| held.proven_at.is_some());
    seen.recovery.proven.mobile && held.is_some_and(|held| held.contact.name().as_str() == seen.recovery.name)
}

impl Accounts {
    /// Asks to have the number detached that the browser with that token has proven; `None` if the recovery is over.
    pub(super) async fn claim_number(
        &self,
        token_hash: [u8; 32],
        from: (Lang, Caller),
    ) -> Result<Option<Claimed>, Trouble> {
        Ok(self.write((token_hash, from), |accounts, args, tx| ask(accounts, args, tx).boxed()).await?)
    }
}

async fn ask(
    accounts: Accounts,
    (token_hash, from): ([u8; 32], (Lang, Caller)),
    tx: &mut Tx,
) -> Result<Option<Claimed>, DbError> {
    let now = accounts.parts().clock.now();
    let seen = see(tx, By::Token, token_hash, now).await?.filter(may_be_asked_for);
    let Some(seen) = seen else { return Ok(None) };
    let Some(mobile) = &seen.standing.mobile else { return Ok(None) };
    // Whoever says that the account is not theirs goes no further into it.
    if !store::end(tx, seen.recovery.id, "claimed", now).await? {
        return Ok(None);
    }
    claim::ask(&accounts, tx, (seen.recovery.account, mobile.contact.name().as_str()), from).await
}

/// What follows now.
pub(super) fn told(accounts: &Accounts, page: Page, claimed: Claimed) -> Response {
    let now = accounts.parts().clock.now();
    let (tone, key, time) = match claimed {
        Claimed::Waits { until } => (Tone::Done, "waits", moment::not_before(page.lang, until, now)),
        Claimed::Kept { at } => (Tone::Information, "refused", moment::past(page.lang, at, now)),
    };
    let told = Explanation {
        tone,
        title: page.t(&format!("number-{key}-title")),
        lead: page.tw(&format!("number-{key}-lead"), [("time", time.as_str())]),
        steps: Vec::new(),
        way: Link::new(paths::HELP.to_owned(), page.t("common-help")),
        other: Some(Link::new(paths::HOME.to_owned(), page.t("contact-told-home"))),
    };
    explain(page, StatusCode::OK, told)
}
