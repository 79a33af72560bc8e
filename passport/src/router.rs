//! The table of contents: every address of the passport, grouped by who calls it.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{delete, get, post};
use http::StatusCode;
use shared::assets;
use shared::http::{Asked, Failure, FailurePages, Kit, ServerSettings, Upload};
use tower_cookies::CookieManagerLayer;

use crate::accounts::appeals::AppealCode;
use crate::accounts::factors::{self, authenticator, passkeys, recovery_codes, sms};
use crate::accounts::proof::code_page;
use crate::accounts::recovery::RecoveryCode;
use crate::accounts::{
    activity, agreements, alarm, appeals, captcha, closure, contact, find_account, guardian, login, password, profile,
    province, recovery, register, sessions, sign_out,
};
use crate::app::App;
use crate::clients::logos::endpoint as logos;
use crate::delivery::reports;
use crate::export;
use crate::home;
use crate::oidc::discovery::paths as provider;
use crate::oidc::logout::{end_session, front_channel};
use crate::oidc::register::{
    endpoint as registration, evidence, findings, openapi, refused, rehearsal, secrets, signals as stream,
};
use crate::oidc::{
    authorize, consent, cors, direct, discovery, introspect, jwks, par, revoke, rules, session_state, signals, token,
    userinfo,
};
use crate::portal::pages as portal;
use crate::portal::production::pages as production;
use crate::portal::sandbox::{candidates, pages as sandbox};
use crate::status;
use crate::web::{Pages, documents, error_page, paths, return_to};

/// All addresses. The HTTP kit (request ids, limits, headers, access log) is laid around it by who serves it.
pub fn router(app: App) -> Router {
    // What candidates open in a browser: a fault in it becomes a page.
    let browser = Router::new()
        .route(paths::HOME, get(home::show))
        .route(paths::SIGN_IN, get(login::show).post(login::submit))
        .route(paths::SECOND_STEP, get(login::second::show).post(login::second::submit))
        .route(paths::SIGN_IN_PASSKEY, get(login::passkey::show).post(login::passkey::submit))
        .route(paths::SIGN_IN_PASSKEY_OPTIONS, post(passkeys::sign_in_options))
        .route(paths::SECURITY, get(factors::page::show))
        .route(paths::TRUSTED_BROWSERS, post(factors::page::forget_browsers))
        .route(paths::FACTOR_NEEDED, get(factors::needed::show))
        .route(paths::AUTHENTICATOR, get(authenticator::page::show).post(authenticator::page::submit))
        .route(paths::AUTHENTICATOR_REMOVE, get(authenticator::page::show_removal).post(authenticator::page::remove))
        .route(paths::SMS_STEP, get(sms::page::show).post(sms::page::submit))
        .route(paths::SMS_STEP_REMOVE, get(sms::page::show_removal).post(sms::page::remove))
        .route(paths::PASSKEYS, get(passkeys::page::show).post(passkeys::page::submit))
        .route(paths::PASSKEY_OPTIONS, post(passkeys::register_options))
        .route(paths::PASSKEY_CHANGE, get(passkeys::page::show_change).post(passkeys::page::change))
        .route(paths::RECOVERY_CODES, get(recovery_codes::page::show).post(recovery_codes::page::submit))
        .route(paths::REGISTER, get(register::show).post(register::submit))
        .route(paths::PROVINCE, get(province::show).post(province::submit))
        .route(paths::AGREEMENTS, get(agreements::show).post(agreements::submit))
        .route(paths::GUARDIAN, get(guardian::show).post(guardian::submit))
        .route(paths::GUARDIAN_CONSENT, get(guardian::show_consent).post(guardian::submit_consent))
        .route(paths::GUARDIAN_WITHDRAW, get(guardian::show_withdrawal).post(guardian::submit_withdrawal))
        .route(paths::SIGN_OUT, get(sign_out::show).post(sign_out::submit))
        .route(paths::PROFILE, get(profile::show).post(profile::submit))
        .route(paths::EXPORT, get(export::show).post(export::submit))
        .route(paths::PASSWORD, get(password::show).post(password::submit))
        .route(paths::PASSWORD_REMOVE, get(password::show_removal).post(password::remove))
        .route(paths::CONTACT, get(contact::show).post(contact::send))
        .route(paths::CONTACT_PROOF, get(contact::show_proof).post(contact::submit_proof))
        .route(paths::CONTACT_CHANGE, get(contact::change_page::show).post(contact::change_page::submit))
        .route(paths::CONTACT_UNDO, get(contact::undo_page::show).post(contact::undo_page::submit))
        .route(paths::CLOSURE, get(closure::show).post(closure::submit))
        .route(paths::CLOSURE_TAKE_BACK, get(closure::show_take_back).post(closure::take_back))
        .route(paths::CLOSURE_LINK, get(closure::show_take_back_link).post(closure::take_back_by_link))
        .route(paths::NUMBER_KEEP, get(contact::keep_page::show).post(contact::keep_page::submit))
        .route(paths::APPEAL, get(appeals::show).post(appeals::submit))
        .route(paths::APPEAL_CODE, get(code_page::show::<AppealCode>).post(code_page::submit::<AppealCode>))
        .route(paths::APPEAL_DETAILS, get(appeals::show_details).post(appeals::submit_details))
        .route(paths::APPEAL_CASE, get(appeals::show_case).post(appeals::submit_case))
        // The kit knows how large it may be.
        .route(paths::APPEAL_PHOTO, post(appeals::submit_photo).layer(DefaultBodyLimit::disable()))
        .route(paths::APPEAL_OBJECTION, get(appeals::show_objection).post(appeals::submit_objection))
        .route(paths::APPEAL_DOCUMENT, get(appeals::show_document).post(appeals::submit_document))
        .route(paths::CONTACT_CONFIRM, get(contact::confirm::show).post(contact::confirm::submit))
        .route(paths::SESSIONS, get(sessions::page::show).post(sessions::page::submit))
        .route(paths::SESSION_MORE, post(sessions::holds::more))
        .route(paths::ACTIVITY, get(activity::show))
        .route(paths::ACTIVITY_REPORT, get(alarm::show_report).post(alarm::submit_report))
        .route(paths::ALARM, get(alarm::show).post(alarm::submit))
        .route(paths::AGREEMENT, get(documents::agreement))
        .route(paths::PRIVACY, get(documents::privacy))
        .route(paths::ACCESSIBILITY, get(documents::accessibility))
        .route(paths::CAPTCHA_IMAGE, get(captcha::image::show))
        .route(paths::HELP, get(documents::help))
        .route(paths::STATUS, get(status::page::show))
        .route(paths::ERRORS, get(rules::pages::index))
        .route(paths::ERROR, get(rules::pages::show))
        .route(paths::FIND_ACCOUNT, get(find_account::show).post(find_account::submit))
        .route(paths::RECOVER, get(recovery::show).post(recovery::submit))
        .route(paths::RECOVER_CODE, get(code_page::show::<RecoveryCode>).post(code_page::submit::<RecoveryCode>))
        .route(paths::RECOVER_LINK, get(recovery::show_link).post(recovery::follow))
        .route(paths::RECOVER_CANCEL, get(recovery::show_cancel).post(recovery::cancel))
        .route(paths::RECOVER_RESUME, get(recovery::show_resume).post(recovery::resume))
        .route(paths::RECOVER_PASSKEY, get(recovery::show_password).post(recovery::submit_passkey))
        .route(paths::RECOVER_PASSWORD, get(recovery::show_password).post(recovery::submit_password))
        .route(provider::CONSENT, get(consent::page::show).post(consent::page::submit))
        .route(paths::SITES, get(consent::sites::show))
        .route(paths::SITE_WITHDRAWAL, get(consent::withdrawal::show).post(consent::withdrawal::submit))
        .route(provider::LOGOUT, get(end_session::show).post(end_session::post))
        .route(provider::LOGOUT_CONFIRM, get(end_session::show_again).post(end_session::confirm))
        .route(provider::SIGNED_OUT, get(front_channel::show))
        // 接入平台. What each of them stands for, and who may do that: `portal::Act`.
        .route(paths::PORTAL, get(portal::list))
        .route(paths::PORTAL_CREATE, get(portal::show_create).post(portal::create))
        .route(paths::PORTAL_ORGANISATION, get(portal::organisation))
        .route(paths::PORTAL_NAME, get(portal::show_rename).post(portal::rename))
        .route(paths::PORTAL_LEAVE, get(portal::show_leave).post(portal::leave))
        .route(paths::PORTAL_HISTORY, get(portal::history))
        .route(paths::PORTAL_MEMBERS, get(portal::members).post(portal::invite))
        .route(paths::PORTAL_MEMBER, get(portal::show_member).post(portal::change_role))
        .route(paths::PORTAL_MEMBER_REMOVE, get(portal::show_removal).post(portal::remove))
        .route(paths::PORTAL_WITHDRAW, post(portal::withdraw))
        .route(paths::PORTAL_SANDBOX, get(sandbox::list))
        .route(paths::PORTAL_SANDBOX_NEW, get(sandbox::show_register).post(sandbox::register))
        .route(paths::PORTAL_SANDBOX_CANDIDATES, get(sandbox::show_candidates).post(sandbox::make_candidates))
        .route(paths::PORTAL_SANDBOX_SITE, get(sandbox::site))
        .route(paths::PORTAL_SANDBOX_SETTINGS, get(sandbox::show_settings).post(sandbox::change))
        .route(paths::PORTAL_SANDBOX_ERRORS, get(sandbox::errors))
        .route(paths::PORTAL_TRY, get(sandbox::follow_try))
        .route(paths::PORTAL_SANDBOX_TRY, get(sandbox::show_try).post(sandbox::begin_try))
        .route(paths::PORTAL_SANDBOX_ROTATION, get(sandbox::show_rotation).post(sandbox::rehearse))
        .route(paths::PORTAL_SANDBOX_SIGNALS, get(sandbox::show_signals).post(sandbox::set_signals))
        .route(paths::PORTAL_SANDBOX_SECRETS, get(sandbox::show_secrets).post(sandbox::change_secrets))
        .route(paths::PORTAL_SANDBOX_REMOVE, get(sandbox::show_remove).post(sandbox::remove))
        .route(paths::PORTAL_SANDBOX_APPLY, get(production::show_apply).post(production::apply))
        .route(paths::PORTAL_PRODUCTION, get(production::list))
        .route(paths::PORTAL_PRODUCTION_SITE, get(production::site))
        .route(paths::PORTAL_PRODUCTION_CHANGE, get(production::show_change).post(production::change))
        .route(paths::PORTAL_PRODUCTION_SECRETS, get(production::show_secrets).post(production::change_secrets))
        .route(paths::PORTAL_PRODUCTION_HEALTH, get(production::health))
        .route(paths::PORTAL_PRODUCTION_WITHDRAW, post(production::withdraw))
        .route(paths::PORTAL_INVITATION, get(portal::show_invitation).post(portal::accept))
        .layer(from_fn_with_state(app.accounts.clone(), agreements::ask_first))
        .layer(from_fn_with_state(app.web.clone(), return_to::let_forms_go_on))
        .layer(from_fn_with_state(app.pages.clone(), error_page::draw));
    let authorization = Router::new()
        .route(provider::CHECK_SESSION, get(session_state::show))
        .route(provider::AUTHORIZE, get(authorize::endpoint::get).post(authorize::endpoint::post))
        .route(provider::RESUME, get(authorize::endpoint::resume))
        .route(provider::CANCEL, get(authorize::endpoint::cancel));
    // What servers of sites ask for.
    let servers = Router::new()
        .route(provider::OPENAPI, get(openapi::show))
        .route(provider::REGISTER, post(registration::register))
        .route(provider::REGISTERED, get(registration::show).put(registration::replace).delete(registration::remove))
        .route(provider::CLIENT_SECRETS, get(secrets::list).post(secrets::make))
        .route(provider::CLIENT_SECRET, delete(secrets::end))
        .route(provider::CLIENT_SIGNALS, get(stream::show).put(stream::set))
        .route(provider::CLIENT_VERIFICATION, post(stream::verify))
        .route(provider::CLIENT_REHEARSAL, get(rehearsal::show).post(rehearsal::begin))
        .route(provider::CLIENT_FINDINGS, get(findings::list))
        .route(provider::CLIENT_EVIDENCE, get(evidence::show))
        .route(provider::CLIENT_REFUSALS, get(refused::list))
        .route(provider::PAR, post(par::push))
        .route(provider::INTROSPECT, post(introspect::introspect))
        // What a portal asks of its sandbox.
        .route(candidates::PATH, post(sandbox::make_stand_ins))
        // What operators of mail and SMS report.
        .route(reports::PATH, post(reports::take));
    // What a site that is a script in a browser asks for too.
    let scripts = Router::new()
        .route(provider::METADATA, get(discovery::show))
        .route(provider::OAUTH_METADATA, get(discovery::show))
        .route(provider::SIGNALS_METADATA, get(signals::metadata::show))
        .route(provider::JWKS, get(jwks::show))
        .route(provider::CLIENT_JWKS, get(jwks::show_to))
        .route(paths::STATUS_DOCUMENT, get(status::page::document))
        .route(provider::TOKEN, post(token::endpoint::token).options(cors::preflight))
        .route(provider::USERINFO, get(userinfo::show).post(userinfo::show).options(cors::preflight))
        .route(provider::REVOKE, post(revoke::revoke).options(cors::preflight))
        .layer(map_response(cors::open));
    Router::new()
        .merge(browser)
        .route(logos::PATH, get(logos::show))
        .merge(authorization)
        .merge(servers)
        .merge(scripts)
        .merge(assets::router())
        // Said aloud: the fallback that a router has by itself is left out of what is laid around it once another
        // router is merged, and the answer would come without page, headers and access log.
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(CookieManagerLayer::new())
        .with_state(app)
}

/// The addresses at which clients may show a certificate (RFC 8705 §5): those of programs alone.
pub fn direct(app: App) -> Router {
    Router::new()
        .route(provider::PAR, post(par::push))
        .route(provider::TOKEN, post(token::endpoint::token))
        .route(provider::USERINFO, get(userinfo::show).post(userinfo::show))
        .route(provider::REVOKE, post(revoke::revoke))
        .route(provider::INTROSPECT, post(introspect::introspect))
        .fallback(async || StatusCode::NOT_FOUND)
        .with_state(app)
}

/// The HTTP kit around the addresses, for requests to `host`.
pub fn kit(app: &App, settings: &ServerSettings, host: &str) -> Kit {
    let photo = Upload {
        path: paths::APPEAL_PHOTO,
        body_limit: appeals::BODY_LIMIT,
        request_timeout: appeals::UPLOAD_TIME.max(settings.request_timeout),
    };
    Kit::new(settings).hosts([host]).pages(Failures(app.pages.clone(), app.oidc.issuer())).uploads([photo])
}

/// Addresses that programs ask: they read JSON, whatever goes wrong.
const DIRECT: [&str; 8] = [
    provider::REGISTER,
    provider::PAR,
    provider::TOKEN,
    provider::USERINFO,
    provider::REVOKE,
    provider::INTROSPECT,
    reports::PATH,
    candidates::PATH,
];

fn is_direct(path: &str) -> bool {
    let own = path.strip_prefix(provider::REGISTER).is_some_and(|below| below.starts_with('/'));
    own || DIRECT.contains(&path)
}

/// Those among them that scripts of other origins ask, which could not read an error otherwise.
const SCRIPTS: [&str; 3] = [provider::TOKEN, provider::USERINFO, provider::REVOKE];

/// Answers where no handler could: an error of the standard to a program, a page to a person.
struct Failures(Pages, Arc<str>);

impl FailurePages for Failures {
    fn page(&self, failure: Failure, asked: &Asked) -> Response {
        let path = asked.uri.path();
        if !is_direct(path) {
            return FailurePages::page(&self.0, failure, asked);
        }
        let mut response = direct::respond::unanswered(failure, &self.1);
        if SCRIPTS.contains(&path) {
            cors::allow_any_origin(response.headers_mut());
        }
        response
    }
}
