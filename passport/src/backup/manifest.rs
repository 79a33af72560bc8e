//! What a backup says of itself: first what it is of, last what was saved.

use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::db::Engine;
use shared::secret::{constant_time_eq, sha256};

use super::error::BackupError;
use crate::keys::{KeysError, MasterKey, Masters};

/// A migration that the database had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Its number.
    pub version: i64,
    /// Its checksum, in hexadecimal digits.
    pub checksum: String,
}

/// Begins a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The backup's id.
    pub id: String,
    /// When it was made, in milliseconds since the epoch: it holds what was committed by then.
    pub made_at: i64,
    /// The version of the program that made it.
    pub program: String,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// The schema of its tables (PostgreSQL).
    pub schema: Option<String>,
    /// The id of the master key that its keys are sealed under.
    pub master_key: String,
    /// What had been migrated.
    pub migrations: Vec<Applied>,
}

impl Head {
    /// When it was made.
    pub const fn made(&self) -> Timestamp {
        Timestamp::from_millis(self.made_at)
    }
}

/// What tells one content of a table from another, in whatever order its rows come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// How many rows it has.
    pub rows: i64,
    /// The sum of hashes of them, as the engine makes it.
    pub digest: String,
}

/// Ends a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// How many bytes the copy has.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// Every table, by name.
    pub tables: Vec<Table>,
}

impl Manifest {
    /// How many rows there are in all tables.
    pub fn rows(&self) -> i64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

/// The last part: a manifest, and the proof that it and the head come from who has the master key. The seal alone does
/// not show that, for anybody may have the recipient.
#[derive(Debug, Serialize, Deserialize)]
struct Signed {
    manifest: String,
    mac: String,
}

/// A manifest as it ends the backup with that head.
///
/// # Errors
/// The token that has the master key cannot be asked.
pub(super) fn sign(head: &[u8], manifest: &Manifest, master: &MasterKey) -> Result<Vec<u8>, KeysError> {
    let manifest = serde_json::to_string(manifest).map_err(KeysError::Claims)?;
    let mac = hex(&master.backup_mac(&covered(head, &manifest))?);
    serde_json::to_vec(&Signed { manifest, mac }).map_err(KeysError::Claims)
}

/// Reads what [`sign`] wrote.
///
/// # Errors
/// The master key is not here, or the proof is wrong.
pub(super) fn verify(head: &[u8], of: &Head, end: &[u8], masters: &Masters) -> Result<Manifest, BackupError> {
    let master = masters.look_for(&of.master_key).ok_or_else(|| BackupError::OtherInstallation {
        wanted: of.master_key.clone(),
        given: masters.ids().join(" and "),
    })?;
    let signed: Signed = serde_json::from_slice(end).map_err(|_| BackupError::NotABackup)?;
    let mac = master.backup_mac(&covered(head, &signed.manifest)).map_err(KeysError::from)?;
    let mac = hex(&mac);
    if !constant_time_eq(mac.as_bytes(), signed.mac.as_bytes()) {
        return Err(BackupError::Forged);
    }
    serde_json::from_str(&signed.manifest).map_err(|_| BackupError::NotABackup)
}

fn covered(head: &[u8], manifest: &str) -> Vec<u8> {
    [&sha256(head)[..], manifest.as_bytes()].concat()
}

/// The name of an engine in backups.
pub(super) const fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}

/// The engine of that name.
pub(super) fn engine(name_of: &str) -> Option<Engine> {
    [Engine::Sqlite, Engine::Postgres].into_iter().find(|engine| name(*engine) == name_of)
}

/// How an engine is called to people.
pub(super) const fn called(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}

/// Hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use shared::secret::SecretBytes;

    use super::*;

    fn head(master: &MasterKey) -> Head {
        Head {
            id: "1".into(),
            made_at: 1,
            program: "1".into(),
            engine: "sqlite".into(),
            schema: None,
            master_key: master.id().into(),
            migrations: Vec::new(),
        }
    }

    #[test]
    fn a_manifest_is_taken_only_from_who_has_the_master_key_and_of_the_backup_that_it_ends() {
        let key = |byte: u8| MasterKey::new(&SecretBytes::new([byte; 32]));
        let manifest = Manifest { bytes: 1, sha256: "x".into(), tables: Vec::new() };
        let of = head(&key(1));
        let end = sign(b"head", &manifest, &key(1)).expect("JSON");
        assert_eq!(verify(b"head", &of, &end, &key(1).into()).expect("right"), manifest);
        assert!(matches!(verify(b"other", &of, &end, &key(1).into()), Err(BackupError::Forged)));
        let forged = sign(b"head", &manifest, &key(2)).expect("JSON");
        assert!(matches!(verify(b"head", &of, &forged, &key(1).into()), Err(BackupError::Forged)));
        assert!(matches!(verify(b"head", &of, &end, &key(2).into()), Err(BackupError::OtherInstallation { .. })));
    }
}
