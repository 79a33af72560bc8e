//! Which language a person reads: the one asked for in the address (and then remembered), the one remembered,
//! the one the browser prefers, Chinese.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::ACCEPT_LANGUAGE;
use http::{HeaderMap, HeaderValue, Uri};
use shared::i18n::Lang;

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
    asked(uri).or_else(remembered).or_else(preferred).unwrap_or_default()
}

/// The language that `?lang=` asks for.
fn asked(uri: &Uri) -> Option<Lang> {
    let pairs = form_urlencoded::parse(uri.query()?.as_bytes());
    pairs.filter(|(name, _)| name == "lang").find_map(|(_, tag)| Lang::parse(&tag))
}

/// The same page in the other language: its address with `lang` changed and everything else kept.
pub(super) fn switched(uri: &Uri, to: Lang) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let kept = uri.query().map(|q| form_urlencoded::parse(q.as_bytes())).into_iter().flatten();
    query.extend_pairs(kept.filter(|(name, _)| name != "lang"));
    query.append_pair("lang", to.tag());
    format!("{}?{}", uri.path(), query.finish())
}

/// Remembers the language a person asks for.
pub async fn remember(State(web): State<Web>, request: Request, next: Next) -> Response {
    let asked = asked(request.uri());
    let mut response = next.run(request).await;
    if let Some(lang) = asked {
        let cookie = Cookie::lasting(cookie_name(&web), lang.tag(), REMEMBERED);
        cookie::set(response.headers_mut(), [cookie]);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switching_the_language_keeps_the_rest_of_the_address() {
        let uri = Uri::from_static("/news?page=2&lang=zh-CN&q=a%26b");
        assert_eq!(switched(&uri, Lang::En), "/news?page=2&q=a%26b&lang=en");
        assert_eq!(asked(&uri), Some(Lang::Zh));
    }
}
