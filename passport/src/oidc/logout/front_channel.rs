//! The page after signing out, in which sites sign the person out too (OIDC Front-Channel Logout 1.0).
//!
//! Each site's own page stands in a hidden frame. Once all have answered, or after a while, a script goes on to where the
//! site that asked wants the person; without script a button does.

use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use shared::db::DbError;
use shared::http::content_policy_with_frames_of;
use shared::i18n::Lang;
use shared::page::{Link, Page};
use url::Url;

use super::super::Oidc;
use super::super::authorize::respond::see_other;
use super::super::failure::Failure;
use super::super::visit::Visit;
use crate::clients::Client;
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::signed_out::SignedOut;
use crate::web::{paths, return_to};

/// For how many seconds the page waits for sites. One that hangs must not keep a person.
const PATIENCE: u32 = 5;

/// A site whose page signs the person out.
struct Leaving {
    name: String,
    address: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "oidc/signed_out.html")]
struct SignedOutPage {
    page: Page,
    sites: Vec<Leaving>,
    back: Option<String>,
    replaced: bool,
    patience: u32,
}

/// `GET /signed-out`
pub async fn show(State(oidc): State<Oidc>, visit: Visit) -> Response {
    let over = SignedOut::of_query(&*oidc.0.web.sealer, visit.uri.query().unwrap_or_default());
    let Some(over) = over else { return alone(visit.page) };
    match to_leave(&oidc, &over).await {
        Ok(clients) if !clients.is_empty() => draw(&oidc, visit.page, &clients, over),
        // Their registrations have changed meanwhile.
        Ok(_) => over.back.as_deref().map_or_else(|| alone(visit.page), see_other),
        Err(error) => visit.fault(&Failure::Db(error)),
    }
}

/// Those of the session's clients that sign out by a page.
async fn to_leave(oidc: &Oidc, over: &SignedOut) -> Result<Vec<(Arc<Client>, Url)>, DbError> {
    let mut found = Vec::with_capacity(over.clients.len());
    for id in &over.clients {
        let client = oidc.0.clients.find(id).await?;
        found.extend(client.and_then(|client| {
            let uri = client.frontchannel_logout_uri.clone()?;
            Some((client, uri))
        }));
    }
    Ok(found)
}

fn draw(oidc: &Oidc, page: Page, clients: &[(Arc<Client>, Url)], over: SignedOut) -> Response {
    let mut sources: Vec<String> = clients.iter().filter_map(|(_, uri)| return_to::form_target(uri.as_str())).collect();
    sources.sort();
    sources.dedup();
    let name = |client: &Client| if page.lang == Lang::Zh { client.name.zh.clone() } else { client.name.en.clone() };
    let sites = clients.iter().map(|(client, uri)| Leaving {
        name: name(client),
        address: address(uri, &oidc.0.issuer, &over.session).into(),
    });
    let sites = sites.collect();
    let response = SignedOutPage { sites, back: over.back, replaced: over.replaced, patience: PATIENCE, page };
    let mut response = response.into_response();
    if let Some(policy) = content_policy_with_frames_of(&sources) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The site's page, told which session of which issuer it is (§2). Both are always there: they let a site tell our page
/// from anybody's, and they let it find the session where its cookie stays away from frames.
fn address(uri: &Url, issuer: &str, session: &str) -> Url {
    let mut address = uri.clone();
    address.query_pairs_mut().append_pair("iss", issuer).append_pair("sid", session);
    address
}

/// The page with nobody to tell and nowhere to go.
fn alone(page: Page) -> Response {
    let told = Explanation {
        tone: Tone::Done,
        title: page.t("oidc-signed-out-title"),
        lead: page.t("oidc-signed-out-lead"),
        steps: Vec::new(),
        way: Link::new(paths::HOME, page.t("oidc-signed-out-home")),
        other: None,
    };
    explain(page, StatusCode::OK, told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_of_the_sites_own_stays() {
        let uri = Url::parse("https://a.example/out?x=1%202").expect("a URL");
        let with = address(&uri, "https://p.example:8443", "s 1");
        assert_eq!(with.as_str(), "https://a.example/out?x=1%202&iss=https%3A%2F%2Fp.example%3A8443&sid=s+1");
    }
}
