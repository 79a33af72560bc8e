//! What is said of the transmitter (SSF §7.1): only what it has. Streams are set up by who operates the passport, so there
//! are no addresses at which to do that.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde::Serialize;

use super::super::Oidc;
use super::super::discovery::{CACHE, paths};
use super::super::document::Document;

#[derive(Serialize)]
struct Metadata<'m> {
    spec_version: &'m str,
    issuer: &'m str,
    jwks_uri: String,
    delivery_methods_supported: [&'m str; 1],
    critical_subject_members: [&'m str; 2],
    default_subjects: &'m str,
}

/// The metadata of that issuer.
pub fn document(issuer: &str) -> Document {
    let metadata = Metadata {
        spec_version: "1_0",
        issuer,
        jwks_uri: format!("{issuer}{}", paths::JWKS),
        delivery_methods_supported: ["urn:ietf:rfc:8935"],
        // The end of one session must not be taken for that of all.
        critical_subject_members: ["user", "session"],
        // Everybody whom the site knows.
        default_subjects: "ALL",
    };
    Document::new(serde_json::to_vec(&metadata).unwrap_or_default())
}

/// `GET /.well-known/ssf-configuration`
pub async fn show(State(oidc): State<Oidc>, headers: HeaderMap) -> Response {
    oidc.0.signals_metadata.respond(&headers, CACHE)
}
