//! How the stream of a client stands: what its owner is shown, at the command line, over HTTP and in the portal.

use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use shared::db::{Db, DbError};
use utoipa::ToSchema;

use crate::clients::signals;
use crate::delivery::Channel;
use crate::delivery::store::{self, Counts, Last};

/// How a stream stands, as programs read it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Stream {
    /// What was agreed on.
    #[serde(flatten)]
    pub agreed: Agreed,
    /// How many events wait.
    pub waiting: i64,
    /// How many were given up.
    pub given_up: i64,
    /// What became of the last one.
    pub last_delivery: Option<Delivery>,
}

/// What was agreed on of a stream, without what is sent as `Authorization`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Agreed {
    /// Whose it is.
    pub client_id: String,
    /// Where events go.
    pub endpoint: String,
    /// `enabled`, `paused` or `disabled`.
    pub state: String,
    /// Since when it is so.
    pub since: String,
    /// Which events.
    pub events: Vec<String>,
    /// Whether something is sent as `Authorization`.
    pub authorization: bool,
}

/// What became of an event.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Its message in the outbox.
    pub message: String,
    /// `taken`, `given_up` or `waiting`.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// The status that was answered, if one was.
    pub status: Option<String>,
    /// What kept it, if anything did.
    pub error: Option<String>,
    /// When it was written.
    pub written_at: String,
    /// When it was taken or given up.
    pub finished_at: Option<String>,
}

/// A stream, and what became of its events.
#[derive(Debug)]
pub struct Report {
    /// What was agreed on.
    pub stream: signals::Stream,
    /// How many events wait, and how many were given up.
    pub counts: Counts,
    /// The last one.
    pub last: Option<Last>,
}

impl Report {
    /// How a stream stands.
    ///
    /// # Errors
    /// The database refused.
    pub async fn read(db: &Db, stream: signals::Stream) -> Result<Self, DbError> {
        let channel = Channel::Signals(stream.client.to_string());
        let read = db.read::<_, DbError, _>(move |tx| {
            let channel = channel.clone();
            async move { Ok((store::of_channel(tx, &channel).await?, store::last(tx, &channel).await?)) }.boxed()
        });
        let (counts, last) = read.await?;
        Ok(Self { stream, counts, last })
    }

    /// As programs read it.
    pub fn told(&self) -> Stream {
        Stream {
            agreed: agreed(&self.stream),
            waiting: self.counts.waiting,
            given_up: self.counts.failed,
            last_delivery: self.last.as_ref().map(delivery),
        }
    }
}

/// What was agreed on.
pub fn agreed(stream: &signals::Stream) -> Agreed {
    Agreed {
        client_id: stream.client.to_string(),
        endpoint: stream.endpoint.as_str().to_owned(),
        state: stream.state.as_str().to_owned(),
        since: stream.changed_at.to_string(),
        events: stream.events.iter().map(|event| event.code().to_owned()).collect(),
        authorization: stream.has_authorization(),
    }
}

/// What became of a message, as programs read it.
pub fn delivery(last: &Last) -> Delivery {
    let state = match last.state.as_str() {
        "sent" => "taken",
        "failed" => "given_up",
        _ => "waiting",
    };
    Delivery {
        message: last.id.to_string(),
        state: state.to_owned(),
        attempts: last.attempts,
        status: last.receipt.clone(),
        error: last.last_error.clone(),
        written_at: last.created_at.to_string(),
        finished_at: last.finished_at.map(|at| at.to_string()),
    }
}
