//! The addresses of the simulator: those of a passport that clients know, at the same paths, and its own below
//! `/simulator`.

use axum::Router;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use shared::assets;
use shared::http::{Asked, Failure, FailurePages, Kit, ServerSettings};
use tower_cookies::CookieManagerLayer;

use super::logout::end_session;
use super::{Simulator, authorize, control, desk, discovery, inspect, sign_in, token, userinfo};
use crate::oidc::discovery::paths as provider;
use crate::oidc::{cors, direct, rules};
use crate::web::paths;

/// The desk: everything that can be looked at and changed.
pub const DESK: &str = "/simulator";
/// The form on which one signs in.
pub const SIGN_IN: &str = "/simulator/sign-in";
/// The question whether to sign out.
pub const SIGN_OUT: &str = "/simulator/sign-out";
/// What is wrong for everybody.
pub const FAULTS: &str = "/simulator/faults";
/// The exchange of keys.
pub const KEYS: &str = "/simulator/keys";
/// Telling sites of signing out.
pub const LOGOUT: &str = "/simulator/logout";
/// Whom one can sign in as.
pub const CANDIDATES: &str = "/simulator/candidates";
/// As after the start.
pub const RESET: &str = "/simulator/reset";
/// What the buttons of the desk press.
pub const DESK_FORM: &str = "/simulator/desk";

/// All of them.
pub fn router(simulator: Simulator) -> Router {
    let scripts = Router::new()
        .route(provider::METADATA, get(discovery::show))
        .route(provider::OAUTH_METADATA, get(discovery::show))
        .route(provider::JWKS, get(discovery::keys))
        .route(provider::TOKEN, post(token::token).options(cors::preflight))
        .route(provider::USERINFO, get(userinfo::show).post(userinfo::show).options(cors::preflight))
        .route(provider::REVOKE, post(inspect::revoke).options(cors::preflight))
        .layer(map_response(cors::open));
    Router::new()
        .route(paths::HOME, get(desk::home))
        .route(provider::AUTHORIZE, get(authorize::get).post(authorize::post))
        .route(provider::RESUME, get(authorize::resume))
        .route(provider::INTROSPECT, post(inspect::introspect))
        .route(provider::LOGOUT, get(end_session::show).post(end_session::post))
        .route(provider::SIGNED_OUT, get(end_session::signed_out))
        .route(paths::ERRORS, get(rules::pages::index))
        .route(paths::ERROR, get(rules::pages::show))
        .route(DESK, get(desk::show))
        .route(DESK_FORM, post(desk::submit))
        .route(SIGN_IN, post(sign_in::submit))
        .route(SIGN_OUT, post(end_session::confirm))
        .route(FAULTS, get(control::faults).post(control::switch).delete(control::switch_off))
        .route(KEYS, get(control::keys).post(control::exchange))
        .route(LOGOUT, get(control::told).post(control::tell))
        .route(CANDIDATES, get(control::candidates).post(control::add_candidate))
        .route(RESET, post(control::reset))
        .merge(scripts)
        .merge(assets::router())
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(CookieManagerLayer::new())
        .with_state(simulator)
}

/// The HTTP kit around the addresses, for requests to those hosts and no others: a name that a stranger lets lead here is
/// none of them.
pub fn kit<'h>(simulator: &Simulator, settings: &ServerSettings, hosts: impl IntoIterator<Item = &'h str>) -> Kit {
    Kit::new(settings).hosts(hosts).pages(Failures(simulator.clone()))
}

/// Addresses that programs ask: they read JSON, whatever goes wrong.
const DIRECT: [&str; 4] = [provider::TOKEN, provider::USERINFO, provider::REVOKE, provider::INTROSPECT];

/// Answers where no handler could, as at a passport.
struct Failures(Simulator);

impl FailurePages for Failures {
    fn page(&self, failure: Failure, asked: &Asked) -> Response {
        let path = asked.uri.path();
        if !DIRECT.contains(&path) {
            return FailurePages::page(&self.0.0.pages, failure, asked);
        }
        let mut response = direct::respond::unanswered(failure, &self.0.0.issuer);
        if path != provider::INTROSPECT {
            cors::allow_any_origin(response.headers_mut());
        }
        response
    }
}
