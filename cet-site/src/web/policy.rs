//! Where the forms of this site's pages may lead.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use shared::http::content_policy_with_forms_to;

use super::Web;

/// Browsers hold redirects after a form to `form-action`, and 退出 stands on every page and leads to the
/// passport: its origin is named beside our own. The rest is as the HTTP kit has it for every program.
pub async fn allow_sign_out(State(web): State<Web>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let is_page = |value: &HeaderValue| value.as_bytes().starts_with(b"text/html");
    if response.headers().get(CONTENT_TYPE).is_some_and(is_page)
        && let Some(policy) = content_policy_with_forms_to(web.passport().origin())
    {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}
