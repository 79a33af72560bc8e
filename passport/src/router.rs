//! The table of contents: every address of the passport, grouped by who calls it.

use axum::Router;
use shared::assets;
use tower_cookies::CookieManagerLayer;

use crate::app::App;

/// All addresses. The HTTP kit (request ids, limits, headers, access log) is laid around it by who serves it.
pub fn router(app: App) -> Router {
    Router::new()
        // Candidates, in a browser
        // Relying parties
        // What every page needs
        .merge(assets::router())
        .layer(CookieManagerLayer::new())
        .with_state(app)
}
