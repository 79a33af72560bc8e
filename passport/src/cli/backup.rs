//! `passport backup` and `passport restore`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use futures_util::FutureExt as _;
use serde_json::json;
use shared::clock::Clock as _;
use shared::config::SecretSource;
use shared::db::{CommonTime, DatabaseTime, Db, DbConfig, DbError};

use super::failure::{Exit, Failure};
use super::output::Output;
use super::world;
use crate::app;
use crate::audit::{Actor, Audit, Event};
use crate::backup::manifest::{Head, Manifest};
use crate::backup::{self, Done, Made, MakeOrder, OpeningKey, Order, Parts, Programs, Recipient, store};
use crate::config::Config;

/// What is backed up, and where to.
#[derive(Debug, Args)]
pub struct BackupCommand {
    /// The file to write, which must not be there.
    #[arg(long, value_name = "FILE", required_unless_present = "make_key")]
    to: Option<PathBuf>,
    /// Whom to seal it for, in place of backup.recipient.
    #[arg(long, value_name = "RECIPIENT", allow_hyphen_values = true)]
    recipient: Option<String>,
    /// Make a key that opens backups in that file, and show its recipient.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["to", "recipient"])]
    make_key: Option<PathBuf>,
}

/// What is restored.
#[derive(Debug, Args)]
pub struct RestoreCommand {
    /// The backup.
    #[arg(value_name = "FILE")]
    backup: PathBuf,
    /// The key that opens it.
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    /// A file with the ids of accounts that were closed since, one a line, as `passport accounts closed` lists them: they
    /// are closed again.
    #[arg(long, value_name = "FILE")]
    closed: Option<PathBuf>,
    /// Only verify the backup, from the first byte to the last.
    #[arg(long)]
    dry_run: bool,
}

pub async fn make(command: BackupCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    if let Some(path) = command.make_key {
        return make_key(&path, output);
    }
    let (config, db) = world::database(file).await?;
    let recipient = command.recipient.or_else(|| config.backup.recipient.clone()).ok_or_else(|| {
        Failure::new(Exit::Settings, "nobody says whom the backup is sealed for")
            .advise("set backup.recipient to what `passport backup --make-key FILE` shows, or give --recipient")
    })?;
    let recipient: Recipient = recipient.parse()?;
    let (masters, programs) = (world::masters(&config)?, programs(&config));
    let to = command.to.unwrap_or_default();
    let order = MakeOrder { to: &to, recipient: &recipient, masters: &masters, programs: &programs };
    let now = world::common_clock(&db).await?.now();
    let made = backup::make(&config.database.db_config()?, order, &*world::entropy(), now).await?;
    note(&db, &made).await.map_err(|error| {
        let message = format!("the backup is good, but that it was made could not be written down: {error}");
        Failure::new(Exit::Failed, message)
    })?;
    db.close().await;
    let text = format!("backup {} in {}, {} bytes: {}", made.head.id, to.display(), made.size, saved(&made.manifest));
    output.result(text, &json!({ "backup": made.head, "saved": made.manifest, "size": made.size }));
    Ok(Exit::Done)
}

fn make_key(path: &Path, output: &Output) -> Result<Exit, Failure> {
    let key = OpeningKey::make()?;
    key.write(path)?;
    let recipient = key.recipient().to_string();
    let text = format!(
        "{recipient}\n\nThat is the recipient: let backup.recipient name it. Move {} away from here, to where you would look \
         for it when this machine is gone: without it no backup opens.",
        path.display()
    );
    output.result(text, &json!({ "recipient": recipient }));
    Ok(Exit::Done)
}

fn programs(config: &Config) -> Programs {
    Programs::in_folder(config.backup.postgres_programs.clone())
}

fn saved(manifest: &Manifest) -> String {
    format!("{} rows of {} tables", manifest.rows(), manifest.tables.len())
}

async fn note(db: &Db, made: &Made) -> Result<(), DbError> {
    let audit = Audit::new(world::clock(), world::entropy());
    let (id, at) = (made.head.id.clone(), made.head.made());
    let size = i64::try_from(made.size).unwrap_or(i64::MAX);
    db.write(move |tx| {
        let (audit, id) = (audit.clone(), id.clone());
        async move {
            store::note(tx, &id, at, size).await?;
            audit.record(tx, &Actor::Operator, &Event::BackupMade { backup: id }).await
        }
        .boxed()
    })
    .await
}

pub async fn restore(command: RestoreCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let config = Config::load(file)?;
    let key = OpeningKey::parse(&SecretSource::file(&command.key_file).read()?)?;
    let (masters, programs) = (world::masters(&config)?, programs(&config));
    // Statements that concern a whole table take their time.
    let into = DbConfig { statement_timeout: LONG, ..config.database.db_config()? };
    let erased = command.closed.as_deref().map(ids).transpose()?.unwrap_or_default();
    let order = Order { from: &command.backup, key: &key, into: &into, programs: &programs, erased: &erased };
    if command.dry_run {
        let (head, manifest) = backup::check(order, &masters)?;
        output.result(
            format!("{}, and nothing is wrong with it", described(&head, &manifest)),
            &json!({ "backup": head, "saved": manifest }),
        );
        return Ok(Exit::Done);
    }
    let time: Arc<dyn CommonTime> = Arc::new(DatabaseTime);
    let audit = Audit::new(world::clock(), world::entropy());
    let journal = app::key_journal(&audit, &world::clock(), &config);
    let parts = Parts { masters, entropy: world::entropy(), time, audit, journal };
    let done = backup::restore(order, &Arc::new(parts)).await?;
    let Done { head, manifest, epoch, closed_again } = &done;
    let value = json!({ "backup": head, "saved": manifest, "epoch": epoch.number, "closed_again": closed_again });
    output.result(told(&done), &value);
    Ok(Exit::Done)
}

/// The ids in a file.
fn ids(path: &Path) -> Result<Vec<String>, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", path.display())))?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

/// How long a statement may run.
const LONG: std::time::Duration = std::time::Duration::from_secs(6 * 60 * 60);

fn described(head: &Head, manifest: &Manifest) -> String {
    format!("backup {} of {} holds {}", head.id, head.made(), saved(manifest))
}

fn told(done: &Done) -> String {
    format!(
        "{}, and all of it is in the database. Accounts that are closed again: {}.\nEverybody signs in anew, and every signing key is a new one. What was changed \
         after the backup was made is lost: docs/operate/backup.md says what to look after now.",
        described(&done.head, &done.manifest),
        done.closed_again
    )
}
