//! The passport as this site deals with it: where to send a person, and what an answer is worth.

use std::sync::Arc;
use std::time::Duration;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthorizationCode, ClaimsVerificationError, Client, ClientId, ClientSecret,
    CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl,
    LanguageTag, LoginHint, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse,
    UserInfoClaims, UserInfoError,
};
use serde::{Deserialize, Serialize};
use shared::clock::{SharedClock, Timestamp};
use shared::i18n::Lang;
use shared::secret::SecretString;
use url::Url;

use super::attempt::Attempt;
use super::logout_token::{self, LogoutToken};
use super::person::{Person, masked_account};
use super::provider::{Metadata, Provider, chain};
use super::signals::set::{self, Signal};
use super::signed::{Expected, Refusal};

/// How far the clocks of two honest machines may lie apart.
const LEEWAY: Duration = Duration::from_secs(60);

/// Why the passport's answer gives no person.
#[derive(Debug, thiserror::Error)]
pub enum PassportError {
    /// It does not answer, or answers 5xx.
    #[error("the passport cannot be reached: {0}")]
    Unreachable(String),
    /// The code is used, expired or not ours (`invalid_grant`).
    #[error("the passport refused the code")]
    CodeRefused,
    /// Another error of RFC 6749 §5.2: the site's registration or settings are wrong.
    #[error("the passport refused the request: {0}")]
    Refused(String),
    /// A token is from the future or past its time: the clocks differ.
    #[error("the clocks differ: {0}")]
    Clock(String),
    /// A token does not hold (OpenID Connect Core §3.1.3.7).
    #[error("the token does not hold: {0}")]
    Token(String),
}

/// Claims of the passport beyond the standard ones.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct PassportClaims {
    #[serde(default)]
    sid: Option<String>,
    #[serde(default)]
    exam_province: Option<String>,
}

impl AdditionalClaims for PassportClaims {}

type Tokens = StandardTokenResponse<
    IdTokenFields<
        PassportClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type PassportClient = Client<
    PassportClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

type Claims = openidconnect::IdTokenClaims<PassportClaims, CoreGenderClaim>;
type UserInfo = UserInfoClaims<PassportClaims, CoreGenderClaim>;

/// This site, as the passport knows it.
pub struct RelyingParty {
    /// `client_id`
    pub client_id: String,
    /// `client_secret`
    pub client_secret: SecretString,
    /// The one redirect URI registered.
    pub redirect_uri: String,
    /// Whether to ask for the province of the test centre (scope `exam`).
    pub asks_province: bool,
}

/// The passport.
pub struct Passport {
    provider: Provider,
    us: RelyingParty,
    redirect_url: RedirectUrl,
    clock: SharedClock,
}

impl Passport {
    /// The passport at `issuer`, reached by `http`.
    ///
    /// # Errors
    /// An address is none.
    pub fn new(
        issuer: &str,
        http: reqwest::Client,
        us: RelyingParty,
        clock: SharedClock,
    ) -> Result<Self, url::ParseError> {
        let issuer = IssuerUrl::new(issuer.to_owned())?;
        let redirect_url = RedirectUrl::new(us.redirect_uri.clone())?;
        Ok(Self { provider: Provider::new(issuer, http, Arc::clone(&clock)), us, redirect_url, clock })
    }

    /// Where to send the person (OpenID Connect Core §3.1.2.1).
    pub(super) async fn authorization_url(
        &self,
        attempt: &Attempt,
        lang: Lang,
        login_hint: Option<String>,
    ) -> Result<Url, PassportError> {
        let metadata = self.provider.metadata().await?;
        let client = self.client(&metadata);
        let (state, nonce) = (attempt.state.clone(), attempt.nonce.clone());
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let exam = self.us.asks_province.then_some("exam");
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || CsrfToken::new(state), || Nonce::new(nonce))
            .add_scopes(["profile", "email", "phone"].into_iter().chain(exam).map(|s| Scope::new(s.to_owned())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_ui_locale(LanguageTag::new(lang.tag().to_owned()));
        if let Some(hint) = login_hint {
            request = request.set_login_hint(LoginHint::new(hint));
        }
        Ok(request.url().0)
    }

    /// Whether every authorization response of the passport carries `iss` (RFC 9207 §2.3).
    pub(super) async fn always_names_itself(&self) -> Result<bool, PassportError> {
        Ok(self.provider.metadata().await?.additional_metadata().authorization_response_iss_parameter_supported)
    }

    /// Where a person signs out of the passport, if it offers that.
    pub(super) async fn end_session_endpoint(&self) -> Result<Option<Url>, PassportError> {
        Ok(self.provider.metadata().await?.additional_metadata().end_session_endpoint.clone())
    }

    /// What a logout token says, after every check (OpenID Connect Back-Channel Logout §2.6) but that of its single use.
    pub(super) async fn read_logout_token(&self, text: &str) -> Result<LogoutToken, PassportError> {
        let read = self.read_token(|keys, expected| logout_token::read(text, keys, expected)).await?;
        read.map_err(|refusal| PassportError::Token(refusal.to_string()))
    }

    /// Whom a question for open registrations is about.
    pub(super) async fn read_question(&self, text: &str) -> Result<String, PassportError> {
        let read = self.read_token(|keys, expected| logout_token::read_question(text, keys, expected)).await?;
        read.map_err(|refusal| PassportError::Token(refusal.to_string()))
    }

    /// What a security event says, after every check but that of its single use; or why it is not taken.
    pub(super) async fn read_signal(&self, text: &str) -> Result<Result<Signal, Refusal>, PassportError> {
        self.read_token(|keys, expected| set::read(text, keys, expected)).await
    }

    /// Reads a token that the passport signed for this site, with newer keys if none of those at hand did.
    async fn read_token<T>(
        &self,
        read_with: impl Fn(&[CoreJsonWebKey], Expected<'_>) -> Result<T, Refusal>,
    ) -> Result<Result<T, Refusal>, PassportError> {
        let read = |metadata: &Metadata| {
            let expected = Expected {
                issuer: metadata.issuer().as_str(),
                client_id: &self.us.client_id,
                now: self.clock.now(),
                leeway: LEEWAY,
            };
            read_with(metadata.jwks().keys(), expected)
        };
        let metadata = self.provider.metadata().await?;
        Ok(match read(&metadata) {
            Err(Refusal::UnknownKey) => match self.provider.newer_keys(&metadata).await {
                Some(newer) => read(&newer),
                None => Err(Refusal::TooEarly),
            },
            other => other,
        })
    }

    /// Redeems the code of an attempt and learns who the person is.
    pub(super) async fn redeem(&self, code: String, attempt: &Attempt) -> Result<Person, PassportError> {
        let metadata = self.provider.metadata().await?;
        let client = self.client(&metadata);
        let request =
            client.exchange_code(AuthorizationCode::new(code)).map_err(|e| PassportError::Refused(e.to_string()))?;
        let tokens = request
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()))
            .request_async(self.provider.back_channel())
            .await
            .map_err(|error| refused(&error))?;
        let claims = self.verified(&metadata, &tokens, &attempt.nonce).await?;
        let info = self.user_info(&client, &tokens, &claims).await?;
        person(&tokens, &claims, &info)
    }

    /// The claims of the ID token after every check; asks for newer keys once if its key is not known.
    async fn verified(&self, metadata: &Arc<Metadata>, tokens: &Tokens, nonce: &str) -> Result<Claims, PassportError> {
        match self.check(metadata, tokens, nonce) {
            Err(Check::UnknownKey) => match self.provider.newer_keys(metadata).await {
                Some(newer) => self.check(&newer, tokens, nonce).map_err(PassportError::from),
                None => Err(Check::UnknownKey.into()),
            },
            other => other.map_err(PassportError::from),
        }
    }

    /// OpenID Connect Core §3.1.3.7 and §3.1.3.8 (`at_hash`).
    fn check(&self, metadata: &Metadata, tokens: &Tokens, nonce: &str) -> Result<Claims, Check> {
        let client = self.client(metadata);
        let now = self.clock.now();
        // Expiry is judged a little late, and the moment of issue a little early, because clocks differ.
        let late = chrono::DateTime::from_timestamp_millis((now - LEEWAY).millis()).unwrap_or_default();
        let latest_issue = (now + LEEWAY).seconds();
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs([CoreJwsSigningAlgorithm::EcdsaP256Sha256, CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256])
            .set_time_fn(move || late);
        let id_token = tokens.id_token().ok_or_else(|| Check::Fails("there is no ID token".to_owned()))?;
        let claims = id_token.claims(&verifier, &Nonce::new(nonce.to_owned())).map_err(|error| Check::of(&error))?;
        // Rule 5 of the section, which the library leaves to its users.
        if claims.authorized_party().is_some_and(|party| party.as_str() != self.us.client_id) {
            return Err(Check::Fails("azp names another client".to_owned()));
        }
        if claims.issue_time().timestamp() > latest_issue {
            return Err(Check::Clock("the ID token was issued in the future".to_owned()));
        }
        if let Some(expected) = claims.access_token_hash() {
            let fails = |e: &dyn std::error::Error| Check::Fails(chain(e));
            let algorithm = id_token.signing_alg().map_err(|e| fails(&e))?;
            let key = id_token.signing_key(&verifier).map_err(|e| fails(&e))?;
            let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).map_err(|e| fails(&e))?;
            if actual != *expected {
                return Err(Check::Fails("at_hash is that of another access token".to_owned()));
            }
        }
        Ok(claims.clone())
    }

    /// Claims asked for by scope come from here (OpenID Connect Core §5.4); the subject must be the same (§5.3.2).
    async fn user_info(
        &self,
        client: &PassportClient,
        tokens: &Tokens,
        claims: &Claims,
    ) -> Result<UserInfo, PassportError> {
        let request = client
            .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
            .map_err(|e| PassportError::Refused(e.to_string()))?;
        request.request_async(self.provider.back_channel()).await.map_err(|error| match &error {
            UserInfoError::Request(_) => PassportError::Unreachable(chain(&error)),
            _ => PassportError::Token(chain(&error)),
        })
    }

    fn client(&self, metadata: &Metadata) -> PassportClient {
        let secret = ClientSecret::new(self.us.client_secret.expose().to_owned());
        PassportClient::from_provider_metadata(metadata.clone(), ClientId::new(self.us.client_id.clone()), Some(secret))
            .set_redirect_uri(self.redirect_url.clone())
    }

    /// The client id, for `post_logout_redirect_uri` without a hint.
    pub(super) fn client_id(&self) -> &str {
        &self.us.client_id
    }
}

/// Why an ID token does not hold.
enum Check {
    UnknownKey,
    Clock(String),
    Fails(String),
}

impl Check {
    fn of(error: &ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
                Self::UnknownKey
            }
            ClaimsVerificationError::Expired(what) => Self::Clock(what.clone()),
            _ => Self::Fails(chain(error)),
        }
    }
}

impl From<Check> for PassportError {
    fn from(check: Check) -> Self {
        match check {
            Check::UnknownKey => Self::Token("no key of the passport signed it".to_owned()),
            Check::Clock(what) => Self::Clock(what),
            Check::Fails(what) => Self::Token(what),
        }
    }
}

/// What the token endpoint's refusal means for the person.
fn refused<E: std::error::Error + 'static>(
    error: &RequestTokenError<E, StandardErrorResponse<CoreErrorResponseType>>,
) -> PassportError {
    match error {
        RequestTokenError::ServerResponse(answer) => match answer.error() {
            CoreErrorResponseType::InvalidGrant => PassportError::CodeRefused,
            other => PassportError::Refused(other.as_ref().to_owned()),
        },
        RequestTokenError::Request(_) => PassportError::Unreachable(chain(error)),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => PassportError::Token(chain(error)),
    }
}

fn person(tokens: &Tokens, claims: &Claims, info: &UserInfo) -> Result<Person, PassportError> {
    let subject = claims.subject().as_str().to_owned();
    let id_token = tokens.id_token().map(ToString::to_string).unwrap_or_default();
    let code = info.additional_claims().exam_province.as_ref().or(claims.additional_claims().exam_province.as_ref());
    let province = code.map(|code| code.parse()).transpose();
    let name =
        info.name().or(claims.name()).and_then(|name| name.get(None)).map(|name| name.as_str().trim().to_owned());
    Ok(Person {
        account: masked_account(info.email().map(|e| e.as_str()), info.phone_number().map(|p| p.as_str()), &subject),
        subject,
        sid: claims.additional_claims().sid.clone(),
        issued_at: Timestamp::from_seconds(claims.issue_time().timestamp()),
        name: name.filter(|name| !name.is_empty()),
        province: province.map_err(|_| PassportError::Token("exam_province is no province".to_owned()))?,
        id_token: SecretString::new(id_token),
    })
}
