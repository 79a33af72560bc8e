//! Writing messages.

use std::sync::Arc;

use shared::clock::SharedClock;
use shared::db::{DbError, Tx};
use shared::entropy::SharedEntropy;
use shared::i18n::Lang;
use tokio::sync::Notify;

use super::model::{Channel, LogoutNotice, MessageId, Notice, Payload};
use super::{store, text};

/// Where messages are written. Cheap to clone, so that an operation can own it.
#[derive(Clone)]
pub struct Outbox {
    clock: SharedClock,
    entropy: SharedEntropy,
    issuer: Arc<str>,
    written: Arc<Notify>,
}

impl Outbox {
    /// An outbox whose messages point to that issuer.
    pub fn new(clock: SharedClock, entropy: SharedEntropy, issuer: &str) -> Self {
        Self { clock, entropy, issuer: issuer.into(), written: Arc::default() }
    }

    /// Writes a mail within the caller's transaction.
    ///
    /// # Errors
    /// The database refused.
    pub async fn mail(&self, tx: &mut Tx, to: &str, lang: Lang, notice: Notice) -> Result<MessageId, DbError> {
        let letter = text::mail(to, lang, notice, &self.issuer);
        self.write(tx, &Channel::Mail, &Payload::of(&letter)).await
    }

    /// Writes a mail with a code to type into a form, within the caller's transaction.
    ///
    /// # Errors
    /// The database refused.
    pub async fn code_mail(&self, tx: &mut Tx, to: &str, lang: Lang, code: &str) -> Result<MessageId, DbError> {
        let letter = text::code_mail(to, lang, code, &self.issuer);
        self.write(tx, &Channel::Mail, &Payload::of(&letter)).await
    }

    /// The same as an SMS.
    ///
    /// # Errors
    /// The database refused.
    pub async fn code_sms(&self, tx: &mut Tx, to: &str, lang: Lang, code: &str) -> Result<MessageId, DbError> {
        self.write(tx, &Channel::Sms, &Payload::of(&text::code_sms(to, lang, code))).await
    }

    /// Writes an SMS that tells somebody that the number has an account, within the caller's transaction.
    ///
    /// # Errors
    /// The database refused.
    pub async fn contact_taken_sms(&self, tx: &mut Tx, to: &str, lang: Lang) -> Result<MessageId, DbError> {
        let letter = text::contact_taken_sms(to, lang);
        self.write(tx, &Channel::Sms, &Payload::of(&letter)).await
    }

    /// Writes that a client is to be told of the end of a session, within the caller's transaction.
    ///
    /// # Errors
    /// The database refused.
    pub async fn logout(&self, tx: &mut Tx, notice: &LogoutNotice) -> Result<MessageId, DbError> {
        self.write(tx, &Channel::Logout(notice.client.clone()), &Payload::of(notice)).await
    }

    async fn write(&self, tx: &mut Tx, channel: &Channel, payload: &Payload) -> Result<MessageId, DbError> {
        let now = self.clock.now();
        let id = MessageId::new(now, &*self.entropy);
        store::insert(tx, id, channel, payload, now).await?;
        // The commit is still to come: the worker looks again a little later.
        self.written.notify_waiters();
        Ok(id)
    }

    /// What tells the worker that something was written.
    pub(super) fn written(&self) -> &Notify {
        &self.written
    }
}
