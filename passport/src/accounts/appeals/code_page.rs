//! The code that was sent to who appeals.

use super::ticket::Proven;
use crate::accounts::Trouble;
use crate::accounts::proof::code_page::{Awaited, Here, Taken};
use crate::accounts::proof::ticket::Ticket;
use crate::accounts::proof::{Checked, Issued, Over};
use crate::web::paths;

/// A code that leads to what an appeal is about.
pub struct AppealCode;

impl Awaited for AppealCode {
    const PAGE: &'static str = paths::APPEAL_CODE;
    const BEGIN: &'static str = paths::APPEAL;
    const KEY: &'static str = "appeals-code";
    const HINT: bool = false;
    const ALWAYS_SENT: bool = true;

    async fn take(here: Here<'_>, ticket: &Ticket, code: String) -> Result<Taken, Trouble> {
        Ok(match here.accounts.prove_for_appeal(ticket.proof, code).await? {
            Checked::Right(proof) => {
                let proven = Proven { proof: proof.id, contact: proof.contact };
                let proven = proven.seal(&here.accounts.parts().web, here.visit);
                Taken::Onwards(format!("{}?proven={proven}", paths::APPEAL_DETAILS))
            }
            // Spent in another tab, where it goes on.
            Checked::Over(Over::Used) => Taken::Onwards(format!("{}?notice=appeal-code-used", paths::APPEAL)),
            checked => Taken::Not(checked),
        })
    }

    async fn resend(here: Here<'_>, ticket: &Ticket) -> Result<Issued, Trouble> {
        let asking = (ticket.contact.clone(), here.visit.page.lang, here.visit.caller);
        here.accounts.ask_appeal_proof(asking, Some(ticket.proof)).await
    }
}
