//! The table of sites in the sandbox.

use shared::db::{DbError, Row, Tx, sql};

use super::model::{Site, SiteId};
use crate::keys::store::SealedColumn;
use crate::portal::OrganisationId;
use crate::sealed_column;
use crate::web::KeyUse;

/// What sites are changed by in the sandbox.
pub const SEALED_TOKENS: SealedColumn =
    sealed_column!("sandbox_sites", "id", "token_sealed", KeyUse::SandboxSite, bound true);

fn site(row: &Row) -> Result<Site, DbError> {
    Ok(Site {
        id: row.get("id")?,
        organisation: row.get("organisation_id")?,
        client_id: row.get("client_id")?,
        name: row.get("name")?,
        registered_at: row.get("registered_at")?,
        token_sealed: row.get("token_sealed")?,
    })
}

/// The sites of an organisation, in the order in which they came.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn of_organisation(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Site>, DbError> {
    let rows = sql("SELECT id, organisation_id, client_id, name, registered_at, token_sealed FROM sandbox_sites \
         WHERE organisation_id = $1 ORDER BY registered_at, id")
    .bind(organisation)
    .fetch_all(tx)
    .await?;
    rows.iter().map(site).collect()
}

/// A site of an organisation.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn find(tx: &mut Tx, organisation: OrganisationId, id: SiteId) -> Result<Option<Site>, DbError> {
    let row = sql("SELECT id, organisation_id, client_id, name, registered_at, token_sealed FROM sandbox_sites \
         WHERE id = $1 AND organisation_id = $2")
    .bind(id)
    .bind(organisation)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(site).transpose()
}

/// Remembers a site that was registered.
///
/// # Errors
/// The database refused.
pub async fn insert(tx: &mut Tx, site: &Site) -> Result<(), DbError> {
    sql("INSERT INTO sandbox_sites (id, organisation_id, client_id, name, registered_at, token_sealed) \
         VALUES ($1, $2, $3, $4, $5, $6)")
    .bind(site.id)
    .bind(site.organisation)
    .bind(site.client_id.as_str())
    .bind(site.name.as_str())
    .bind(site.registered_at)
    .bind(site.token_sealed.clone())
    .execute(tx)
    .await
    .map(drop)
}

/// Gives a site another name.
///
/// # Errors
/// The database refused.
pub async fn rename(tx: &mut Tx, id: SiteId, name: &str) -> Result<(), DbError> {
    sql("UPDATE sandbox_sites SET name = $2 WHERE id = $1").bind(id).bind(name).execute(tx).await.map(drop)
}

/// Forgets a site; whether it was known.
///
/// # Errors
/// The database refused.
pub async fn remove(tx: &mut Tx, id: SiteId) -> Result<bool, DbError> {
    Ok(sql("DELETE FROM sandbox_sites WHERE id = $1").bind(id).execute(tx).await? == 1)
}

/// How many sites an organisation has.
///
/// # Errors
/// The database refused.
pub async fn count(tx: &mut Tx, organisation: OrganisationId) -> Result<i64, DbError> {
    let row = sql("SELECT COUNT(*) AS n FROM sandbox_sites WHERE organisation_id = $1").bind(organisation);
    row.fetch_one(tx).await?.get("n")
}
