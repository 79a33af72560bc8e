//! The provider's metadata (OIDC Discovery §3, RFC 8414), written once at start.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthUrl, IssuerUrl, JsonWebKeySetUrl, LanguageTag, ProviderMetadata, RegistrationUrl,
    ResponseTypes, Scope, TokenUrl, UserInfoUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::authorize::response_mode::ResponseMode;
use super::claims::PERSONAL;
use super::document::Document;
use super::mtls::{Aliases, Mtls};
use super::register::Policy;
use super::{IssuerError, Oidc, scope};
use crate::accounts::assurance::Acr;
use crate::keys::Alg;

/// Metadata changes with a release.
pub(crate) const CACHE: &str = "public, max-age=3600";

/// Paths of the endpoints below the issuer.
pub mod paths {
    /// OIDC Discovery §4
    pub const METADATA: &str = "/.well-known/openid-configuration";
    /// RFC 8414 §3
    pub const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";
    /// Shared Signals Framework 1.0 §7.2
    pub const SIGNALS_METADATA: &str = "/.well-known/ssf-configuration";
    /// RFC 7517
    pub const JWKS: &str = "/jwks";
    /// RFC 6749 §3.1
    pub const AUTHORIZE: &str = crate::web::paths::AUTHORIZE;
    /// An authorization request taken up again.
    pub const RESUME: &str = "/authorize/resume";
    /// An authorization request given up.
    pub const CANCEL: &str = "/authorize/cancel";
    /// The consent page.
    pub const CONSENT: &str = "/consent";
    /// RFC 7591 §3
    pub const REGISTER: &str = "/clients";
    /// One client's registration (RFC 7592 §2).
    pub const REGISTERED: &str = "/clients/{client_id}";
    /// The description of all that for programs (OpenAPI 3.1).
    pub const OPENAPI: &str = "/openapi.json";
    /// The secrets of a client, for whoever manages its registration.
    pub const CLIENT_SECRETS: &str = "/clients/{client_id}/secrets";
    /// One of them.
    pub const CLIENT_SECRET: &str = "/clients/{client_id}/secrets/{secret}";
    /// What there is to point out about a client, for whoever manages its registration.
    pub const CLIENT_FINDINGS: &str = "/clients/{client_id}/findings";
    /// The stream of security events of a client, for whoever manages its registration.
    pub const CLIENT_SIGNALS: &str = "/clients/{client_id}/signals";
    /// Asking for a verification event.
    pub const CLIENT_VERIFICATION: &str = "/clients/{client_id}/signals/verification";
    /// A change of the signing key, rehearsed for a client in a sandbox.
    pub const CLIENT_REHEARSAL: &str = "/clients/{client_id}/rehearsal";
    /// What was seen of a client in a sandbox, for whoever manages its registration.
    pub const CLIENT_EVIDENCE: &str = "/clients/{client_id}/evidence";
    /// What was refused to a client, for whoever manages its registration.
    pub const CLIENT_REFUSALS: &str = "/clients/{client_id}/refusals";
    /// The key set, for one client.
    pub const CLIENT_JWKS: &str = "/clients/{client_id}/jwks.json";
    /// RFC 9126 §2
    pub const PAR: &str = "/par";
    /// RFC 6749 §3.2
    pub const TOKEN: &str = "/token";
    /// OIDC Core §5.3
    pub const USERINFO: &str = "/userinfo";
    /// RFC 7009
    pub const REVOKE: &str = "/revoke";
    /// RFC 7662
    pub const INTROSPECT: &str = "/introspect";
    /// OIDC Session Management §3.2
    pub const CHECK_SESSION: &str = "/check-session";
    /// OIDC RP-Initiated Logout §2
    pub const LOGOUT: &str = "/logout";
    /// The answer to the question whether to sign out.
    pub const LOGOUT_CONFIRM: &str = "/logout/confirm";
    /// The page after signing out (OIDC Front-Channel Logout §3).
    pub const SIGNED_OUT: &str = crate::web::paths::SIGNED_OUT;
}

/// `GET /.well-known/openid-configuration`, and the same for clients that know OAuth alone.
pub async fn show(State(oidc): State<Oidc>, asked: HeaderMap) -> Response {
    oidc.0.metadata.respond(&asked, CACHE)
}

/// What OIDC Discovery does not name: registered by RFC 7009, 7662, 7636, 8705, 9126, 9207 and 9449, JARM, OIDC
/// Session Management, the three logouts of OIDC and OIDC Prompt Create.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Additional {
    revocation_endpoint: String,
    revocation_endpoint_auth_methods_supported: Vec<CoreClientAuthMethod>,
    revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    introspection_endpoint: String,
    introspection_endpoint_auth_methods_supported: Vec<CoreClientAuthMethod>,
    introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    end_session_endpoint: String,
    check_session_iframe: String,
    pushed_authorization_request_endpoint: String,
    require_pushed_authorization_requests: bool,
    code_challenge_methods_supported: Vec<String>,
    authorization_response_iss_parameter_supported: bool,
    authorization_signing_alg_values_supported: Vec<String>,
    dpop_signing_alg_values_supported: Vec<String>,
    tls_client_certificate_bound_access_tokens: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtls_endpoint_aliases: Option<Aliases>,
    prompt_values_supported: Vec<String>,
    frontchannel_logout_supported: bool,
    frontchannel_logout_session_supported: bool,
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
}

impl AdditionalProviderMetadata for Additional {}

type Metadata = ProviderMetadata<
    Additional,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Claims about a token or a sign-in.
const TECHNICAL: [&str; 11] = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"];

/// The metadata of that issuer.
///
/// # Errors
/// The issuer is no URL.
pub fn document(issuer: &str, registration: Policy, mtls: Option<&Mtls>) -> Result<Document, IssuerError> {
    let metadata = metadata(issuer, mtls)?;
    let metadata = match registration {
        Policy::Closed => metadata,
        Policy::Invited | Policy::Open => {
            let url = RegistrationUrl::new(format!("{issuer}{}", paths::REGISTER))?;
            metadata.set_registration_endpoint(Some(url))
        }
    };
    Ok(Document::new(serde_json::to_vec(&metadata).unwrap_or_default()))
}

/// The members of the metadata of that issuer, where operators alone register clients and no certificates are taken.
///
/// # Errors
/// The issuer is no URL.
pub fn members(issuer: &str) -> Result<Map<String, Value>, IssuerError> {
    let written = serde_json::to_value(metadata(issuer, None)?);
    Ok(written.ok().and_then(|written| written.as_object().cloned()).unwrap_or_default())
}

fn metadata(issuer: &str, mtls: Option<&Mtls>) -> Result<Metadata, IssuerError> {
    let at = |path: &str| format!("{issuer}{path}");
    let texts = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
    let algorithms = || Alg::ALL.map(|alg| alg.as_str().to_owned()).to_vec();
    let mut confidential = vec![
        CoreClientAuthMethod::ClientSecretBasic,
        CoreClientAuthMethod::ClientSecretPost,
        CoreClientAuthMethod::PrivateKeyJwt,
    ];
    confidential
        .extend(mtls.into_iter().flat_map(Mtls::methods).map(|m| CoreClientAuthMethod::Extension((*m).to_owned())));
    let every = [confidential.as_slice(), &[CoreClientAuthMethod::None]].concat();
    let additional = Additional {
        revocation_endpoint: at(paths::REVOKE),
        revocation_endpoint_auth_methods_supported: every.clone(),
        revocation_endpoint_auth_signing_alg_values_supported: algorithms(),
        introspection_endpoint: at(paths::INTROSPECT),
        introspection_endpoint_auth_methods_supported: confidential,
        introspection_endpoint_auth_signing_alg_values_supported: algorithms(),
        end_session_endpoint: at(paths::LOGOUT),
        check_session_iframe: at(paths::CHECK_SESSION),
        pushed_authorization_request_endpoint: at(paths::PAR),
        // Of all clients; of some it is (RFC 9126 §5, §6).
        require_pushed_authorization_requests: false,
        code_challenge_methods_supported: texts(&["S256"]),
        authorization_response_iss_parameter_supported: true,
        authorization_signing_alg_values_supported: algorithms(),
        dpop_signing_alg_values_supported: algorithms(),
        tls_client_certificate_bound_access_tokens: mtls.is_some(),
        mtls_endpoint_aliases: mtls.map(|mtls| Aliases::at(&mtls.origin)),
        prompt_values_supported: texts(&["none", "login", "consent", "select_account", "create"]),
        frontchannel_logout_supported: true,
        frontchannel_logout_session_supported: true,
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
    };
    let metadata = Metadata::new(
        IssuerUrl::new(issuer.to_owned())?,
        AuthUrl::new(at(paths::AUTHORIZE))?,
        JsonWebKeySetUrl::new(at(paths::JWKS))?,
        vec![ResponseTypes::new(vec![CoreResponseType::Code])],
        vec![CoreSubjectIdentifierType::Public, CoreSubjectIdentifierType::Pairwise],
        Alg::ALL.iter().map(|alg| algorithm(*alg)).collect(),
        additional,
    );
    Ok(metadata
        .set_token_endpoint(Some(TokenUrl::new(at(paths::TOKEN))?))
        .set_userinfo_endpoint(Some(UserInfoUrl::new(at(paths::USERINFO))?))
        .set_scopes_supported(Some(scope::SUPPORTED.iter().map(|s| Scope::new((*s).to_owned())).collect()))
        .set_response_modes_supported(Some(ResponseMode::NAMES.iter().map(|name| response_mode(name)).collect()))
        .set_grant_types_supported(Some(vec![
            CoreGrantType::AuthorizationCode,
            CoreGrantType::RefreshToken,
            CoreGrantType::ClientCredentials,
        ]))
        .set_acr_values_supported(Some(
            Acr::ALL.map(|class| openidconnect::AuthenticationContextClass::new(class.uri().to_owned())).to_vec(),
        ))
        .set_token_endpoint_auth_methods_supported(Some(every))
        .set_token_endpoint_auth_signing_alg_values_supported(Some(
            Alg::ALL.iter().map(|alg| algorithm(*alg)).collect(),
        ))
        .set_claim_types_supported(Some(vec![CoreClaimType::Normal]))
        .set_claims_supported(Some(claims().map(|claim| CoreClaimName::new(claim.to_owned())).collect()))
        // Every page fits every window. A script that opened one loses hold of it (Cross-Origin-Opener-Policy), so that
        // `popup` would promise too much; see docs/integrate/README.md.
        .set_display_values_supported(Some(vec![CoreAuthDisplay::Page, CoreAuthDisplay::Touch]))
        .set_ui_locales_supported(Some(
            shared::i18n::Lang::ALL.iter().map(|lang| LanguageTag::new(lang.tag().to_owned())).collect(),
        ))
        .set_userinfo_signing_alg_values_supported(Some(Alg::ALL.iter().map(|alg| algorithm(*alg)).collect()))
        .set_claims_parameter_supported(Some(true))
        .set_request_parameter_supported(Some(true))
        .set_request_object_signing_alg_values_supported(Some(Alg::ALL.iter().map(|alg| algorithm(*alg)).collect()))
        .set_request_uri_parameter_supported(Some(true))
        .set_require_request_uri_registration(Some(true)))
}

/// Claims that a client can receive.
fn claims() -> impl Iterator<Item = &'static str> {
    TECHNICAL.into_iter().chain(PERSONAL.iter().map(|personal| personal.name))
}

fn response_mode(name: &str) -> CoreResponseMode {
    match name {
        "query" => CoreResponseMode::Query,
        "fragment" => CoreResponseMode::Fragment,
        "form_post" => CoreResponseMode::FormPost,
        other => CoreResponseMode::Extension(other.to_owned()),
    }
}

const fn algorithm(alg: Alg) -> CoreJwsSigningAlgorithm {
    match alg {
        Alg::ES256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        Alg::EdDsa => CoreJwsSigningAlgorithm::EdDsa,
        Alg::PS256 => CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        Alg::RS256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_is_repeated_byte_for_byte_and_endpoints_lie_below_it() {
        let metadata = metadata("https://passport.example:8443", None).expect("metadata");
        let json = serde_json::to_value(&metadata).expect("JSON");
        assert_eq!(json["issuer"], "https://passport.example:8443");
        assert_eq!(json["token_endpoint"], "https://passport.example:8443/token");
        assert_eq!(json["end_session_endpoint"], "https://passport.example:8443/logout");
    }

    #[test]
    fn what_is_not_built_is_not_advertised() {
        let json = serde_json::to_value(metadata("https://p.example", None).expect("metadata")).expect("JSON");
        assert_eq!(json["response_types_supported"], serde_json::json!(["code"]));
        assert_eq!(json["response_modes_supported"], serde_json::json!(ResponseMode::NAMES));
        assert_eq!(json["code_challenge_methods_supported"], serde_json::json!(["S256"]));
        assert_eq!(
            json["id_token_signing_alg_values_supported"],
            serde_json::json!(["ES256", "EdDSA", "PS256", "RS256"])
        );
        assert_eq!(json["request_uri_parameter_supported"], true);
        assert_eq!(json["require_request_uri_registration"], true);
        assert!(json.get("registration_endpoint").is_none());
        assert_eq!(json["tls_client_certificate_bound_access_tokens"], false);
        assert!(json.get("mtls_endpoint_aliases").is_none());
    }
}
