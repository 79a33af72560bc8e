//! `passport delivery`

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use futures_util::FutureExt as _;
use serde_json::json;
use shared::clock::Timestamp;
use shared::db::{Db, DbError, Tx};
use shared::i18n::Lang;

use super::failure::{Exit, Failure};
use super::output::{Output, table};
use super::world;
use crate::audit::{Actor, Audit, Event};
use crate::config::Config;
use crate::delivery::store::{self, Undelivered};
use crate::delivery::{ChannelKind, MessageId, samples, text};

/// What can be done with messages.
#[derive(Debug, Subcommand)]
pub enum DeliveryCommand {
    /// Show messages that wait or were given up, oldest first, and what kept each the last time. Logout tokens and
    /// security events stand in a channel for each client, `logout:CLIENT_ID` and `signals:CLIENT_ID`. Whom mail and SMS are for is not shown.
    List {
        /// At most that many.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Try messages again at once, with all their attempts before them. The words of mail and SMS that were given up are
    /// erased: those cannot be.
    Retry(Retry),
    /// Show every SMS as an operator takes it for review: its name, its language, and its text with ${HOLES}.
    SmsTemplates,
    /// Write every mail as HTML into a folder, one of each kind in both languages, to look at: NAME.LANGUAGE.html.
    Mails {
        /// The folder.
        folder: PathBuf,
    },
}

/// Which messages to try again.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Retry {
    /// The id of one, waiting or given up.
    id: Option<String>,
    /// All that were given up.
    #[arg(long)]
    given_up: bool,
}

pub async fn run(command: DeliveryCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    if let DeliveryCommand::SmsTemplates = command {
        sms_templates(Config::load(file)?.issuer.as_str(), output);
        return Ok(Exit::Done);
    }
    if let DeliveryCommand::Mails { folder } = &command {
        return mails(Config::load(file)?.issuer.as_str(), folder, output).map(|()| Exit::Done);
    }
    let (_, db) = world::database(file).await?;
    let done = match command {
        DeliveryCommand::List { limit } => list(&db, limit, output).await,
        DeliveryCommand::Retry(retry) => retry.run(&db, output).await,
        DeliveryCommand::SmsTemplates | DeliveryCommand::Mails { .. } => Ok(()),
    };
    db.close().await;
    done.map(|()| Exit::Done)
}

async fn list(db: &Db, limit: u32, output: &Output) -> Result<(), Failure> {
    let messages: Vec<Undelivered> = db.read::<_, DbError, _>(move |tx| store::undelivered(tx, limit).boxed()).await?;
    let mut rows =
        vec![["id", "channel", "state", "attempts", "written", "next try", "last error"].map(str::to_owned).to_vec()];
    rows.extend(messages.iter().map(row));
    let text = if messages.is_empty() { "nothing waits, nothing was given up".to_owned() } else { table(&rows) };
    let value: Vec<_> = messages
        .iter()
        .map(|message| {
            json!({
                "id": message.id.to_string(), "channel": message.channel, "state": state(message),
                "attempts": message.attempts, "written_at": message.created_at.to_string(),
                "next_attempt_at": next(message), "last_error": message.last_error,
            })
        })
        .collect();
    output.result(text, &value);
    Ok(())
}

fn sms_templates(issuer: &str, output: &Output) {
    let templates = text::sms_templates(issuer);
    let name = |name: &str, lang: Lang| if lang == Lang::En { format!("{name}.en") } else { name.to_owned() };
    let lines: Vec<_> = templates.iter().map(|(of, lang, text)| format!("{}\n    {text}", name(of, *lang))).collect();
    let all: BTreeMap<_, _> = templates.iter().map(|(of, lang, text)| (name(of, *lang), text)).collect();
    output.result(lines.join("\n"), &all);
}

fn mails(issuer: &str, folder: &Path, output: &Output) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new(Exit::Failed, format!("{}: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut written = 0;
    for lang in Lang::ALL {
        for (name, html) in samples::drawn(lang, issuer) {
            fs::write(folder.join(format!("{name}.{}.html", lang.tag())), html).map_err(failed)?;
            written += 1;
        }
    }
    output.result(format!("{written} mail(s) in {}", folder.display()), &json!({ "written": written }));
    Ok(())
}

fn row(message: &Undelivered) -> Vec<String> {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    vec![
        message.id.to_string(),
        message.channel.clone(),
        state(message).to_owned(),
        message.attempts.to_string(),
        message.created_at.to_string(),
        or_dash(next(message)),
        or_dash(message.last_error.clone()),
    ]
}

fn state(message: &Undelivered) -> &'static str {
    if message.given_up { "given_up" } else { "waiting" }
}

fn next(message: &Undelivered) -> Option<String> {
    (!message.given_up).then(|| message.next_attempt_at.to_string())
}

impl Retry {
    async fn run(self, db: &Db, output: &Output) -> Result<(), Failure> {
        let refuse = |what: &str| Failure::new(Exit::Refused, what);
        let id = self.id.as_deref().map(str::parse::<MessageId>).transpose();
        let id = id.map_err(|_| refuse("that is no message's id"))?;
        let now = world::clock().now();
        let audit = Audit::new(world::clock(), world::entropy());
        let taken: u64 = db.write::<_, DbError, _>(move |tx| take_up(audit.clone(), tx, (id, now)).boxed()).await?;
        if id.is_some() && taken == 0 {
            let why = "there is no such message, it is delivered or held back, or its words are erased";
            return Err(refuse(why));
        }
        output.result(format!("{taken} message(s) will be tried again"), &json!({ "taken_up": taken }));
        Ok(())
    }
}

/// Takes them up, on record.
async fn take_up(audit: Audit, tx: &mut Tx, (id, now): (Option<MessageId>, Timestamp)) -> Result<u64, DbError> {
    let known = match id {
        Some(id) => store::undelivered_one(tx, id).await?,
        None => None,
    };
    let kind = known.and_then(|known| ChannelKind::of_channel(&known.channel)).map_or("all", ChannelKind::as_str);
    let messages = store::take_up(tx, id, now).await?;
    if messages > 0 {
        let event = Event::MessagesTakenUp { channel: kind.into(), message: id.map(|id| id.to_string()), messages };
        audit.record(tx, &Actor::Operator, &event).await?;
    }
    Ok(messages)
}
