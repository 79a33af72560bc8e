//! What an authorization request must be: one list of small checks in a fixed order.
//!
//! Client and redirect URI come first and are proven apart, since until then an error is shown to the person
//! instead of being sent ([`TrustedRedirect`]). Everything after that is answered to the client.

use std::sync::Arc;

use shared::i18n::Lang;

use super::super::audience::Audience;
use super::super::error::ProtocolError;
use super::super::grant_engine::authorization;
use super::super::named_claims::{AcrWish, ClaimsRequest};
use super::super::rules::Rule;
use super::acr::AcrDemand;
use super::request::{AuthorizationRequest, Prompt, RawRequest, parse_max_age};
use super::respond::TrustedRedirect;
use super::response_mode::ResponseMode;
use crate::accounts::assurance::Acr;
use crate::clients::{Client, GrantType};
use crate::keys::received::Thumbprint;

type Check = fn(&RawRequest, &Client) -> Result<(), ProtocolError>;

/// The checks in their order: what changes the meaning of the whole request first.
const CHECKS: &[Check] = &[
    it_is_pushed_where_it_must_be,
    it_is_signed_where_it_must_be,
    it_comes_in_one_way,
    its_reference_was_followed,
    its_object_was_opened,
    it_comes_without_a_registration,
    the_client_may_use_codes,
    the_response_type_is_code,
    the_response_mode_is_known,
    values_are_not_too_long,
    a_challenge_is_there_where_it_must_be,
    a_challenge_method_comes_with_a_challenge,
    the_challenge_method_is_s256,
    the_challenge_is_well_formed,
    the_key_of_the_code_is_well_formed,
];

/// Runs the checks and gives the request its types.
///
/// # Errors
/// The first rule that is broken, to be sent to the client.
pub fn accept(
    raw: &RawRequest,
    client: Arc<Client>,
    redirect: TrustedRedirect,
) -> Result<AuthorizationRequest, ProtocolError> {
    for check in CHECKS {
        check(raw, &client)?;
    }
    let prompt = raw.prompt.as_deref().map(Prompt::parse).transpose()?.unwrap_or_default();
    let max_age = raw.max_age.as_deref().map(parse_max_age).transpose()?.or(client.default_max_age);
    let claims = raw.claims.as_deref().map(|text| ClaimsRequest::read(text, &client)).transpose()?.unwrap_or_default();
    let acr = AcrDemand::of(claims.acr.as_ref(), raw.acr_values.as_deref(), &client);
    an_essential_context_is_known(claims.acr.as_ref())?;
    let negotiated = authorization::negotiate(raw, &client)?;
    Ok(AuthorizationRequest {
        scope: negotiated.scope,
        audience: Audience::requested(raw.resources.iter().map(String::as_str), &client)?,
        named: claims.named,
        subjects: claims.subjects,
        code_challenge: negotiated.code_challenge,
        dpop_jkt: raw.dpop_jkt.as_deref().and_then(Thumbprint::parse),
        prompt,
        max_age,
        acr,
        nonce: raw.nonce.clone(),
        login_hint: raw.login_hint.clone(),
        language: raw.ui_locales.as_deref().and_then(Lang::first_of),
        id_token_hint: raw.id_token_hint.clone(),
        redirect,
        client,
    })
}

/// OIDC Core §5.5.1.1. Without `essential` it is a wish, and a session tells its context in any case. Whether this person
/// can reach a context that we know is seen when they are there.
fn an_essential_context_is_known(wish: Option<&AcrWish>) -> Result<(), ProtocolError> {
    let unmet = wish.is_some_and(|wish| {
        wish.essential && !wish.values.is_empty() && !wish.values.iter().any(|acr| Acr::parse(acr).is_some())
    });
    refuse_if(unmet, Rule::ContextUnknown)
}

fn refuse_if(broken: bool, rule: Rule) -> Result<(), ProtocolError> {
    if broken { Err(rule.error()) } else { Ok(()) }
}

fn it_is_signed_where_it_must_be(raw: &RawRequest, client: &Client) -> Result<(), ProtocolError> {
    let missing = client.requests.signed && !raw.given.signed;
    refuse_if(missing, Rule::SignatureRequired)
}

fn it_comes_in_one_way(raw: &RawRequest, _: &Client) -> Result<(), ProtocolError> {
    let both = raw.request.is_some() && raw.request_uri.is_some();
    refuse_if(both, Rule::RequestAndRequestUri)
}

/// What it leads to takes the place of all parameters, so one that is still there led nowhere.
fn its_reference_was_followed(raw: &RawRequest, _: &Client) -> Result<(), ProtocolError> {
    let left = raw.request_uri.is_some();
    refuse_if(left, Rule::RequestUriNotFollowed)
}

/// Likewise: parameters beside an object that nobody verified are not what the client asked for.
fn its_object_was_opened(raw: &RawRequest, _: &Client) -> Result<(), ProtocolError> {
    let closed = raw.request.is_some() && !raw.given.signed;
    refuse_if(closed, Rule::RequestNotOpened)
}

fn it_comes_without_a_registration(raw: &RawRequest, _: &Client) -> Result<(), ProtocolError> {
    let used = raw.registration.is_some();
    refuse_if(used, Rule::RegistrationParameter)
}

fn it_is_pushed_where_it_must_be(raw: &RawRequest, client: &Client) -> Result<(), ProtocolError> {
    let missing = client.requires_pushed_requests() && !raw.given.pushed;
    refuse_if(missing, Rule::PushRequired)
}

fn the_client_may_use_codes(_: &RawRequest, client: &Client) -> Result<(), ProtocolError> {
    let may = client.allows(GrantType::AuthorizationCode);
    refuse_if(!may, Rule::CodesNotAllowed)
}

fn the_response_type_is_code(raw: &RawRequest, _: &Client) -> Result<(), ProtocolError> {
    let missing = raw.response_type.is_none();
    refuse_if(missing, Rule::ResponseTypeMissing)?;
    let other = raw.response_type.as_deref() != Some("code");
    refuse_if(other, Rule::ResponseTypeNotCode)
}

fn the_response_mode_is_known(raw: &RawRequest, _: &Client) -> Result<(), ProtocolError> {
    let other = raw.response_mode.as_deref().is_some_and(|mode| ResponseMode::parse(mode).is_none());
    refuse_if(other, Rule::ResponseModeUnknown)
}

/// They are stored with the code, so a stranger must not choose how much is stored.
fn values_are_not_too_long(raw: &RawRequest, _: &Client) -> Result<(), ProtocolError> {
    let long = |value: &Option<String>, limit| value.as_ref().is_some_and(|v| v.len() > limit);
    let broken = long(&raw.nonce, 512) || long(&raw.login_hint, 254);
    refuse_if(broken, Rule::ValueTooLong)
}

fn a_challenge_is_there_where_it_must_be(raw: &RawRequest, client: &Client) -> Result<(), ProtocolError> {
    let missing = client.requires_pkce() && raw.code_challenge.is_none();
    refuse_if(missing, Rule::ChallengeMissing)
}

fn a_challenge_method_comes_with_a_challenge(raw: &RawRequest, _: &Client) -> Result<(), ProtocolError> {
    let alone = raw.code_challenge_method.is_some() && raw.code_challenge.is_none();
    refuse_if(alone, Rule::ChallengeMethodAlone)
}

/// A challenge without a method would be a plain one.
fn the_challenge_method_is_s256(raw: &RawRequest, _: &Client) -> Result<(), ProtocolError> {
    let other = raw.code_challenge.is_some() && raw.code_challenge_method.as_deref() != Some("S256");
    refuse_if(other, Rule::ChallengeMethodNotS256)
}

fn the_key_of_the_code_is_well_formed(raw: &RawRequest, _: &Client) -> Result<(), ProtocolError> {
    let broken = raw.dpop_jkt.as_deref().is_some_and(|jkt| Thumbprint::parse(jkt).is_none());
    refuse_if(broken, Rule::CodeKeyMalformed)
}

fn the_challenge_is_well_formed(raw: &RawRequest, _: &Client) -> Result<(), ProtocolError> {
    // SHA-256 in base64url without padding is exactly this long.
    let well_formed = |c: &String| c.len() == 43 && c.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let broken = !raw.code_challenge.as_ref().is_none_or(well_formed);
    refuse_if(broken, Rule::ChallengeMalformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::authorize::request::Given;
    use crate::oidc::error::Code;
    use crate::oidc::testing::client;

    const FAPI: &str = "profile = 'fapi2'\ntoken_endpoint_auth_method = 'private_key_jwt'\njwks = { keys = [] }";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn raw(change: impl FnOnce(&mut RawRequest)) -> RawRequest {
        let mut raw = RawRequest {
            client_id: Some("a".to_owned()),
            redirect_uri: Some("https://a.example/cb".to_owned()),
            response_type: Some("code".to_owned()),
            scope: Some("openid email".to_owned()),
            ..RawRequest::default()
        };
        change(&mut raw);
        raw
    }

    fn check(raw: &RawRequest, client: &Client) -> Result<AuthorizationRequest, Code> {
        let issuer = "https://p.test".into();
        let redirect = TrustedRedirect::prove(client, raw, &issuer).expect("registered");
        accept(raw, Arc::new(client.clone()), redirect).map_err(|e| e.code)
    }

    fn refused(client: &Client, change: impl FnOnce(&mut RawRequest)) -> Code {
        check(&raw(change), client).expect_err("refused")
    }

    #[test]
    fn an_object_that_nobody_opened_is_not_passed_over() {
        let plain = client("");
        let sent = |signed| {
            let given = Given { signed, ..Given::default() };
            check(&raw(|r| (r.request, r.given) = (Some("a.b.c".to_owned()), given)), &plain).map(drop)
        };
        assert_eq!(sent(false), Err(Code::InvalidRequestObject));
        assert_eq!(sent(true), Ok(()));
    }

    #[test]
    fn a_plain_request_passes_and_keeps_what_was_asked() {
        let client = client("scopes = ['openid', 'email']");
        let request = check(&raw(|r| r.nonce = Some("n".to_owned())), &client).expect("accepted");
        assert_eq!(request.scope.as_str(), "openid email");
        assert_eq!(request.nonce.as_deref(), Some("n"));
        assert_eq!(request.code_challenge, None);
    }

    #[test]
    fn what_is_not_supported_says_so_in_its_own_code() {
        let client = client("");
        let value = || Some("x".to_owned());
        assert_eq!(refused(&client, |r| r.request_uri = value()), Code::InvalidRequestUri);
        assert_eq!(refused(&client, |r| r.registration = value()), Code::RegistrationNotSupported);
    }

    #[test]
    fn only_codes_are_given() {
        let client = client("");
        assert_eq!(refused(&client, |r| r.response_type = None), Code::InvalidRequest);
        for other in ["token", "id_token", "code id_token", "none", "CODE"] {
            assert_eq!(refused(&client, |r| r.response_type = Some(other.into())), Code::UnsupportedResponseType);
        }
        assert_eq!(refused(&client, |r| r.response_mode = Some("web_message".into())), Code::InvalidRequest);
    }

    #[test]
    fn pkce_is_required_by_profile_and_never_plain() {
        for line in ["token_endpoint_auth_method = 'none'", FAPI, "first_party = true"] {
            assert_eq!(refused(&client(line), |_| ()), Code::InvalidRequest, "{line}");
        }
        let client = client("");
        let pkce = |challenge: &str, method: Option<&str>| {
            raw(|r| {
                r.code_challenge = Some(challenge.to_owned());
                r.code_challenge_method = method.map(str::to_owned);
            })
        };
        assert!(check(&pkce(CHALLENGE, Some("S256")), &client).is_ok());
        for (challenge, method) in [
            (CHALLENGE, Some("plain")),
            (CHALLENGE, None),
            ("short", Some("S256")),
            (&CHALLENGE.replace('-', "="), Some("S256")),
        ] {
            assert_eq!(check(&pkce(challenge, method), &client).expect_err("refused"), Code::InvalidRequest);
        }
        assert_eq!(refused(&client, |r| r.code_challenge_method = Some("S256".into())), Code::InvalidRequest);
    }

    #[test]
    fn a_scope_that_leaves_nothing_is_refused() {
        let client = client("scopes = ['openid']");
        assert_eq!(refused(&client, |r| r.scope = Some("made_up".into())), Code::InvalidScope);
        assert_eq!(refused(&client, |r| r.scope = None), Code::InvalidScope);
        assert_eq!(refused(&client, |r| r.scope = Some("a\\b".into())), Code::InvalidScope);
    }

    #[test]
    fn a_client_without_the_code_grant_is_refused() {
        let line = "grant_types = ['client_credentials']";
        assert_eq!(refused(&client(line), |_| ()), Code::UnauthorizedClient);
    }

    #[test]
    fn what_would_be_stored_has_a_limit() {
        assert_eq!(refused(&client(""), |r| r.nonce = Some("n".repeat(513))), Code::InvalidRequest);
    }
}
