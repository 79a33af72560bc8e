//! Telling a site that something changed about who is signed in, without a request to anybody (OIDC Session
//! Management 1.0).
//!
//! An authentication response carries a salted hash of the client, its origin and the state of the browser. The site
//! keeps it and asks a page of ours, in a hidden frame, whether it still fits; the page reads the state from its cookie.

use askama::Template;
use askama_web::WebTemplate;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderValue, header};
use shared::entropy::{Entropy, bytes};
use shared::secret::sha256;
use url::Url;

use crate::accounts::sessions::browser_state::{self, BrowserState};
use crate::clients::Client;

/// Any site may frame the page. It has a script and nothing else.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; script-src 'self'; form-action 'none'; base-uri 'none'");

/// The page changes with a release.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// Who may ask about a session: a client, from the origin that its answers go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observer {
    client_id: String,
    origin: String,
}

impl Observer {
    /// The observer of answers to that address; `None` for a program on a device, which has no origin to ask from.
    pub fn of(client: &Client, redirect_uri: &str) -> Option<Self> {
        let origin = Url::parse(redirect_uri).ok()?.origin();
        origin
            .is_tuple()
            .then(|| Self { client_id: client.id.as_str().to_owned(), origin: origin.ascii_serialization() })
    }

    /// `session_state` (§2): no two are the same, so that they cannot be compared between sites.
    pub fn session_state(&self, state: &BrowserState, entropy: &dyn Entropy) -> String {
        self.salted(state, &URL_SAFE_NO_PAD.encode(bytes::<12>(entropy)))
    }

    /// The page's script works it out the same way.
    fn salted(&self, state: &BrowserState, salt: &str) -> String {
        let text = format!("{} {} {} {salt}", self.client_id, self.origin, state.as_str());
        format!("{}.{salt}", URL_SAFE_NO_PAD.encode(sha256(text.as_bytes())))
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "oidc/check_session.html")]
struct CheckSessionPage {
    cookie: &'static str,
}

/// `GET /check-session` (§3.2)
pub async fn show() -> Response {
    let page = CheckSessionPage { cookie: browser_state::NAME };
    let mut response = page.into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response.headers_mut().insert(header::CACHE_CONTROL, CACHE);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::testing::client;

    #[test]
    fn a_session_state_is_of_one_client_at_one_origin() {
        let state = BrowserState::nobody();
        let of = |uri: &str| Observer::of(&client(""), uri).expect("an origin");
        let here = of("https://a.example/cb?x=1").salted(&state, "salt");
        assert_eq!(of("https://a.example:443/other").salted(&state, "salt"), here, "the path is no part of an origin");
        for elsewhere in ["https://a.example:8443/cb", "http://a.example/cb", "https://b.example/cb"] {
            assert_ne!(of(elsewhere).salted(&state, "salt"), here, "{elsewhere}");
        }
        assert_ne!(of("https://a.example/cb").salted(&state, "pepper"), here);
        assert_eq!(Observer::of(&client(""), "com.example.app:/cb"), None);
    }

    #[test]
    fn a_session_state_is_what_the_page_works_out() {
        // `printf 'a https://a.example nobody salt' | openssl dgst -sha256 -binary | basenc --base64url`
        let state = Observer::of(&client(""), "https://a.example/cb").expect("an origin");
        assert_eq!(state.salted(&BrowserState::nobody(), "salt"), "ryVgUDA4KN9sr2017KHRtUxN6HugxBcNM-iVl4hiwWc.salt");
    }
}
