//! The files every page needs, embedded in the binary: one style sheet, scripts, symbols, pictures.
//!
//! A file is served under a name that holds its hash (`site.0123456789abcdef.css`) and may be kept for ever;
//! under its plain name it is revalidated by `ETag`. Everything about an answer but the body's copy count is
//! worked out once.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::secret::sha256;

/// Where the files are served.
const ROOT: &str = "/assets/";

/// The library sits in a cascade layer of its own, so that every rule of the theme wins over it whatever its
/// selector; both travel as one file because a page needs both before it can be drawn.
const SITE_CSS: &str = concat!(
    "@layer library{",
    include_str!("../../assets/vendor/pico/pico.classless.min.css"),
    "}\n",
    include_str!("../../assets/theme.css"),
);

/// Name, content type, content.
const FILES: &[(&str, &str, &str)] = &[
    ("site.css", "text/css; charset=utf-8", SITE_CSS),
    // Runs in a worker of captcha.js, and is served as it was published.
    ("altcha-pbkdf2.js", "text/javascript; charset=utf-8", include_str!("../../assets/vendor/altcha/pbkdf2.js")),
    ("captcha.js", "text/javascript; charset=utf-8", include_str!("../../assets/captcha.js")),
    ("check-session.js", "text/javascript; charset=utf-8", include_str!("../../assets/check-session.js")),
    ("form.js", "text/javascript; charset=utf-8", include_str!("../../assets/form.js")),
    ("holds.js", "text/javascript; charset=utf-8", include_str!("../../assets/holds.js")),
    ("passkey.js", "text/javascript; charset=utf-8", include_str!("../../assets/passkey.js")),
    ("signed-out.js", "text/javascript; charset=utf-8", include_str!("../../assets/signed-out.js")),
    ("sprite.svg", "image/svg+xml", include_str!("../../assets/sprite.svg")),
    ("banner-cet.svg", "image/svg+xml", include_str!("../../assets/banner-cet.svg")),
    ("banner-pets.svg", "image/svg+xml", include_str!("../../assets/banner-pets.svg")),
    ("banner-ncre.svg", "image/svg+xml", include_str!("../../assets/banner-ncre.svg")),
    ("favicon.svg", "image/svg+xml", include_str!("../../assets/favicon.svg")),
];

struct Asset {
    name: &'static str,
    hashed: String,
    url: String,
    etag: HeaderValue,
    content_type: HeaderValue,
    body: &'static str,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| FILES.iter().map(prepare).collect());

fn prepare((name, content_type, body): &(&'static str, &'static str, &'static str)) -> Asset {
    let hash: String = sha256(body.as_bytes())[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let hashed = match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{name}.{hash}"),
    };
    Asset {
        name,
        url: format!("{ROOT}{hashed}"),
        hashed,
        etag: HeaderValue::try_from(format!("\"{hash}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\"")),
        content_type: HeaderValue::from_static(content_type),
        body,
    }
}

/// The address of a file by its plain name.
///
/// # Panics
/// In debug builds, when there is no such file; a release build gives an address that answers 404 and logs
/// an error.
#[must_use]
pub fn url(name: &str) -> &'static str {
    if let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) {
        return &asset.url;
    }
    debug_assert!(false, "no asset `{name}`");
    tracing::error!(name, "no such asset");
    ROOT
}

/// The route of the files, for any router.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{name}", get(serve))
}

/// Answers with a file: by hashed name kept for ever, by plain name revalidated (RFC 9110 §13.1.2).
pub async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response<Body> {
    let found = ASSETS.iter().find_map(|asset| {
        if asset.hashed == name {
            Some((asset, "public, max-age=31536000, immutable"))
        } else if asset.name == name {
            Some((asset, "no-cache"))
        } else {
            None
        }
    });
    let Some((asset, cache)) = found else {
        return answer(StatusCode::NOT_FOUND, Body::empty());
    };
    let fresh = headers.get(IF_NONE_MATCH).is_some_and(|value| names(value, &asset.etag));
    let mut response = if fresh {
        answer(StatusCode::NOT_MODIFIED, Body::empty())
    } else {
        answer(StatusCode::OK, Body::from(asset.body))
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(ETAG, asset.etag.clone());
    headers.insert(CONTENT_TYPE, asset.content_type.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn answer(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

/// Whether an `If-None-Match` list names the tag; weak tags compare equal here (RFC 9110 §8.8.3.2).
fn names(list: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(list), Ok(etag)) = (list.to_str(), etag.to_str()) else {
        return false;
    };
    list.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests;
