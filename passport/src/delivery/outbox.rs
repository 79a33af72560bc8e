//! Writing messages.

use std::sync::Arc;

use shared::clock::{SharedClock, Timestamp};
use shared::db::{DbError, Tx};
use shared::entropy::SharedEntropy;
use shared::i18n::Lang;
use shared::secret::{SecretBytes, hmac_sha256};
use tokio::sync::Notify;

use super::model::{Channel, KeyLetter, LogoutNotice, MessageId, Payload, ProofLetter, SignalNotice, Unreachable};
use super::notice::Notice;
use super::{store, text};

/// Where messages are written. Cheap to clone, so that an operation can own it.
#[derive(Clone)]
pub struct Outbox {
    clock: SharedClock,
    entropy: SharedEntropy,
    issuer: Arc<str>,
    key: Arc<SecretBytes>,
    written: Arc<Notify>,
}

impl Outbox {
    /// An outbox whose messages point to that issuer. Receivers are remembered under hashes with `key`.
    pub fn new(clock: SharedClock, entropy: SharedEntropy, issuer: &str, key: SecretBytes) -> Self {
        Self { clock, entropy, issuer: issuer.into(), key: Arc::new(key), written: Arc::default() }
    }

    /// Why a contact could not be reached the last time, if so.
    ///
    /// # Errors
    /// The database refused.
    pub async fn unreachable(&self, tx: &mut Tx, to: (Channel, &str)) -> Result<Option<Unreachable>, DbError> {
        store::reach::find(tx, self.recipient(&to.0, to.1)).await
    }

    /// Writes down that a contact is reached: its owner has shown something that was sent to it.
    ///
    /// # Errors
    /// The database refused.
    pub async fn reached(&self, tx: &mut Tx, to: (Channel, &str)) -> Result<(), DbError> {
        store::reach::clear(tx, self.recipient(&to.0, to.1)).await
    }

    /// What a receiver is remembered by. Without a key every mobile number could be found by trying them all.
    pub(crate) fn recipient(&self, channel: &Channel, to: &str) -> [u8; 32] {
        hmac_sha256(self.key.expose(), format!("{channel}\0{}", to.to_lowercase()).as_bytes())
    }

    /// Writes a mail within the caller's transaction.
    ///
    /// # Errors
    /// The database refused.
    pub async fn mail(&self, tx: &mut Tx, to: &str, lang: Lang, notice: Notice) -> Result<MessageId, DbError> {
        self.notice(tx, (Channel::Mail, to), lang, &notice).await
    }

    /// Writes a notice to a mail address or a mobile number, within the caller's transaction.
    ///
    /// # Errors
    /// The database refused.
    pub async fn notice(
        &self,
        tx: &mut Tx,
        to: (Channel, &str),
        lang: Lang,
        notice: &Notice,
    ) -> Result<MessageId, DbError> {
        self.notice_at(tx, to, lang, (notice, None), self.clock.now()).await
    }

    /// The same with the link by which its reader says that it was not them, if there is one; not to be sent before that
    /// moment.
    ///
    /// # Errors
    /// The database refused.
    pub async fn notice_at(
        &self,
        tx: &mut Tx,
        (channel, to): (Channel, &str),
        lang: Lang,
        (notice, denial): (&Notice, Option<&str>),
        due: Timestamp,
    ) -> Result<MessageId, DbError> {
        let letter = match channel {
            Channel::Sms => text::sms(to, lang, (notice, denial), &self.issuer),
            _ => text::mail(to, lang, (notice, denial), &self.issuer),
        };
        self.write_at(tx, (&channel, Some(to)), &Payload::of(&letter), due).await
    }

    /// Takes a message back that was not handed over yet; whether it could be.
    ///
    /// # Errors
    /// The database refused.
    pub async fn withdraw(&self, tx: &mut Tx, id: MessageId) -> Result<bool, DbError> {
        store::withdraw(tx, id, self.clock.now()).await
    }

    /// Writes a mail with a code to type into a form, within the caller's transaction.
    ///
    /// # Errors
    /// The database refused.
    pub async fn code_mail(&self, tx: &mut Tx, to: &str, lang: Lang, code: &str) -> Result<MessageId, DbError> {
        let letter = text::code_mail(to, lang, code, &self.issuer);
        self.write(tx, (&Channel::Mail, Some(to)), &Payload::of(&letter)).await
    }

    /// The same as an SMS.
    ///
    /// # Errors
    /// The database refused.
    pub async fn code_sms(&self, tx: &mut Tx, to: &str, lang: Lang, code: &str) -> Result<MessageId, DbError> {
        self.write(tx, (&Channel::Sms, Some(to)), &Payload::of(&text::code_sms(to, lang, code))).await
    }

    /// Writes a mail that proves that it was read, within the caller's transaction.
    ///
    /// # Errors
    /// The database refused.
    pub async fn proof_mail(
        &self,
        tx: &mut Tx,
        to: &str,
        lang: Lang,
        letter: &ProofLetter,
    ) -> Result<MessageId, DbError> {
        let drawn = text::proof_mail(to, lang, letter, &self.issuer);
        self.write(tx, (&Channel::Mail, Some(to)), &Payload::of(&drawn)).await
    }

    /// The same as an SMS.
    ///
    /// # Errors
    /// The database refused.
    pub async fn proof_sms(
        &self,
        tx: &mut Tx,
        to: &str,
        lang: Lang,
        letter: &ProofLetter,
    ) -> Result<MessageId, DbError> {
        self.write(tx, (&Channel::Sms, Some(to)), &Payload::of(&text::proof_sms(to, lang, letter))).await
    }

    /// Does the work of a notice and sends nothing: there is nobody to be told, which the time must not tell.
    ///
    /// # Errors
    /// The database refused.
    pub async fn withhold_notice(&self, tx: &mut Tx, lang: Lang, notice: &Notice) -> Result<MessageId, DbError> {
        let now = self.clock.now();
        let id = MessageId::new(now, &*self.entropy);
        store::withhold(tx, id, &Payload::of(&text::mail("", lang, (notice, None), &self.issuer)), now).await?;
        Ok(id)
    }

    /// Does the work of such a message and sends nothing: nobody has that contact, which the time must not tell.
    ///
    /// # Errors
    /// The database refused.
    pub async fn withhold_proof(
        &self,
        tx: &mut Tx,
        to: &str,
        lang: Lang,
        letter: &ProofLetter,
    ) -> Result<MessageId, DbError> {
        let drawn = match letter.link {
            Some(_) => text::proof_mail(to, lang, letter, &self.issuer),
            None => text::proof_sms(to, lang, letter),
        };
        let now = self.clock.now();
        let id = MessageId::new(now, &*self.entropy);
        store::withhold(tx, id, &Payload::of(&drawn), now).await?;
        Ok(id)
    }

    /// Writes a mail to who operates a site, about a key of ours, within the caller's transaction.
    ///
    /// # Errors
    /// The database refused.
    pub async fn key_mail(&self, tx: &mut Tx, to: &str, key: &KeyLetter<'_>) -> Result<MessageId, DbError> {
        let letter = text::key_mail(to, key, &self.issuer);
        self.write(tx, (&Channel::Mail, Some(to)), &Payload::of(&letter)).await
    }

    /// Writes that a client is to be told of the end of a session, within the caller's transaction.
    ///
    /// # Errors
    /// The database refused.
    pub async fn logout(&self, tx: &mut Tx, notice: &LogoutNotice) -> Result<MessageId, DbError> {
        self.write(tx, (&Channel::Logout(notice.client.clone()), None), &Payload::of(notice)).await
    }

    /// Writes a security event for a client, within the caller's transaction; one that is held back waits until
    /// [`store::release`].
    ///
    /// # Errors
    /// The database refused.
    pub async fn signal(&self, tx: &mut Tx, notice: &SignalNotice, held: bool) -> Result<MessageId, DbError> {
        let due = if held { store::HELD } else { self.clock.now() };
        self.write_at(tx, (&Channel::Signals(notice.client.clone()), None), &Payload::of(notice), due).await
    }

    async fn write(&self, tx: &mut Tx, to: (&Channel, Option<&str>), payload: &Payload) -> Result<MessageId, DbError> {
        self.write_at(tx, to, payload, self.clock.now()).await
    }

    async fn write_at(
        &self,
        tx: &mut Tx,
        (channel, to): (&Channel, Option<&str>),
        payload: &Payload,
        due: Timestamp,
    ) -> Result<MessageId, DbError> {
        let now = self.clock.now();
        let id = MessageId::new(now, &*self.entropy);
        let recipient = to.map(|to| self.recipient(channel, to));
        store::insert(tx, id, (channel, recipient), payload, (now, due)).await?;
        // The commit is still to come: the worker looks again a little later.
        self.written.notify_waiters();
        Ok(id)
    }

    /// What tells the worker that something was written.
    pub(super) fn written(&self) -> &Notify {
        &self.written
    }
}
