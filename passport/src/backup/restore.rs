//! Puts a backup in the place of an empty database. Everything is verified before the first byte is written, and the
//! database counts as restored only when every table is what was saved and what may not revive is settled.

use std::path::Path;
use std::sync::Arc;

use futures_util::FutureExt as _;
use shared::db::{CommonTime, Db, DbConfig};
use shared::entropy::SharedEntropy;

use super::archive::{Next, Reading, verify};
use super::error::BackupError;
use super::manifest::{Head, Manifest, Table, called, engine, hex};
use super::recipient::OpeningKey;
use super::store::{self, Programs, Target, settle, source};
use crate::MIGRATIONS;
use crate::audit::{Actor, Audit, Event};
use crate::keys::restored::{Maker, Restored, begin_epoch};
use crate::keys::store::Epoch;
use crate::keys::{Journal, Masters};

/// What is restored, and where to.
#[derive(Clone, Copy)]
pub struct Order<'o> {
    /// The backup.
    pub from: &'o Path,
    /// What opens it.
    pub key: &'o OpeningKey,
    /// The database, which must be empty.
    pub into: &'o DbConfig,
    /// PostgreSQL's programs.
    pub programs: &'o Programs,
    /// The ids of accounts that were closed since, and are to be closed again.
    pub erased: &'o [String],
}

/// What an epoch is begun with.
pub struct Parts {
    /// The master keys that are here.
    pub masters: Masters,
    /// Randomness.
    pub entropy: SharedEntropy,
    /// The time of the database.
    pub time: Arc<dyn CommonTime>,
    /// Where it is written down.
    pub audit: Audit,
    /// Where changes of keys are.
    pub journal: Arc<dyn Journal>,
}

/// A backup that was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What it is of.
    pub head: Head,
    /// What was saved.
    pub manifest: Manifest,
    /// What began.
    pub epoch: Epoch,
    /// How many accounts are closed again.
    pub closed_again: u64,
}

/// Holds that a backup is whole, comes from an installation with one of these master keys, and fits that database and this
/// program. Nothing is changed.
///
/// # Errors
/// See [`BackupError`].
pub fn check(order: Order<'_>, masters: &Masters) -> Result<(Head, Manifest), BackupError> {
    let (head, manifest) = verify(order.from, order.key, masters)?;
    let target = source::engine(order.into)?;
    let of = engine(&head.engine).ok_or(BackupError::NotABackup)?;
    if of != target {
        return Err(BackupError::OtherEngine { backup: called(of), target: called(target) });
    }
    let ours = match of {
        shared::db::Engine::Sqlite => MIGRATIONS.sqlite,
        shared::db::Engine::Postgres => MIGRATIONS.postgres,
    };
    for applied in &head.migrations {
        let Some(known) = ours.iter().find(|known| known.version == applied.version) else {
            return Err(BackupError::Newer { version: head.program.clone(), migration: applied.version });
        };
        if hex(&known.checksum) != applied.checksum {
            return Err(BackupError::OtherMigration(applied.version));
        }
    }
    Ok((head, manifest))
}

/// Restores it. Whatever ends this half-way, the database is empty, or refuses to be used until this is run again.
///
/// # Errors
/// See [`BackupError`].
pub async fn restore(order: Order<'_>, parts: &Arc<Parts>) -> Result<Done, BackupError> {
    let (head, manifest) = check(order, &parts.masters)?;
    let mut target = Target::empty(order.into, order.programs, &head).await?;
    target.begin(&head).await?;
    fill(&mut target, order, (&manifest, parts)).await?;
    compare(&target.loaded().await?, &manifest.tables)?;
    let (epoch, closed_again) = begin(&target.config(order.into), (&head, order.erased), parts).await?;
    target.publish(order.into).await?;
    Ok(Done { head, manifest, epoch, closed_again })
}

/// Reads the file a second time: every piece is verified again, for the file may have been exchanged since.
async fn fill(
    target: &mut Target,
    order: Order<'_>,
    (expected, parts): (&Manifest, &Arc<Parts>),
) -> Result<(), BackupError> {
    let mut reading = Reading::begin(order.from, order.key)?;
    loop {
        match reading.next(&parts.masters)? {
            Next::Piece(piece, rest) => {
                target.feed(&piece).await?;
                reading = *rest;
            }
            Next::End(_, manifest) if manifest == *expected => return Ok(()),
            Next::End(..) => return Err(BackupError::Forged),
        }
    }
}

/// Holds every table against what was saved of it.
fn compare(found: &[Table], saved: &[Table]) -> Result<(), BackupError> {
    let missing = saved.iter().find(|table| !found.contains(table));
    let added = || found.iter().find(|table| !saved.contains(table));
    match missing.or_else(added) {
        Some(table) => Err(BackupError::Differs(table.name.clone())),
        None => Ok(()),
    }
}

/// Brings the tables to this version, settles what may not revive, and begins an epoch, which ends the restore.
async fn begin(
    config: &DbConfig,
    (head, erased): (&Head, &[String]),
    parts: &Arc<Parts>,
) -> Result<(Epoch, u64), BackupError> {
    let db = Db::connect(config).await?;
    db.migrate(&MIGRATIONS).await?;
    let restored = Restored { backup: head.id.clone(), made: head.made() };
    let (parts, erased) = (Arc::clone(parts), erased.to_vec());
    let begun = db.write(move |tx| {
        let (parts, restored, erased) = (Arc::clone(&parts), restored.clone(), erased.clone());
        async move {
            let now = parts.time.now(tx).await?;
            settle::settle(tx, restored.made, now).await?;
            let closed_again = store::erased::close_again(tx, &erased, now).await?;
            let (masters, entropy, journal) = (&parts.masters, &*parts.entropy, &*parts.journal);
            let epoch = begin_epoch(tx, Maker { masters, entropy, journal }, &restored, now).await?;
            let (backup, made) = (restored.backup, restored.made.millis());
            let event = Event::DatabaseRestored { backup, made, epoch: epoch.number };
            parts.audit.record(tx, &Actor::Operator, &event).await?;
            store::complete(tx).await?;
            Ok::<_, BackupError>((epoch, closed_again))
        }
        .boxed()
    });
    let begun = begun.await;
    db.close().await;
    begun
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_is_missing_added_or_changed_is_named() {
        let table = |name: &str, rows| Table { name: name.into(), rows, digest: rows.to_string() };
        let saved = [table("a", 1), table("b", 2)];
        assert!(compare(&[table("b", 2), table("a", 1)], &saved).is_ok());
        for (found, name) in [
            (vec![table("a", 1)], "b"),
            (vec![table("a", 1), table("b", 3)], "b"),
            (vec![table("a", 1), table("b", 2), table("c", 1)], "c"),
        ] {
            let told = compare(&found, &saved).expect_err("told").to_string();
            assert_eq!(told, format!("what was restored of table {name} is not what was saved"));
        }
    }
}
