//! The table of stand-ins, as the portal remembers them.

use shared::clock::Timestamp;
use shared::db::{DbError, Tx, sql};

use crate::keys::store::SealedColumn;
use crate::portal::OrganisationId;
use crate::sealed_column;
use crate::web::KeyUse;

/// Login names and password of each set.
pub const SEALED_SETS: SealedColumn =
    sealed_column!("sandbox_candidates", "organisation_id", "set_sealed", KeyUse::SandboxCandidates, bound true);

/// The set of an organisation, sealed, and when it was made.
///
/// # Errors
/// The database refused.
pub async fn find(tx: &mut Tx, organisation: OrganisationId) -> Result<Option<(Vec<u8>, Timestamp)>, DbError> {
    let row = sql("SELECT set_sealed, made_at FROM sandbox_candidates WHERE organisation_id = $1")
        .bind(organisation)
        .fetch_optional(tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((row.get("set_sealed")?, row.get("made_at")?)))
}

/// Remembers a set in place of the former one.
///
/// # Errors
/// The database refused.
pub async fn put(
    tx: &mut Tx,
    organisation: OrganisationId,
    set_sealed: Vec<u8>,
    now: Timestamp,
) -> Result<(), DbError> {
    sql("INSERT INTO sandbox_candidates (organisation_id, set_sealed, made_at) VALUES ($1, $2, $3) \
         ON CONFLICT (organisation_id) DO UPDATE SET set_sealed = excluded.set_sealed, made_at = excluded.made_at")
    .bind(organisation)
    .bind(set_sealed)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}
