//! A logout request (OIDC RP-Initiated Logout §2) and where it may lead.

use std::sync::Arc;

use form_urlencoded::Serializer;
use shared::i18n::Lang;

use super::super::Oidc;
use super::super::authorize::proof::Unproven;
use super::super::id_token::Hint;
use super::super::params::Params;
use super::super::refusals::{Endpoint, Refused};
use super::super::rules::Rule;
use crate::clients::Client;
use crate::web::authorization_problem::ProblemKind;

/// A request whose way back is proven.
#[derive(Debug)]
pub struct LogoutRequest {
    /// Whom the client means, by an ID token of ours, expired or not.
    pub hint: Option<Hint>,
    /// The client, if it said which.
    pub client: Option<Arc<Client>>,
    /// Where to go afterwards: registered, with `state`. `None`: our own page.
    pub back: Option<String>,
    /// The first of the languages asked for that we speak.
    pub language: Option<Lang>,
}

/// Reads a request.
///
/// # Errors
/// It is malformed, its parts name different clients, or the address is not registered: then nobody is sent there.
pub async fn read(oidc: &Oidc, query: &[u8]) -> Result<LogoutRequest, Box<Unproven>> {
    let params = Params::parse(query).map_err(|error| Unproven::new(ProblemKind::Request, error))?;
    let hint = params.get("id_token_hint").and_then(|text| Hint::read(oidc, text));
    let client = match client_id(&params, hint.as_ref())? {
        Some(id) => oidc.0.clients.find(&id).await.map_err(|error| Unproven::new(ProblemKind::Request, error))?,
        None => None,
    };
    let settled = settle(&params, hint, client);
    if let Err(unproven) = &settled
        && let Some(client) = &unproven.client
    {
        let refused = Refused::unproven(client, Rule::LogoutRedirectNotRegistered, Endpoint::Logout, &params);
        oidc.0.refusals.note(refused, oidc.0.clock.now());
    }
    settled
}

/// The client that a request means, by its hint or by name.
///
/// # Errors
/// They differ.
pub(crate) fn client_id(params: &Params, hint: Option<&Hint>) -> Result<Option<String>, Box<Unproven>> {
    let named = params.get("client_id");
    if let (Some(hint), Some(named)) = (hint, named)
        && hint.aud != named
    {
        return Err(Unproven::new(ProblemKind::Request, Rule::LogoutAudienceDiffers));
    }
    Ok(hint.map(|hint| hint.aud.as_str()).or(named).map(str::to_owned))
}

/// The request of that client, once its hint is read.
///
/// # Errors
/// The address is not registered.
pub(crate) fn settle(
    params: &Params,
    hint: Option<Hint>,
    client: Option<Arc<Client>>,
) -> Result<LogoutRequest, Box<Unproven>> {
    // Chosen on our own page since, it stands in the address already.
    let language = params.get("ui_locales").filter(|_| params.get("lang").is_none()).and_then(Lang::first_of);
    let Some(uri) = params.get("post_logout_redirect_uri") else {
        return Ok(LogoutRequest { hint, client, back: None, language });
    };
    if client.as_ref().is_none_or(|client| client.post_logout_redirect_uri(uri).is_none()) {
        return Err(Box::new(Unproven {
            client_id: client_id(params, hint.as_ref())?,
            client,
            received: Some(uri.to_owned()),
            ..*Unproven::new(ProblemKind::RedirectUri, Rule::LogoutRedirectNotRegistered)
        }));
    }
    Ok(LogoutRequest { hint, client, back: Some(with_state(uri, params.get("state"))), language })
}

fn with_state(uri: &str, state: Option<&str>) -> String {
    let Some(state) = state else { return uri.to_owned() };
    let mut location = uri.to_owned();
    location.push(if uri.contains('?') { '&' } else { '?' });
    let start = location.len();
    Serializer::for_suffix(location, start).append_pair("state", state).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_goes_back_with_the_person() {
        assert_eq!(with_state("https://a.example/out", None), "https://a.example/out");
        assert_eq!(with_state("https://a.example/out", Some("a b")), "https://a.example/out?state=a+b");
        assert_eq!(with_state("https://a.example/out?x=1", Some("s")), "https://a.example/out?x=1&state=s");
    }
}
