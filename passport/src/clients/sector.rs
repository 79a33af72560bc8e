//! Sector identifiers (OIDC Core §8.1): a document at `sector_identifier_uri` lists the redirect URIs that its host
//! speaks for. Without that, any client could claim another's sector and learn by which names it knows people.

use super::metadata::Metadata;
use super::problem::{Problem, Rule};
use crate::egress::{Egress, EgressError};
use url::Url;

/// Asks the host whether it speaks for the client. Nothing is asked of a client that names none.
///
/// # Errors
/// The list cannot be had, or lacks a redirect URI.
pub async fn check(egress: &Egress, metadata: &Metadata) -> Result<(), Problem> {
    let Some(address) = &metadata.sector_identifier_uri else { return Ok(()) };
    let problem = |rule| Problem { field: "sector_identifier_uri", rule };
    // The rules of metadata say what is wrong with it.
    let Ok(url) = Url::parse(address) else { return Ok(()) };
    let listed = list(egress, &url).await.map_err(|why| problem(Rule::SectorUnknown(why)))?;
    match metadata.redirect_uris.iter().find(|uri| !listed.contains(uri)) {
        Some(uri) => Err(problem(Rule::SectorLacks(uri.clone()))),
        None => Ok(()),
    }
}

async fn list(egress: &Egress, url: &Url) -> Result<Vec<String>, String> {
    let fetched = egress.get(url).await.map_err(|error: EgressError| error.to_string())?;
    serde_json::from_slice(&fetched.body).map_err(|_| "what stands there is no list of addresses".to_owned())
}
