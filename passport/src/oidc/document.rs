//! A JSON document that is written once and served from memory, with an entity tag (RFC 9110 §8.8.3).

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use shared::secret::sha256;

/// The document and its tag.
#[derive(Debug, Clone)]
pub struct Document {
    body: Bytes,
    etag: String,
}

impl Document {
    /// A document with that body.
    pub fn new(body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&sha256(&body)[..12]));
        Self { body, etag }
    }

    /// The document, or 304 if the asker has it.
    pub fn respond(&self, asked: &HeaderMap, cache: &str) -> Response {
        respond(&self.body, &self.etag, asked, cache)
    }
}

/// Like [`Document::respond`], for a document that is kept elsewhere.
pub fn respond(body: &Bytes, etag: &str, asked: &HeaderMap, cache: &str) -> Response {
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let known = known.flat_map(|list| list.split(',')).any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
    });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = body.clone().into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    };
    let headers = response.headers_mut();
    for (name, value) in [(header::CACHE_CONTROL, cache), (header::ETAG, etag)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(tag: &str) -> HeaderMap {
        [(header::IF_NONE_MATCH, tag.parse().expect("a header"))].into_iter().collect()
    }

    #[test]
    fn whoever_has_the_document_is_not_sent_it_again() {
        let document = Document::new("{}");
        let first = document.respond(&HeaderMap::new(), "max-age=60");
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[header::ETAG].to_str().expect("ASCII").to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            assert_eq!(document.respond(&asked(&known), "max-age=60").status(), StatusCode::NOT_MODIFIED, "{known}");
        }
        assert_eq!(document.respond(&asked("\"x\""), "max-age=60").status(), StatusCode::OK);
    }
}
