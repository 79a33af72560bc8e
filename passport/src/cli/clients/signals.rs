//! `passport clients signals`

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;
use shared::config::SecretSource;
use shared::db::Db;

use crate::app::App;
use crate::audit::Actor;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::world;
use crate::clients::signals::{HELD_FOR, SignalsError, Stream, StreamState, Wanted};
use crate::delivery::store::Last;
use crate::oidc::signals::herald;
use crate::oidc::signals::report::{Report, agreed};

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
    let stream = app.clients.set_signals(Actor::Operator, &*app.sealer, id, wanted).await?;
    output.result(described(&stream).join("\n"), &json!(agreed(&stream)));
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
    app.clients.set_signals_state(Actor::Operator, id, to).await?;
    output.result(format!("{id}: {}", to.as_str()), &json!({ "client_id": id, "state": to.as_str() }));
    Ok(())
}

async fn known(app: &App, id: &str) -> Result<Stream, Failure> {
    super::known(&app.clients, id).await?;
    Ok(app.clients.signals(id).await?.ok_or(SignalsError::NoStream)?)
}

async fn show(app: &App, db: &Db, id: &str, output: &Output) -> Result<(), Failure> {
    let stream = known(app, id).await?;
    let report = Report::read(db, stream).await?;
    let Report { stream, counts, last } = &report;
    let mut lines = described(stream);
    lines.push(format!("waiting        {}", counts.waiting));
    lines.push(format!("given up       {}", counts.failed));
    lines.push(format!("last delivery  {}", last.as_ref().map_or("none yet".to_owned(), told)));
    output.result(lines.join("\n"), &json!(report.told()));
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

fn told(last: &Last) -> String {
    let error = last.last_error.as_deref().unwrap_or("no error");
    match (last.state.as_str(), last.finished_at) {
        ("sent", Some(at)) => format!("taken {at}, answered {}", last.receipt.as_deref().unwrap_or("nothing")),
        ("failed", Some(at)) => format!("given up {at} after {} attempt(s): {error}", last.attempts),
        _ => format!("not taken after {} attempt(s), again at {}: {error}", last.attempts, last.next_attempt_at),
    }
}
