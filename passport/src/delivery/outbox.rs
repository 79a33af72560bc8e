//! Writing messages.

use std::sync::Arc;

use shared::clock::SharedClock;
use shared::db::{DbError, Tx};
use shared::entropy::SharedEntropy;
use shared::i18n::Lang;
use tokio::sync::Notify;

use super::model::{Channel, MessageId, Notice, Payload};
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
        let payload = text::mail(to, lang, notice, &self.issuer);
        self.write(tx, Channel::Mail, &payload).await
    }

    /// Writes an SMS that tells somebody that the number has an account, within the caller's transaction.
    ///
    /// # Errors
    /// The database refused.
    pub async fn contact_taken_sms(&self, tx: &mut Tx, to: &str, lang: Lang) -> Result<MessageId, DbError> {
        let payload = text::contact_taken_sms(to, lang);
        self.write(tx, Channel::Sms, &payload).await
    }

    async fn write(&self, tx: &mut Tx, channel: Channel, payload: &Payload) -> Result<MessageId, DbError> {
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
