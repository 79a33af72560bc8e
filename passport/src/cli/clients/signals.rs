//! `passport clients signals`

use std::path::{Path, PathBuf};

use clap::Subcommand;
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use shared::config::SecretSource;
use shared::db::{Db, DbError};

use crate::app::App;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::world;
use crate::clients::signals::{HELD_FOR, SignalsError, Stream, StreamState, Wanted};
use crate::delivery::Channel;
use crate::delivery::store::{self, Counts, Last};
use crate::oidc::signals::herald;

/// What can be done with the stream of security events of a client.
#[derive(Debug, Subcommand)]
pub enum SignalsCommand {
    /// Show where events go, which, whether they are sent, and what became of the last one.
    Show {
        /// The client_id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
    },
    /// Set a stream up, or change it; what is not named stays. A new one is enabled, with every event unless some are
    /// named.
    Set {
        /// The client_id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
        /// Where events are posted: an https URL.
        #[arg(long, value_name = "URL")]
        endpoint: Option<String>,
        /// An event that is sent, such as `session-revoked`; once for each. docs/operate/signals.md lists them.
        #[arg(long = "event", value_name = "EVENT")]
        events: Vec<String>,
        /// A file with what is sent as `Authorization`, from then on sealed and never shown. An empty one ends that.
        #[arg(long, value_name = "FILE")]
        authorization_file: Option<PathBuf>,
    },
    /// Send a verification event, to see whether the site takes it. `signals show` tells a moment later.
    Verify {
        /// The client_id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
        /// A text that comes back in the event.
        #[arg(long)]
        state: Option<String>,
    },
    /// Hold events back, for a week at most.
    Pause {
        /// The client_id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
    },
    /// Send events again, those first that were held back.
    Resume {
        /// The client_id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
    },
    /// Send nothing any more, and let go of what waits.
    Disable {
        /// The client_id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
    },
}

pub async fn run(command: SignalsCommand, config: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(config).await?;
    let app = world::app(config, db.clone()).await?;
    let result = match command {
        SignalsCommand::Show { client_id } => show(&app, &db, &client_id, output).await,
        SignalsCommand::Set { client_id, endpoint, events, authorization_file } => {
            set(&app, &client_id, (endpoint, events, authorization_file), output).await
        }
        SignalsCommand::Verify { client_id, state } => verify(&app, &db, (&client_id, state.as_deref()), output).await,
        SignalsCommand::Pause { client_id } => bring(&app, &client_id, StreamState::Paused, output).await,
        SignalsCommand::Resume { client_id } => bring(&app, &client_id, StreamState::Enabled, output).await,
        SignalsCommand::Disable { client_id } => bring(&app, &client_id, StreamState::Disabled, output).await,
    };
    db.close().await;
    result.map(|()| Exit::Done)
}

async fn set(
    app: &App,
    id: &str,
    (endpoint, events, authorization): (Option<String>, Vec<String>, Option<PathBuf>),
    output: &Output,
) -> Result<(), Failure> {
    let authorization = match authorization {
        Some(path) if std::fs::metadata(&path).is_ok_and(|file| file.len() == 0) => Some(String::new().into()),
        Some(path) => Some(SecretSource::file(&path).read()?),
        None => None,
    };
    let events = (!events.is_empty()).then_some(events.as_slice());
    let wanted = Wanted::parse(endpoint.as_deref(), events, authorization).map_err(SignalsError::from)?;
    let stream = app.clients.set_signals(&*app.sealer, id, wanted).await?;
    output.result(described(&stream).join("\n"), &value(&stream));
    Ok(())
}

async fn verify(app: &App, db: &Db, asked: (&str, Option<&str>), output: &Output) -> Result<(), Failure> {
    let stream = known(app, asked.0).await?;
    match herald::verify(db, &app.outbox, asked, world::clock().now()).await? {
        Some(id) => {
            let text = format!("{}: verification {id} waits to be sent", asked.0);
            output.result(text, &json!({ "client_id": asked.0, "message": id.to_string() }));
            Ok(())
        }
        None => Err(Failure::new(Exit::Refused, format!("the stream is {}", stream.state.as_str()))
            .advise("`passport clients signals resume` enables it")),
    }
}

async fn bring(app: &App, id: &str, to: StreamState, output: &Output) -> Result<(), Failure> {
    app.clients.set_signals_state(id, to).await?;
    output.result(format!("{id}: {}", to.as_str()), &json!({ "client_id": id, "state": to.as_str() }));
    Ok(())
}

async fn known(app: &App, id: &str) -> Result<Stream, Failure> {
    super::known(&app.clients, id).await?;
    Ok(app.clients.signals(id).await?.ok_or(SignalsError::NoStream)?)
}

async fn show(app: &App, db: &Db, id: &str, output: &Output) -> Result<(), Failure> {
    let stream = known(app, id).await?;
    let channel = Channel::Signals(id.to_owned());
    let (counts, last): (Counts, Option<Last>) = db
        .read::<_, DbError, _>(move |tx| {
            let channel = channel.clone();
            async move { Ok((store::of_channel(tx, &channel).await?, store::last(tx, &channel).await?)) }.boxed()
        })
        .await?;
    let mut lines = described(&stream);
    lines.push(format!("waiting        {}", counts.waiting));
    lines.push(format!("given up       {}", counts.failed));
    lines.push(format!("last delivery  {}", last.as_ref().map_or("none yet".to_owned(), told)));
    let mut value = value(&stream);
    value["waiting"] = counts.waiting.into();
    value["given_up"] = counts.failed.into();
    value["last_delivery"] = last.as_ref().map_or(Value::Null, delivery);
    output.result(lines.join("\n"), &value);
    Ok(())
}

/// The stream in lines. What is sent as `Authorization` is nowhere.
fn described(stream: &Stream) -> Vec<String> {
    let events: Vec<&str> = stream.events.iter().map(|event| event.code()).collect();
    let state = match stream.state {
        StreamState::Paused => {
            format!(
                "paused since {}: what happens until {} is held back",
                stream.changed_at,
                stream.changed_at + HELD_FOR
            )
        }
        state => format!("{} since {}", state.as_str(), stream.changed_at),
    };
    vec![
        format!("client         {}", stream.client),
        format!("endpoint       {}", stream.endpoint),
        format!("state          {state}"),
        format!("events         {}", events.join(" ")),
        format!("authorization  {}", if stream.has_authorization() { "sent, not shown" } else { "none" }),
    ]
}

fn value(stream: &Stream) -> Value {
    let events: Vec<&str> = stream.events.iter().map(|event| event.code()).collect();
    json!({
        "client_id": stream.client.to_string(), "endpoint": stream.endpoint.as_str(), "state": stream.state.as_str(),
        "since": stream.changed_at.to_string(), "events": events, "authorization": stream.has_authorization(),
    })
}

fn told(last: &Last) -> String {
    let error = last.last_error.as_deref().unwrap_or("no error");
    match (last.state.as_str(), last.finished_at) {
        ("sent", Some(at)) => format!("taken {at}, answered {}", last.receipt.as_deref().unwrap_or("nothing")),
        ("failed", Some(at)) => format!("given up {at} after {} attempt(s): {error}", last.attempts),
        _ => format!("not taken after {} attempt(s), again at {}: {error}", last.attempts, last.next_attempt_at),
    }
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
