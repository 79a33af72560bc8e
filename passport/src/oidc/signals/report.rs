//! How the stream of a client stands: what its owner is shown, at the command line, over HTTP and in the portal.

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use shared::db::{Db, DbError};

use crate::clients::signals::Stream;
use crate::delivery::Channel;
use crate::delivery::store::{self, Counts, Last};

/// A stream, and what became of its events.
#[derive(Debug)]
pub struct Report {
    /// What was agreed on.
    pub stream: Stream,
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
    pub async fn read(db: &Db, stream: Stream) -> Result<Self, DbError> {
        let channel = Channel::Signals(stream.client.to_string());
        let read = db.read::<_, DbError, _>(move |tx| {
            let channel = channel.clone();
            async move { Ok((store::of_channel(tx, &channel).await?, store::last(tx, &channel).await?)) }.boxed()
        });
        let (counts, last) = read.await?;
        Ok(Self { stream, counts, last })
    }

    /// As programs read it.
    pub fn value(&self) -> Value {
        let mut value = agreed(&self.stream);
        value["waiting"] = self.counts.waiting.into();
        value["given_up"] = self.counts.failed.into();
        value["last_delivery"] = self.last.as_ref().map_or(Value::Null, delivery);
        value
    }
}

/// What was agreed on, without what is sent as `Authorization`.
pub fn agreed(stream: &Stream) -> Value {
    let events: Vec<&str> = stream.events.iter().map(|event| event.code()).collect();
    json!({
        "client_id": stream.client.to_string(), "endpoint": stream.endpoint.as_str(), "state": stream.state.as_str(),
        "since": stream.changed_at.to_string(), "events": events, "authorization": stream.has_authorization(),
    })
}

fn delivery(last: &Last) -> Value {
    let state = match last.state.as_str() {
        "sent" => "taken",
        "failed" => "given_up",
        _ => "waiting",
    };
    json!({
        "message": last.id.to_string(), "state": state, "attempts": last.attempts, "status": last.receipt,
        "error": last.last_error, "written_at": last.created_at.to_string(),
        "finished_at": last.finished_at.map(|at| at.to_string()),
    })
}
