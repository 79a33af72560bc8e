//! The table of contents of the console. What each address stands for, and who may do that: [`super::acts::Act`].

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use http::StatusCode;
use shared::assets;
use shared::http::{Kit, ServerSettings};
use tower_cookies::CookieManagerLayer;

use super::acts::Act;
use super::{
    Console, account, applications, audit, clients, deliveries, find, home, invitation, paths, proposals, sign_in,
    staff,
};
use crate::web::error_page;

/// All addresses.
pub fn router(console: Console) -> Router {
    let pages = console.0.pages.clone();
    Router::new()
        .route(paths::HOME, get(home::show))
        .route(paths::SIGN_IN, get(sign_in::show).post(sign_in::submit))
        .route(paths::SIGN_IN_OPTIONS, post(sign_in::options))
        .route(paths::SIGN_OUT, post(sign_in::sign_out))
        .route(paths::INVITATION, get(invitation::show).post(invitation::submit))
        .route(paths::INVITATION_OPTIONS, post(invitation::options))
        .route(paths::ACCOUNTS, get(find::show).post(find::submit))
        .route(paths::ACCOUNT, get(account::show))
        .route(paths::ACCOUNT_SUSPEND, account::act(Act::Suspend))
        .route(paths::ACCOUNT_REINSTATE, account::act(Act::Reinstate))
        .route(paths::ACCOUNT_UNLOCK, account::act(Act::Unlock))
        .route(paths::ACCOUNT_SESSIONS, account::act(Act::EndSessions))
        .route(paths::ACCOUNT_FACTORS, account::act(Act::ResetFactors))
        .route(paths::PROPOSALS, get(proposals::list))
        .route(paths::PROPOSAL, get(proposals::show).post(proposals::submit))
        .route(paths::PROPOSAL_ACCOUNT, post(proposals::look))
        .route(paths::PROPOSAL_TAKE_BACK, post(proposals::take_back))
        .route(paths::AUDIT, get(audit::show))
        .route(paths::STAFF, get(staff::list))
        .route(paths::STAFF_INVITE, get(staff::show_invite).post(staff::invite))
        .route(paths::PERSON, get(staff::show))
        .route(paths::PERSON_ROLES, staff::act(Act::ChangeRoles))
        .route(paths::PERSON_SUSPEND, staff::act(Act::SuspendStaff))
        .route(paths::PERSON_REINSTATE, staff::act(Act::ReinstateStaff))
        .route(paths::PERSON_LINK, post(staff::link))
        .route(paths::APPLICATIONS, get(applications::list))
        .route(paths::APPLICATION, get(applications::show))
        .route(paths::APPLICATION_APPROVE, applications::act(Act::ApproveApplication))
        .route(paths::APPLICATION_ASK, applications::act(Act::AskApplicant))
        .route(paths::APPLICATION_REFUSE, applications::act(Act::RefuseApplication))
        .route(paths::DELIVERIES, get(deliveries::overview))
        .route(paths::DELIVERIES_OF, get(deliveries::list::show))
        .route(paths::DELIVERIES_RETRY, get(deliveries::retry::show_all).post(deliveries::retry::submit_all))
        .route(paths::DELIVERY_RETRY, get(deliveries::retry::show_one).post(deliveries::retry::submit_one))
        .route(paths::CLIENTS, get(clients::list::show))
        .route(paths::CLIENT, get(clients::page::show))
        .route(paths::CLIENT_SUSPEND, clients::acts::act(Act::SuspendClient))
        .route(paths::CLIENT_REINSTATE, clients::acts::act(Act::ReinstateClient))
        .layer(from_fn_with_state(pages, error_page::draw))
        .merge(assets::router())
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(CookieManagerLayer::new())
        .with_state(console)
}

/// The HTTP kit around the addresses, for requests to the console's own host and no other.
pub fn kit(console: &Console, settings: &ServerSettings, host: &str) -> Kit {
    Kit::new(settings).hosts([host]).pages(console.0.pages.clone())
}
