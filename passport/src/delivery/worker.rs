//! Sending what waits: claim, hand over, write down what came of it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use shared::clock::{SharedClock, Timestamp};
use shared::db::{Db, DbError};
use shared::entropy::{SharedEntropy, bytes};
use tokio::sync::watch;

use super::model::{Channel, Outgoing, SendError, Transport};
use super::outbox::Outbox;
use super::store;

/// How soon the worker looks again after something was written, whose commit may be a moment away; and after that.
const LOOKS: [Duration; 4] =
    [Duration::from_millis(20), Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(3)];

/// How long finished messages are remembered, for the page that shows them.
const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How often and how long a message is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Attempts before a message is given up.
    pub max_attempts: u32,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// Messages under way at a time.
    pub concurrency: u32,
}

impl Policy {
    /// How long to wait after that many attempts: from 10 s doubling to an hour, a fifth more or less by chance.
    fn pause(&self, attempts: u32, chance: u8) -> Duration {
        let doubled = 10_u64.saturating_mul(1 << attempts.saturating_sub(1).min(16));
        let millis = doubled.min(3_600) * 1_000;
        let fifth = millis / 5;
        Duration::from_millis(millis - fifth + fifth * 2 * u64::from(chance) / 255)
    }
}

/// Sends messages of the channels that have a way out. Others wait.
pub struct Worker {
    /// Where the messages are.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// Chance, for pauses.
    pub entropy: SharedEntropy,
    /// Tells that something was written.
    pub outbox: Outbox,
    /// How often and how long.
    pub policy: Policy,
    /// The way out for mail.
    pub mail: Option<Arc<dyn Transport>>,
    /// The way out for SMS.
    pub sms: Option<Arc<dyn Transport>>,
}

impl Worker {
    /// Sends until `stop` becomes true; what is under way is finished first.
    pub async fn run(&self, stop: watch::Receiver<bool>) {
        let channels = [(Channel::Mail, &self.mail), (Channel::Sms, &self.sms)];
        join_all(channels.into_iter().filter_map(|(channel, transport)| {
            let transport = transport.as_deref()?;
            Some(self.run_channel(channel, transport, stop.clone()))
        }))
        .await;
    }

    async fn run_channel(&self, channel: Channel, transport: &dyn Transport, mut stop: watch::Receiver<bool>) {
        let mut look = 0;
        while !*stop.borrow() {
            let written = self.outbox.written().notified();
            match self.send_due(channel, transport).await {
                Ok(0) => {}
                Ok(_) => {
                    look = 0;
                    continue;
                }
                Err(error) => {
                    tracing::warn!(channel = channel.as_str(), %error, "the outbox cannot be read");
                }
            }
            let pause = LOOKS.get(look).or(LOOKS.last()).copied().unwrap_or_default();
            tokio::select! {
                _ = stop.changed() => {}
                () = written => look = 0,
                () = tokio::time::sleep(pause) => look = (look + 1).min(LOOKS.len() - 1),
            }
        }
    }

    /// Sends what is due now, up to as many as may be under way; how many were tried.
    ///
    /// # Errors
    /// The database refused.
    pub async fn send_due(&self, channel: Channel, transport: &dyn Transport) -> Result<usize, DbError> {
        let (now, limit) = (self.clock.now(), self.policy.concurrency);
        // Long enough that an attempt still under way is not begun a second time.
        let retry_at = now + self.policy.timeout * 3;
        let claimed = self.db.write(move |tx| store::claim(tx, channel, limit, now, retry_at).boxed()).await?;
        let attempts = claimed.iter().map(|m| self.attempt(channel, transport, m));
        for outcome in join_all(attempts).await {
            outcome?;
        }
        Ok(claimed.len())
    }

    async fn attempt(&self, channel: Channel, transport: &dyn Transport, message: &Outgoing) -> Result<(), DbError> {
        let sending = std::panic::AssertUnwindSafe(transport.send(message)).catch_unwind();
        let outcome = match tokio::time::timeout(self.policy.timeout, sending).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(SendError::Temporary("the transport panicked".to_owned())),
            Err(_) => Err(SendError::Temporary("no answer in time".to_owned())),
        };
        let (id, attempt) = (message.id, message.attempt);
        match &outcome {
            Ok(()) => tracing::info!(channel = channel.as_str(), %id, attempt, "message sent"),
            Err(error) => {
                tracing::warn!(channel = channel.as_str(), %id, attempt, %error, "message not sent");
            }
        }
        self.note(message, outcome).await
    }

    async fn note(&self, message: &Outgoing, outcome: Result<(), SendError>) -> Result<(), DbError> {
        let (id, now) = (message.id, self.clock.now());
        let [chance] = bytes::<1>(&*self.entropy);
        let again = now + self.policy.pause(message.attempt, chance);
        let last = message.attempt >= self.policy.max_attempts;
        self.db
            .write(move |tx| {
                let outcome = outcome.clone();
                async move {
                    match outcome {
                        Ok(()) => store::sent(tx, id, now).await,
                        Err(SendError::Temporary(error)) if !last => store::retry(tx, id, &error, again).await,
                        Err(SendError::Temporary(error) | SendError::Permanent(error)) => {
                            store::failed(tx, id, &error, now).await
                        }
                    }
                }
                .boxed()
            })
            .await
    }

    /// Forgets messages that were finished long ago; how many.
    ///
    /// # Errors
    /// The database refused.
    pub async fn expire(&self) -> Result<u64, DbError> {
        let limit: Timestamp = self.clock.now() - REMEMBERED;
        self.db.write(move |tx| store::expire(tx, limit).boxed()).await
    }
}

#[cfg(test)]
mod tests;
