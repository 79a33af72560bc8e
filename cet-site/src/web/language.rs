//! Which language a person reads: the one asked for in the address (and then remembered), the one remembered,
//! the one the browser prefers, Chinese.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::ACCEPT_LANGUAGE;
use http::{HeaderMap, HeaderValue, Uri};
use shared::i18n::Lang;
use shared::page::address;

use super::Web;
use super::cookie::{self, Cookie};

/// Half a year: longer than the time between two sittings.
const REMEMBERED: Duration = Duration::from_secs(183 * 24 * 3600);

/// The name of the cookie.
pub(super) fn cookie_name(web: &Web) -> String {
    format!("__Host-{}_lang", web.id())
}

/// The language of a request.
pub(super) fn of(web: &Web, uri: &Uri, headers: &HeaderMap) -> Lang {
    let remembered = || cookie::get(headers, &cookie_name(web)).and_then(Lang::parse);
    let preferred = || headers.get(ACCEPT_LANGUAGE).and_then(|h: &HeaderValue| Lang::negotiate(h.to_str().ok()?));
    address::asked_language(uri).or_else(remembered).or_else(preferred).unwrap_or_default()
}

/// Remembers the language a person asks for.
pub async fn remember(State(web): State<Web>, request: Request, next: Next) -> Response {
    let asked = address::asked_language(request.uri());
    let mut response = next.run(request).await;
    if let Some(lang) = asked {
        let cookie = Cookie::lasting(cookie_name(&web), lang.tag(), REMEMBERED);
        cookie::set(response.headers_mut(), [cookie]);
    }
    response
}
