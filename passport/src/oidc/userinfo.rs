//! User information (OIDC Core §5.3), protected by an access token (RFC 6750).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use shared::db::DbError;

use super::access_token::{self, AccessToken};
use super::claims::{self, UserInfo};
use super::error::{Code, ProtocolError};
use super::failure::Failure;
use super::handle::GrantId;
use super::scope::{OPENID, Scope};
use super::store::grants;
use super::token::endpoint::{self, Sent};
use super::token::respond;
use super::{Oidc, cors};

/// `GET` and `POST /userinfo`
pub async fn show(State(oidc): State<Oidc>, method: Method, headers: HeaderMap, Sent(body): Sent) -> Response {
    let text = match bearer(&method, &headers, &body) {
        Ok(Some(text)) => text,
        // RFC 6750 §3.1: who sent no token is told the scheme and nothing else.
        Ok(None) => return challenge(StatusCode::UNAUTHORIZED, "Bearer realm=\"passport\""),
        Err(error) => return refuse(&error.into()),
    };
    match user_info(&oidc, &text).await {
        Ok(info) => respond::json(serde_json::to_vec(&info).unwrap_or_default()),
        Err(failure) => refuse(&failure),
    }
}

async fn user_info(oidc: &Oidc, text: &str) -> Result<UserInfo, Failure> {
    const DEAD: ProtocolError =
        ProtocolError::new(Code::InvalidToken, "the access token is unknown, expired or revoked", "RFC 6750 3.1");
    let token = access_token::read(oidc, text).map_err(|_| DEAD)?;
    if !token.allows(OPENID) {
        let text = "the access token does not allow openid";
        return Err(ProtocolError::new(Code::InsufficientScope, text, "RFC 6750 3.1").into());
    }
    let (Some(grant), Ok(scope)) = (token.grant(), Scope::parse(&token.scope)) else { return Err(DEAD.into()) };
    Ok(person(oidc, grant, token.jti, scope).await?.ok_or(DEAD)?)
}

/// What the token's scope allows to know of the person, unless token, grant or session have ended. One reading of the
/// database.
async fn person(oidc: &Oidc, grant: GrantId, jti: String, scope: Scope) -> Result<Option<UserInfo>, DbError> {
    oidc.0
        .db
        .read(move |tx| {
            let (jti, scope) = (jti.clone(), scope.clone());
            async move {
                let found = grants::person(tx, grant, &jti).await?;
                Ok(found.map(|(grant, account)| claims::select(account, grant.province, &scope, &grant.named.userinfo)))
            }
            .boxed()
        })
        .await
}

/// The token of the request: in the header, or in the form of a POST (RFC 6750 §2), but not in both.
fn bearer(method: &Method, headers: &HeaderMap, body: &[u8]) -> Result<Option<String>, ProtocolError> {
    const RULE: &str = "RFC 6750 2";
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (sent.next(), sent.next());
    if second.is_some() {
        return Err(ProtocolError::invalid_request("several Authorization headers", RULE));
    }
    let in_header = first.and_then(|value| value.to_str().ok()).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    let in_body = if *method == Method::POST && !body.is_empty() {
        endpoint::form(headers, body)?.take("access_token")
    } else {
        None
    };
    match (in_header, in_body) {
        (Some(_), Some(_)) => Err(ProtocolError::invalid_request("the access token was sent twice", RULE)),
        (token, None) | (None, token) => Ok(token),
    }
}

fn refuse(failure: &Failure) -> Response {
    let error = failure.public();
    let status = error.code.status();
    if status.is_server_error() {
        return respond::error(failure);
    }
    failure.log();
    let scope = if error.code == Code::InsufficientScope { ", scope=\"openid\"" } else { "" };
    let (code, text) = (error.code, error.description);
    challenge(status, &format!("Bearer realm=\"passport\", error=\"{code}\", error_description=\"{text}\"{scope}"))
}

fn challenge(status: StatusCode, value: &str) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(header::WWW_AUTHENTICATE, value);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    cors::allow_any_origin(headers);
    response
}

/// Whether an access token still counts, for introspection.
pub(super) async fn lives(oidc: &Oidc, token: &AccessToken) -> Result<bool, DbError> {
    let (grant, jti, person) = (token.grant(), token.jti.clone(), token.is_of_a_person());
    oidc.0
        .db
        .read(move |tx| {
            let jti = jti.clone();
            async move {
                match grant {
                    Some(id) => Ok(grants::of_access_token(tx, id, &jti).await?.is_some()),
                    None if person => Ok(false),
                    None => Ok(!super::store::revoked::contains(tx, &jti).await?),
                }
            }
            .boxed()
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(method: &Method, authorization: Option<&str>, body: &str) -> Result<Option<String>, Code> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        if let Some(value) = authorization {
            headers.insert(header::AUTHORIZATION, value.parse().expect("a header"));
        }
        bearer(method, &headers, body.as_bytes()).map_err(|e| e.code)
    }

    #[test]
    fn a_token_is_taken_from_the_header_or_the_form_but_not_from_both() {
        let token = || Ok(Some("t".to_owned()));
        assert_eq!(read(&Method::GET, Some("Bearer t"), ""), token());
        assert_eq!(read(&Method::POST, Some("bearer t"), ""), token());
        assert_eq!(read(&Method::POST, None, "access_token=t"), token());
        assert_eq!(read(&Method::POST, Some("Bearer t"), "access_token=t"), Err(Code::InvalidRequest));
        assert_eq!(read(&Method::GET, Some("Basic t"), ""), Ok(None));
        assert_eq!(read(&Method::GET, None, ""), Ok(None));
    }
}
