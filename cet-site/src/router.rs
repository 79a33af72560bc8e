//! The table of contents: every path of the site and what answers it.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use shared::assets;

use crate::app::App;
use crate::web::{language, policy};
use crate::{desk, pages, sign_in};

/// All routes, without the HTTP kit around them.
pub fn routes(app: App) -> Router {
    let web = app.web.clone();
    Router::new()
        // For everybody
        .route("/", get(pages::home))
        .route("/news", get(pages::news))
        .route("/news/{slug}", get(pages::notice))
        .route("/{slug}", get(pages::article))
        // For candidates
        .route("/registration", get(desk::show))
        // Signing in and out
        .route("/sign-in", get(sign_in::start))
        .route("/sign-in/ask", get(sign_in::ask_first).post(sign_in::press))
        .route("/sign-in/callback", get(sign_in::callback))
        .route("/sign-in/failed", get(sign_in::failed))
        .route("/sign-in/initiate", get(sign_in::initiate).post(sign_in::initiate_by_post))
        .route("/sign-out", get(sign_in::sign_out_by_link).post(sign_in::sign_out))
        .route("/signed-out", get(sign_in::signed_out))
        // For the passport
        .route("/backchannel-logout", post(sign_in::back_channel_logout))
        .route("/signals", post(sign_in::take_signal))
        .route("/open-registrations", post(desk::open_registrations))
        .with_state(app)
        .layer(from_fn_with_state(web.clone(), language::remember))
        .layer(from_fn_with_state(web, policy::allow_sign_out))
        // Style sheet, scripts, symbols
        .merge(assets::router())
}
