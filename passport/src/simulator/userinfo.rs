//! User information.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use http::{HeaderMap, Method};

use super::Simulator;
use super::faults::Fault;
use crate::keys::verify::{Expiry, verify_by};
use crate::oidc::access_token::{self, AccessToken};
use crate::oidc::claims;
use crate::oidc::direct::respond;
use crate::oidc::discovery::paths;
use crate::oidc::failure::Failure;
use crate::oidc::resource::{self, DEAD, Presented, Request, Scheme};
use crate::oidc::rules::Rule;
use crate::oidc::scope::{OPENID, Scope};
use crate::oidc::userinfo::{Signed, TYPE, UserInfo};

/// `GET` and `POST /userinfo`
pub(super) async fn show(
    State(simulator): State<Simulator>,
    method: Method,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(body) = body else { return simulator.too_large() };
    let request = Request { method: &method, path: paths::USERINFO, headers: &headers, body: &body, certificate: None };
    let issuer = &*simulator.0.issuer;
    match request.presented() {
        Ok(Some(sent)) => match simulator.user_info(&sent).await {
            Ok(answer) => answer,
            Err(failure) => resource::refuse(issuer, &failure, sent.scheme),
        },
        Ok(None) => resource::unauthorized(),
        Err(error) => resource::refuse(issuer, &error.into(), Scheme::Bearer),
    }
}

impl Simulator {
    /// Reads an access token of ours that has not expired, whatever became of it.
    pub(super) async fn access_token_of(&self, text: &str) -> Option<AccessToken> {
        let ring = self.ring().await.ok()?;
        let kid = jsonwebtoken::decode_header(text).ok()?.kid?;
        let verifier = ring.verifier(&kid)?;
        verify_by(text, (access_token::TYPE, Expiry::Checked(self.now())), |_| Some(&verifier)).ok()
    }

    async fn user_info(&self, sent: &Presented) -> Result<Response, Failure> {
        let token = self.access_token_of(&sent.text).await.ok_or(DEAD)?;
        if !token.aud.names(&self.0.issuer) {
            return Err(DEAD.into());
        }
        if sent.scheme == Scheme::Dpop {
            return Err(Rule::AccessTokenNotBound.into());
        }
        if !token.allows(OPENID) {
            return Err(Rule::OpenidMissing.into());
        }
        let (Some(id), Ok(scope)) = (token.grant(), Scope::parse(&token.scope)) else { return Err(DEAD.into()) };
        let kept = self.living(id).filter(|_| !self.memory().is_revoked(&token.jti)).ok_or(DEAD)?;
        let client = self.0.clients.named(&token.client_id, None).ok_or(DEAD)?;
        let own = self.memory().faults_of(id);
        let faults = self.faults_with(&own);
        self.wait_for(Fault::UserInfoSlow, &faults).await;
        if faults.contains(&Fault::UserInfoServerError) {
            return Err(Rule::ServerError.into());
        }
        if faults.contains(&Fault::UserInfoUnauthorized) {
            return Err(DEAD.into());
        }
        let grant = &kept.family.grant;
        let mut info = UserInfo {
            sub: self.subject(&client, grant.account),
            told: claims::select(kept.candidate.claims, grant.province, &scope, &grant.named.userinfo),
        };
        if faults.contains(&Fault::UserInfoSub) {
            "of-another-person".clone_into(&mut info.sub);
        }
        match client.userinfo_alg {
            None => Ok(respond::json(serde_json::to_vec(&info).unwrap_or_default())),
            Some(alg) => {
                let signed = Signed { iss: &self.0.issuer, aud: client.id.as_str(), info };
                Ok(respond::jwt(self.ring().await?.signing(alg)?.jws(TYPE, &signed).await?))
            }
        }
    }
}
