//! The code that was sent to who forgot the password.

use super::cookie;
use super::operation::{Asking, Here};
use super::store::By;
use crate::accounts::proof::code_page::{self, Awaited, Taken};
use crate::accounts::proof::ticket::Ticket;
use crate::accounts::proof::{Checked, Issued, Over};
use crate::accounts::view::Way;
use crate::accounts::{Accounts, Trouble};
use crate::web::paths;

/// A code that leads to a new password.
pub struct RecoveryCode;

impl Awaited for RecoveryCode {
    const PAGE: &'static str = paths::RECOVER_CODE;
    const BEGIN: &'static str = paths::RECOVER;
    const KEY: &'static str = "recover-code";
    const HINT: bool = true;
    const ALWAYS_SENT: bool = false;

    async fn take(page: code_page::Here<'_>, ticket: &Ticket, code: String) -> Result<Taken, Trouble> {
        let code_page::Here { accounts, visit, way } = page;
        let here = Here { recovery: cookie::token_hash(&visit.cookies), caller: visit.caller };
        let (checked, token) = accounts.recover_by_code(ticket.proof, code, here).await?;
        Ok(match checked {
            Checked::Right(_) => {
                cookie::set(&visit.cookies, &token);
                Taken::Onwards(way.link(paths::RECOVER_PASSWORD))
            }
            Checked::Over(Over::Used) => Taken::Onwards(after_use(accounts, here.recovery, way).await?),
            checked => Taken::Not(checked),
        })
    }

    async fn resend(page: code_page::Here<'_>, ticket: &Ticket) -> Result<Issued, Trouble> {
        let asking = Asking {
            contact: ticket.contact.clone(),
            lang: page.visit.page.lang,
            from: page.visit.caller,
            replaces: Some(ticket.proof),
        };
        page.accounts.ask_recovery(asking).await
    }
}

/// A code whose mail's link was followed meanwhile, or that another tab sent: on to the new password where this browser may
/// choose one, else to the sign-in page, since that was done elsewhere.
async fn after_use(accounts: &Accounts, recovery: Option<[u8; 32]>, way: &Way) -> Result<String, Trouble> {
    let here = match recovery {
        Some(hash) => accounts.recovery(By::Token, hash).await?,
        None => None,
    };
    Ok(match here {
        Some(_) => way.link(paths::RECOVER_PASSWORD),
        None => way.link_with(paths::SIGN_IN, "notice", "recovery-used"),
    })
}
