//! The page for a request that can be answered to nobody but the person who sent it.

use axum::response::Response;
use http::Uri;
use shared::clock::Timestamp;
use shared::i18n::Lang;
use shared::page::Page;

use super::super::Oidc;
use super::super::error::ProtocolError;
use super::super::failure::Failure;
use super::proof::Unproven;
use crate::web::authorization_problem::{self, AuthorizationProblem, ProblemSite};
use crate::web::{Fault, moment};

/// Draws the page; the cause is logged under the reference that it shows.
pub fn page(oidc: &Oidc, page: Page, uri: &Uri, unproven: Unproven) -> Response {
    let error = match unproven.failure {
        Failure::Protocol(error) => error,
        failure => return fault(page, uri, &failure),
    };
    if unproven.client.is_none() {
        oidc.0.refusals.count(error.rule());
    }
    tracing::info!(
        code = %error.code,
        rule = error.rule().name(),
        description = error.description,
        client = unproven.client.as_ref().map(|client| client.id.as_str()),
        reference = %page.request_id,
        "a request could not be answered to its client"
    );
    draw(page, unproven, (&error, oidc.0.clock.now()))
}

/// The page alone, for a request that broke a rule at that moment.
pub(crate) fn draw(page: Page, unproven: Unproven, (error, at): (&ProtocolError, Timestamp)) -> Response {
    let site = unproven.client.map(|client| ProblemSite {
        name: if page.lang == Lang::Zh { client.name.zh.clone() } else { client.name.en.clone() },
        home: client.home_uri.as_ref().map(ToString::to_string),
    });
    let problem = AuthorizationProblem {
        site,
        kind: unproven.kind,
        code: error.code.as_str(),
        description: error.description.to_owned(),
        rule: error.section(),
        page: error.uri(""),
        received: unproven.received,
        client_id: unproven.client_id,
        at: moment::exact(at),
    };
    authorization_problem::page(page, problem)
}

/// The page for what is our fault; the cause is logged.
pub fn fault(page: Page, uri: &Uri, failure: &Failure) -> Response {
    failure.log();
    let fault = match failure {
        Failure::Db(error) => Fault::from(error),
        Failure::Protocol(_) => Fault::BrokenForm,
        Failure::Spent(_) => Fault::Unavailable,
        Failure::Keys(error) if error.is_unavailable() => Fault::Unavailable,
        Failure::Keys(_) => Fault::Broken,
    };
    fault.page(page, uri)
}
