//! A site's side of signing in, as the documentation of openidconnect has it.

// docs/integrate/rust.md: begin
use std::collections::HashMap;
use std::error::Error;
use std::fmt;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
    CoreGrantType, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AdditionalProviderMetadata, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndSessionUrl,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IntrospectionUrl, IssuerUrl, LogoutProviderMetadata, LogoutRequest,
    Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadata,
    RedirectUrl, RefreshToken, RevocationUrl, Scope, TokenResponse, reqwest, url::Url,
};
use serde::{Deserialize, Serialize};

pub const REDIRECT_URI: &str = "https://site.example/callback";
pub const SIGNED_OUT: &str = "https://site.example/signed-out";

pub type Failure = Box<dyn Error + Send + Sync>;

/// What the passport says of itself that the library does not read on its own.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct More {
    introspection_endpoint: IntrospectionUrl,
    revocation_endpoint: RevocationUrl,
}

impl AdditionalProviderMetadata for More {}

type Metadata = ProviderMetadata<
    LogoutProviderMetadata<More>,
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

/// A client of which authorization, introspection and revocation endpoints are known.
type Client = CoreClient<EndpointSet, EndpointNotSet, EndpointSet, EndpointSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The site, as the passport knows it.
pub struct Site {
    pub client: Client,
    pub http: reqwest::Client,
    issuer: IssuerUrl,
    end_session: EndSessionUrl,
}

/// What the site's own session keeps until the person comes back.
pub struct Kept {
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

/// Why the passport sent no code: `access_denied` of a person who changed their mind, `login_required` if nobody is in.
#[derive(Debug)]
pub struct Refused(pub String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the passport refused: {}", self.0)
    }
}

impl Error for Refused {}

impl Site {
    /// Reads what the passport says of itself, and its keys.
    pub async fn new(issuer: &str, id: String, secret: String, http: reqwest::ClientBuilder) -> Result<Self, Failure> {
        // An address that redirects could make the site call any other.
        let http = http.redirect(reqwest::redirect::Policy::none()).build()?;
        let issuer = IssuerUrl::new(issuer.to_owned())?;
        let metadata = Metadata::discover_async(issuer.clone(), &http).await?;
        let LogoutProviderMetadata { end_session_endpoint, additional_metadata: more } =
            metadata.additional_metadata().clone();
        let client = CoreClient::from_provider_metadata(metadata, ClientId::new(id), Some(ClientSecret::new(secret)))
            .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned())?)
            .set_introspection_url(more.introspection_endpoint)
            .set_revocation_url(more.revocation_endpoint);
        Ok(Self { client, http, issuer, end_session: end_session_endpoint.ok_or("nobody can be signed out")? })
    }

    /// To the passport.
    pub fn start(&self, parameters: &[(&'static str, &'static str)]) -> (Url, Kept) {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let mut request = self
            .client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(["profile", "email", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge);
        for (name, value) in parameters {
            request = request.add_extra_param(*name, *value);
        }
        let (url, state, nonce) = request.url();
        (url, Kept { state, nonce, verifier })
    }

    /// Back from it, with the parameters of the redirect URI: the tokens, and the claims of an ID token that is ours,
    /// fresh and for this sign-in.
    pub async fn callback(
        &self,
        mut answer: HashMap<String, String>,
        kept: Kept,
    ) -> Result<(CoreTokenResponse, CoreIdTokenClaims), Failure> {
        if answer.remove("state").map(CsrfToken::new) != Some(kept.state) {
            return Err("this answer is for another sign-in".into());
        }
        // The library leaves this to the site (RFC 9207).
        if answer.get("iss") != Some(&*self.issuer) {
            return Err("this answer is not from the passport".into());
        }
        if let Some(error) = answer.remove("error") {
            return Err(Refused(error).into());
        }
        let code = AuthorizationCode::new(answer.remove("code").ok_or("there is no code")?);
        let request = self.client.exchange_code(code)?.set_pkce_verifier(kept.verifier);
        let tokens = request.request_async(&self.http).await?;
        let claims = self.check(&tokens, &kept.nonce)?;
        Ok((tokens, claims))
    }

    /// Signature, issuer, audience, times and nonce of the ID token, and that the access token belongs to it.
    fn check(&self, tokens: &CoreTokenResponse, nonce: &Nonce) -> Result<CoreIdTokenClaims, Failure> {
        let verifier = self.client.id_token_verifier().set_allowed_algs([
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        ]);
        let id_token = tokens.id_token().ok_or("there is no ID token")?;
        let claims = id_token.claims(&verifier, nonce)?;
        if let Some(expected) = claims.access_token_hash() {
            let (algorithm, key) = (id_token.signing_alg()?, id_token.signing_key(&verifier)?);
            if AccessTokenHash::from_token(tokens.access_token(), algorithm, key)? != *expected {
                return Err("this access token belongs to another ID token".into());
            }
        }
        Ok(claims.clone())
    }

    /// What the scopes allow to know of the person whom the ID token names.
    pub async fn person(
        &self,
        tokens: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> Result<CoreUserInfoClaims, Failure> {
        let request = self.client.user_info(tokens.access_token().clone(), Some(claims.subject().clone()))?;
        Ok(request.request_async(&self.http).await?)
    }

    /// Fresh tokens. The new refresh token takes the place of the old one.
    pub async fn refresh(&self, token: &RefreshToken) -> Result<CoreTokenResponse, Failure> {
        Ok(self.client.exchange_refresh_token(token)?.request_async(&self.http).await?)
    }

    /// Out of the site and out of the passport.
    pub fn sign_out(&self, id_token: &CoreIdToken) -> Result<Url, Failure> {
        let request = LogoutRequest::from(self.end_session.clone()).set_id_token_hint(id_token);
        Ok(request.set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(SIGNED_OUT.to_owned())?).http_get_url())
    }
}
// docs/integrate/rust.md: end
