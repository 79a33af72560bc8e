//! What the portal asks of the sandbox in the place of a site.

use http::{Method, StatusCode, header};
use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

use super::attempt::Attempt;
use crate::oidc::discovery::paths;
use crate::portal::sandbox::remote::{Sandbox, SandboxError};

/// An answer of the sandbox.
pub(super) type Answer = (StatusCode, Map<String, Value>);

impl Sandbox {
    /// Redeems a code (RFC 6749 §4.1.3).
    pub(super) async fn redeem(
        &self,
        attempt: &Attempt,
        parameters: &[(&'static str, String)],
    ) -> Result<Answer, SandboxError> {
        let body = Serializer::new(String::new()).extend_pairs(parameters).finish();
        let request = self.request(Method::POST, paths::TOKEN).await?;
        let request = request.basic_auth(&attempt.client_id, Some(&attempt.secret));
        self.answer(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)).await
    }

    /// User information (OIDC Core §5.3.1).
    pub(super) async fn user_information(&self, access_token: &str) -> Result<Answer, SandboxError> {
        self.answer(self.request(Method::GET, paths::USERINFO).await?.bearer_auth(access_token)).await
    }

    /// The keys that ID tokens are signed with.
    pub(super) async fn keys(&self) -> Result<Value, SandboxError> {
        let (_, keys) = self.answer(self.request(Method::GET, paths::JWKS).await?).await?;
        Ok(Value::Object(keys))
    }
}
