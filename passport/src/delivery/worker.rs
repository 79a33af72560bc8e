//! Sending what waits: claim, hand over, write down what came of it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use shared::clock::SharedClock;
use shared::db::{Db, DbError};
use shared::entropy::{SharedEntropy, bytes};
use tokio::sync::watch;

use super::model::{Channel, Outgoing, Receipt, SendError, Transport};
use super::outbox::Outbox;
use super::store::{self, Failing};

/// How soon the worker looks again after something was written, whose commit may be a moment away; and after that.
const LOOKS: [Duration; 4] =
    [Duration::from_millis(20), Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(3)];

/// How long it is remembered who could not be reached.
pub const KEEP_UNREACHABLE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How long finished messages are remembered, for the page that shows them.
pub const KEEP_FINISHED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

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

/// The ways out. Messages of a channel without one wait.
#[derive(Clone, Default)]
pub struct Ways {
    /// For mail.
    pub mail: Option<Arc<dyn Transport>>,
    /// For SMS.
    pub sms: Option<Arc<dyn Transport>>,
    /// For logout tokens.
    pub logout: Option<Arc<dyn Transport>>,
    /// For security events.
    pub signals: Option<Arc<dyn Transport>>,
}

impl Ways {
    fn of(&self, channel: &Channel) -> Option<&dyn Transport> {
        match channel {
            Channel::Mail => self.mail.as_deref(),
            Channel::Sms => self.sms.as_deref(),
            Channel::Logout(_) => self.logout.as_deref(),
            Channel::Signals(_) => self.signals.as_deref(),
        }
    }
}

/// Sends messages of the channels that have a way out.
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
    /// The ways out.
    pub ways: Ways,
}

impl Worker {
    /// Sends until `stop` becomes true; what is under way is finished first.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let (mut busy, mut under_way) = (HashSet::new(), FuturesUnordered::new());
        let mut look = 0;
        while !*stop.borrow() {
            let written = self.outbox.written().notified();
            for channel in self.due_channels().await {
                if self.ways.of(&channel).is_some() && busy.insert(channel.clone()) {
                    look = 0;
                    under_way.push(self.drain(channel, stop.clone()));
                }
            }
            let pause = LOOKS.get(look).or(LOOKS.last()).copied().unwrap_or_default();
            tokio::select! {
                _ = stop.changed() => {}
                () = written => look = 0,
                Some(channel) = under_way.next() => {
                    busy.remove(&channel);
                }
                () = tokio::time::sleep(pause) => look = (look + 1).min(LOOKS.len() - 1),
            }
        }
        while under_way.next().await.is_some() {}
    }

    async fn due_channels(&self) -> Vec<Channel> {
        let now = self.clock.now();
        let due: Result<_, DbError> = self.db.read(move |tx| store::due_channels(tx, now).boxed()).await;
        due.unwrap_or_else(|error| {
            tracing::warn!(%error, "the outbox cannot be read");
            Vec::new()
        })
    }

    /// Sends what is due in one channel, until nothing is or `stop` becomes true. Gives the channel back.
    async fn drain(&self, channel: Channel, mut stop: watch::Receiver<bool>) -> Channel {
        while !*stop.borrow() {
            match self.send_due(&channel).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%channel, %error, "what came of messages cannot be written down");
                    tokio::select! {
                        _ = stop.changed() => {}
                        () = tokio::time::sleep(LOOKS[LOOKS.len() - 1]) => break,
                    }
                }
            }
        }
        channel
    }

    /// Sends what is due now in a channel, up to as many as may be under way; how many were tried.
    ///
    /// # Errors
    /// The database refused.
    pub async fn send_due(&self, channel: &Channel) -> Result<usize, DbError> {
        let Some(transport) = self.ways.of(channel) else { return Ok(0) };
        let (now, limit, of) = (self.clock.now(), self.policy.concurrency, channel.clone());
        // Long enough that an attempt still under way is not begun a second time.
        let retry_at = now + self.policy.timeout * 3;
        let claimed = self
            .db
            .write(move |tx| {
                let of = of.clone();
                async move { store::claim(tx, &of, limit, now, retry_at).await }.boxed()
            })
            .await?;
        let attempts = claimed.iter().map(|m| self.attempt(channel, transport, m));
        for outcome in join_all(attempts).await {
            outcome?;
        }
        Ok(claimed.len())
    }

    async fn attempt(&self, channel: &Channel, transport: &dyn Transport, message: &Outgoing) -> Result<(), DbError> {
        let sending = std::panic::AssertUnwindSafe(transport.send(message)).catch_unwind();
        let outcome = match tokio::time::timeout(self.policy.timeout, sending).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(SendError::Temporary("the transport panicked".to_owned())),
            // Whether it was taken is unknown.
            Err(_) => Err(SendError::Doubtful("no answer in time".to_owned())),
        };
        let (id, attempt) = (message.id, message.attempt);
        match &outcome {
            Ok(Receipt(receipt)) => {
                tracing::info!(%channel, %id, attempt, receipt = receipt.as_deref(), "message sent");
            }
            Err(error) => {
                tracing::warn!(%channel, %id, attempt, %error, "message not sent");
            }
        }
        self.note(channel, message, outcome).await
    }

    async fn note(
        &self,
        channel: &Channel,
        message: &Outgoing,
        outcome: Result<Receipt, SendError>,
    ) -> Result<(), DbError> {
        let (id, now) = (message.id, self.clock.now());
        let [chance] = bytes::<1>(&*self.entropy);
        let again = now + self.policy.pause(message.attempt, chance);
        let last = message.attempt >= self.policy.max_attempts;
        let keep = channel.keeps_what_failed();
        self.db
            .write(move |tx| {
                let outcome = outcome.clone();
                async move {
                    let (error, reason) = match &outcome {
                        Ok(receipt) => return store::sent(tx, id, receipt, now).await,
                        Err(SendError::Temporary(error)) if !last => return store::retry(tx, id, error, again).await,
                        Err(SendError::Doubtful(error)) if !last => {
                            return store::doubt(tx, id, error, (now, again)).await;
                        }
                        Err(SendError::Refused(reason, error)) => (error, Some(*reason)),
                        Err(SendError::Temporary(error) | SendError::Doubtful(error) | SendError::Permanent(error)) => {
                            (error, None)
                        }
                    };
                    store::failed(tx, id, Failing { error, reason, keep }, now).await
                }
                .boxed()
            })
            .await
    }
}

#[cfg(test)]
mod tests;
