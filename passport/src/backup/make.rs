//! Makes a backup, while the passport serves.

use std::path::Path;

use shared::clock::Timestamp;
use shared::db::DbConfig;
use shared::entropy::{Entropy, bytes};

use super::archive::{Writing, beside};
use super::error::BackupError;
use super::manifest::{Head, Manifest, hex, name};
use super::recipient::Recipient;
use super::store::{Programs, Source, source};
use crate::keys::Masters;

/// Where a backup goes, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Order<'o> {
    /// The file, which must not be there.
    pub to: &'o Path,
    /// Whom it is sealed for.
    pub recipient: &'o Recipient,
    /// What proves where it comes from.
    pub masters: &'o Masters,
    /// PostgreSQL's programs.
    pub programs: &'o Programs,
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What it is of.
    pub head: Head,
    /// What was saved.
    pub manifest: Manifest,
    /// How large the file is.
    pub size: u64,
}

/// Copies the database at one moment into a sealed file. Killed or out of room, it leaves nothing that looks like one.
///
/// # Errors
/// See [`BackupError`].
pub async fn make(
    config: &DbConfig,
    order: Order<'_>,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Made, BackupError> {
    let engine = source::engine(config)?;
    let mut source = Source::fix(config, &beside(order.to, "copy"), order.programs).await?;
    let used = source.master_key().await?.unwrap_or_else(|| order.masters.first().id().to_owned());
    let master = order.masters.look_for(&used).ok_or_else(|| BackupError::OtherInstallation {
        wanted: used.clone(),
        given: order.masters.ids().join(" and "),
    })?;
    let head = Head {
        id: hex(&bytes::<8>(entropy)),
        made_at: now.millis(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        engine: name(engine).to_owned(),
        schema: source.schema(),
        master_key: used,
        migrations: source.migrations().await?,
    };
    let mut writing = Writing::begin(order.to, order.recipient, &head)?;
    source.write(&mut writing, order.to).await?;
    let (manifest, size) = writing.finish(source.tables().await?, &master)?;
    Ok(Made { head, manifest, size })
}
