//! The authorization request (OIDC Core §3.1.2.1), before and after the checks.

use std::sync::Arc;
use std::time::Duration;

use shared::i18n::Lang;

use super::super::audience::Audience;
use super::super::error::ProtocolError;
use super::super::named_claims::NamedClaims;
use super::super::params::Params;
use super::super::rules::Rule;
use super::super::scope::Scope;
use super::acr::AcrDemand;
use super::respond::TrustedRedirect;
use crate::clients::Client;
use crate::keys::received::Thumbprint;

/// How the parameters of a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Given {
    /// The client handed them in itself (RFC 9126).
    pub pushed: bool,
    /// The client signed them (RFC 9101).
    pub signed: bool,
}

/// The parameters of a request as they came, each at most once. Nothing is believed of them yet.
#[derive(Debug, Clone, Default)]
pub struct RawRequest {
    /// How they came.
    pub given: Given,
    /// RFC 6749 §4.1.1
    pub client_id: Option<String>,
    /// RFC 6749 §4.1.1
    pub redirect_uri: Option<String>,
    /// RFC 6749 §4.1.1
    pub response_type: Option<String>,
    /// OAuth 2.0 Multiple Response Types §2.1
    pub response_mode: Option<String>,
    /// RFC 6749 §3.3
    pub scope: Option<String>,
    /// RFC 6749 §4.1.1
    pub state: Option<String>,
    /// OIDC Core §3.1.2.1
    pub nonce: Option<String>,
    /// RFC 7636 §4.3
    pub code_challenge: Option<String>,
    /// RFC 7636 §4.3
    pub code_challenge_method: Option<String>,
    /// RFC 9449 §10
    pub dpop_jkt: Option<String>,
    /// OIDC Core §3.1.2.1
    pub prompt: Option<String>,
    /// OIDC Core §3.1.2.1
    pub max_age: Option<String>,
    /// OIDC Core §3.1.2.1
    pub login_hint: Option<String>,
    /// OIDC Core §3.1.2.1
    pub ui_locales: Option<String>,
    /// OIDC Core §3.1.2.1
    pub id_token_hint: Option<String>,
    /// OIDC Core §3.1.2.1
    pub acr_values: Option<String>,
    /// OIDC Core §5.5
    pub claims: Option<String>,
    /// RFC 8707 §2.1
    pub resources: Vec<String>,
    /// OIDC Core §6.1
    pub request: Option<String>,
    /// OIDC Core §6.2
    pub request_uri: Option<String>,
    /// OIDC Core §7.2.1
    pub registration: Option<String>,
}

impl RawRequest {
    /// Takes the parameters that mean something here; others are ignored (RFC 6749 §3.1).
    pub fn read(params: &Params, given: Given) -> Self {
        let take = |name| params.get(name).map(str::to_owned);
        Self {
            given,
            client_id: take("client_id"),
            redirect_uri: take("redirect_uri"),
            response_type: take("response_type"),
            response_mode: take("response_mode"),
            scope: take("scope"),
            state: take("state"),
            nonce: take("nonce"),
            code_challenge: take("code_challenge"),
            code_challenge_method: take("code_challenge_method"),
            dpop_jkt: take("dpop_jkt"),
            prompt: take("prompt"),
            max_age: take("max_age"),
            login_hint: take("login_hint"),
            ui_locales: take("ui_locales"),
            id_token_hint: take("id_token_hint"),
            acr_values: take("acr_values"),
            claims: take("claims"),
            resources: params.all("resource").map(str::to_owned).collect(),
            request: take("request"),
            request_uri: take("request_uri"),
            registration: take("registration"),
        }
    }
}

/// A request that passed every check. Made by [`super::checks::accept`] alone.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client: Arc<Client>,
    /// Where the answer goes.
    pub redirect: TrustedRedirect,
    /// What the client may be given of what it asked for.
    pub scope: Scope,
    /// What it may be given of the claims that it asked for by name.
    pub named: NamedClaims,
    /// What the access tokens are for.
    pub audience: Audience,
    /// Whom the client means, if it says so by subject: any of these.
    pub subjects: Option<Vec<String>>,
    /// To be repeated in the ID token.
    pub nonce: Option<String>,
    /// An S256 challenge.
    pub code_challenge: Option<String>,
    /// The key that whoever redeems the code must prove to have.
    pub dpop_jkt: Option<Thumbprint>,
    /// How much the person is to be asked.
    pub prompt: Prompt,
    /// How old the sign-in may be.
    pub max_age: Option<Duration>,
    /// How well the person is to have shown who they are.
    pub acr: Option<AcrDemand>,
    /// Who the client believes is signing in.
    pub login_hint: Option<String>,
    /// The first of the languages asked for that we speak.
    pub language: Option<Lang>,
    /// An ID token of the person whom the client means; not yet verified.
    pub id_token_hint: Option<String>,
}

impl AuthorizationRequest {
    /// All that the person is asked for: scopes, and claims that none of them covers.
    pub fn asked(&self) -> Scope {
        self.scope.union(&self.named.to_be_asked(&self.scope))
    }
}

/// `prompt` (OIDC Core §3.1.2.1; `create`: OIDC Prompt Create 1.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prompt {
    /// No page may be shown.
    pub none: bool,
    /// The person signs in again.
    pub login: bool,
    /// The person agrees again.
    pub consent: bool,
    /// The person chooses with which account.
    pub select_account: bool,
    /// The person is shown the registration form first.
    pub create: bool,
}

impl Prompt {
    /// Reads the parameter.
    ///
    /// # Errors
    /// `invalid_request` for a value that does not exist, or `none` beside another.
    pub fn parse(text: &str) -> Result<Self, ProtocolError> {
        let mut prompt = Self::default();
        for value in text.split(' ').filter(|value| !value.is_empty()) {
            match value {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                "create" => prompt.create = true,
                _ => return Err(Rule::PromptUnknown.into()),
            }
        }
        if prompt.none && (prompt != Self { none: true, ..Self::default() }) {
            return Err(Rule::PromptNoneNotAlone.into());
        }
        Ok(prompt)
    }

    /// Whether it asks for a sign-in that is not older than the request.
    pub fn wants_sign_in(self) -> bool {
        self.login || self.select_account || self.create
    }
}

/// Reads `max_age`, in seconds.
///
/// # Errors
/// `invalid_request` for anything but a whole number that is not negative.
pub fn parse_max_age(text: &str) -> Result<Duration, ProtocolError> {
    let digits = !text.is_empty() && text.len() <= 10 && text.bytes().all(|b| b.is_ascii_digit());
    let seconds = if digits { text.parse().ok() } else { None };
    seconds.map(Duration::from_secs).ok_or(Rule::MaxAgeMalformed.error())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::error::Code;

    #[test]
    fn prompt_values_combine_but_none_stands_alone() {
        let both = Prompt::parse("login consent").expect("a prompt");
        assert!(both.login && both.consent && both.wants_sign_in());
        assert!(Prompt::parse("none").expect("a prompt").none);
        for bad in ["none login", "consent none", "Login", "nonsense"] {
            assert_eq!(Prompt::parse(bad).map_err(|e| e.code), Err(Code::InvalidRequest), "{bad}");
        }
    }

    #[test]
    fn max_age_is_a_number_of_seconds() {
        assert_eq!(parse_max_age("0"), Ok(Duration::ZERO));
        assert_eq!(parse_max_age("3600"), Ok(Duration::from_secs(3600)));
        for bad in ["-1", "1.5", "", "x", "+1", "99999999999"] {
            assert!(parse_max_age(bad).is_err(), "{bad}");
        }
    }
}
