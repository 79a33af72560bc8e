//! A code by SMS in the second step: sent on the person's press, and where it stands.
//!
//! Nothing is sent before the button is pressed. Whoever has a list of passwords would send an SMS to each of their owners
//! by trying them, at the operator's expense; and people who are sent codes that they did not ask for learn to pass them on.

use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::i18n::Lang;
use shared::page::Page;

use super::store::{self, Half};
use crate::accounts::factors::sms::code::{self, Sending};
use crate::accounts::factors::sms::{self, SentView, number};
use crate::accounts::factors::store as factors;
use crate::accounts::model::Contact;
use crate::accounts::{Accounts, Trouble};

/// How it stands with the code of half a sign-in.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    /// Where it goes; `None`: nowhere, for the account has no number any more that it proved lately.
    number: Option<Contact>,
    /// The last one.
    sent: Option<sms::store::Sent>,
}

/// The same, as the page shows it.
pub(super) struct SmsView {
    /// The number, masked; `None`: there is none.
    pub(super) to: Option<String>,
    /// What is said of the code that was sent.
    pub(super) sent: Option<SentView>,
}

impl Accounts {
    /// Sends a code for half a sign-in; `None` if that is over, or its account has no such step.
    pub(super) async fn send_second_sms(
        &self,
        token: [u8; 32],
        from: (Lang, Caller),
    ) -> Result<Option<Sending>, Trouble> {
        Ok(self.write((token, from), |accounts, args, tx| send(accounts, args, tx).boxed()).await?)
    }

    /// How it stands with the code of half a sign-in.
    pub(super) async fn second_sms(&self, token: [u8; 32], half: &Half) -> Result<Standing, Trouble> {
        let (account, now) = (half.account, self.parts().clock.now());
        let found = self.parts().db.read(move |tx| {
            async move {
                let sent = sms::store::sent(tx, token, account).await?;
                Ok::<_, DbError>(Standing { number: number(tx, account, now).await?, sent })
            }
            .boxed()
        });
        Ok(found.await?)
    }

    /// What a page says of it.
    pub(super) fn sms_view(&self, page: &Page, standing: &Standing) -> SmsView {
        let now = self.parts().clock.now();
        let to = standing.number.as_ref().map(Contact::masked);
        SmsView { sent: SentView::of(page, standing.sent, standing.number.as_ref(), now), to }
    }
}

async fn send(
    accounts: Accounts,
    (token, from): ([u8; 32], (Lang, Caller)),
    tx: &mut Tx,
) -> Result<Option<Sending>, DbError> {
    let Some(half) = store::find(tx, token, accounts.parts().clock.now()).await? else { return Ok(None) };
    if !factors::enrolled(tx, half.account).await?.sms {
        return Ok(None);
    }
    code::send(&accounts, tx, (half.account, token), from).await.map(Some)
}
