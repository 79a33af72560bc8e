//! The table of contents: every address of the passport, grouped by who calls it.

use axum::Router;
use axum::routing::{get, post};
use shared::assets;
use tower_cookies::CookieManagerLayer;

use crate::app::App;
use crate::oidc::discovery::paths as provider;
use crate::oidc::{cors, discovery, introspect, jwks, revoke, token, userinfo};

/// All addresses. The HTTP kit (request ids, limits, headers, access log) is laid around it by who serves it.
pub fn router(app: App) -> Router {
    Router::new()
        // Candidates, in a browser
        // Relying parties
        .route(provider::METADATA, get(discovery::show))
        .route(provider::JWKS, get(jwks::show))
        .route(provider::TOKEN, post(token::endpoint::token).options(cors::preflight))
        .route(provider::USERINFO, get(userinfo::show).post(userinfo::show).options(cors::preflight))
        .route(provider::REVOKE, post(revoke::revoke).options(cors::preflight))
        .route(provider::INTROSPECT, post(introspect::introspect))
        // What every page needs
        .merge(assets::router())
        .layer(CookieManagerLayer::new())
        .with_state(app)
}
