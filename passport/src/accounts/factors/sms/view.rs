//! What a page says of the code that was sent.

use shared::clock::Timestamp;
use shared::page::Page;

use super::store::Sent;
use crate::accounts::model::Contact;
use crate::accounts::progress;
use crate::accounts::proof::words::Again;
use crate::web::moment;

/// A code that was sent and may still be typed.
pub(in crate::accounts) struct SentView {
    /// Where to, and until when it holds.
    pub(in crate::accounts) lead: String,
    /// How far its SMS has come.
    pub(in crate::accounts) progress: String,
    /// When there may be another.
    pub(in crate::accounts) again: Again,
}

impl SentView {
    /// Of what was sent to that number; `None` where nothing was, or it is over.
    pub(in crate::accounts) fn of(
        page: &Page,
        sent: Option<Sent>,
        number: Option<&Contact>,
        now: Timestamp,
    ) -> Option<Self> {
        let (sent, contact) = sent.filter(|sent| sent.until > now).zip(number)?;
        let (to, until) = (contact.masked(), moment::not_before(page.lang, sent.until, now));
        let awaited = progress::Awaited { contact, asked_at: sent.at, progress: sent.progress };
        Some(Self {
            lead: page.tw("factors-sms-sent", [("to", to.as_str()), ("time", until.as_str())]),
            progress: progress::tell(page, awaited, now),
            again: Again::of(sent.at, now),
        })
    }
}
