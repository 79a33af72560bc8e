//! User information (OIDC Core §5.3), protected by an access token.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Method};
use serde::Serialize;
use shared::http::Shown;

use super::claims::{self, Told};
use super::direct::{Sent, respond};
use super::discovery::paths;
use super::error::Code;
use super::failure::Failure;
use super::refusals;
use super::resource::{self, DEAD, Presented, Request, Scheme};
use super::rules::Rule;
use super::scope::{OPENID, Scope};
use super::store::grants;
use super::subject::Subjects;
use super::{Oidc, access_token, dpop};
use crate::accounts;
use crate::keys::Sign;
use crate::limits::quota;

/// `GET` and `POST /userinfo`
pub async fn show(
    State(oidc): State<Oidc>,
    method: Method,
    headers: HeaderMap,
    shown: Shown,
    Sent(body): Sent,
) -> Response {
    let certificate = shown.0.as_ref();
    let request = Request { method: &method, path: paths::USERINFO, headers: &headers, body: &body, certificate };
    let mut response = match request.presented() {
        Ok(Some(sent)) => match user_info(&oidc, &request, &sent).await {
            Ok(answer) => answer,
            Err(failure) => {
                note_refusal(&oidc, &failure, &sent.text).await;
                resource::refuse(&oidc.0.issuer, &failure, sent.scheme)
            }
        },
        Ok(None) => resource::unauthorized(),
        Err(error) => resource::refuse(&oidc.0.issuer, &error.into(), Scheme::Bearer),
    };
    dpop::offer_nonce(&oidc, &headers, &mut response);
    response
}

/// Counts the refusal for the client whose token it is, and while a key is on trial remembers that it did not count. A
/// token that cannot be read is nobody's.
async fn note_refusal(oidc: &Oidc, failure: &Failure, text: &str) {
    let Ok(token) = access_token::read_for_us(oidc, text) else { return refusals::note_of_nobody(oidc, failure) };
    let Ok(Some(client)) = oidc.0.clients.find(&token.client_id).await else { return };
    refusals::note_token(oidc, &client, failure);
    if oidc.0.keys.is_trying() && failure.public().code == Code::InvalidToken {
        token.refused(oidc, &client);
    }
}

async fn user_info(oidc: &Oidc, request: &Request<'_>, sent: &Presented) -> Result<Response, Failure> {
    let token = request.token(oidc, sent).await?;
    if !token.allows(OPENID) {
        return Err(Rule::OpenidMissing.into());
    }
    let (Some(grant), Ok(scope)) = (token.grant(), Scope::parse(&token.scope)) else { return Err(DEAD.into()) };
    // A client that gave up its registration has no tokens any more (RFC 7592 §2.3).
    // Nor has one that is suspended.
    let client = oidc.0.clients.find(&token.client_id).await?.filter(|client| !client.is_suspended()).ok_or(DEAD)?;
    oidc.0.quotas.take(client.id.as_str(), quota::Kind::Calls, oidc.0.clock.now())?;
    // Unless token, grant or session have ended: one reading of the database.
    let detailed = claims::has_details(&scope);
    let (grant, mut account) = grants::person(&oidc.0.db, grant, &token.jti, detailed).await?.ok_or(DEAD)?;
    if !detailed && claims::names_details(&grant.named.userinfo) {
        account.details = accounts::store::look_up_details(&oidc.0.db, grant.account).await?;
    }
    let info = UserInfo {
        sub: Subjects::of(oidc, &client).name(grant.account),
        told: claims::select(account, grant.province, &scope, &grant.named.userinfo),
    };
    token.came_back(oidc, &client, Sign::UserInfo);
    match client.userinfo_alg {
        None => Ok(respond::json(serde_json::to_vec(&info).unwrap_or_default())),
        Some(alg) => {
            let signed = Signed { iss: &oidc.0.issuer, aud: client.id.as_str(), info };
            Ok(respond::jwt(oidc.0.keys.sign_for(client.id.as_str(), alg, TYPE, &signed).await?))
        }
    }
}

/// User information (OIDC Core §5.3.2).
#[derive(Serialize)]
pub(crate) struct UserInfo {
    /// Who it is.
    pub(crate) sub: String,
    /// What is told of them.
    #[serde(flatten)]
    pub(crate) told: Told,
}

/// The `typ` of signed user information.
pub(crate) const TYPE: &str = "JWT";

/// User information that the client can show to others (OIDC Core §5.3.2).
#[derive(Serialize)]
pub(crate) struct Signed<'s> {
    /// Who says so.
    pub(crate) iss: &'s str,
    /// To whom.
    pub(crate) aud: &'s str,
    /// What is said.
    #[serde(flatten)]
    pub(crate) info: UserInfo,
}
