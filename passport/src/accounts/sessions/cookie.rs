//! The cookie that a signed-in browser carries. The browser's state changes along with it.

use http::{HeaderMap, HeaderName, HeaderValue};
use shared::clock::Timestamp;
use shared::entropy::{Entropy, token};
use shared::secret::sha256;
use tower_cookies::Cookies;
use tower_cookies::cookie::{Cookie, SameSite, time};

use super::browser_state::BrowserState;
use super::{Stay, Term};
use crate::web::computer;

pub use crate::web::computer::SESSION_COOKIE as NAME;

/// A fresh session token, to be given to the browser with [`set`] once its session is stored.
#[derive(Clone)]
pub struct SessionToken(String);

impl SessionToken {
    /// 256 random bits.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(token(entropy))
    }

    /// What is stored of it.
    pub fn hash(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }
}

/// The hash of the token that this browser carries, by which its session is found.
pub fn token_hash(cookies: &Cookies) -> Option<[u8; 32]> {
    cookies.get(NAME).map(|cookie| sha256(cookie.value().as_bytes()))
}

/// Gives the browser its token, for as long as the session's term says.
pub fn set(cookies: &Cookies, token: &SessionToken, term: &Term, now: Timestamp) {
    let kept =
        term.kept_for(now).map(|kept| time::Duration::seconds(i64::try_from(kept.as_secs()).unwrap_or(i64::MAX)));
    let mut cookie = build(token.0.clone());
    cookie.set_max_age(kept);
    cookies.add(cookie);
    BrowserState::of(&token.0).give(cookies, kept);
    computer::mark(cookies, term.stay == Stay::Public);
}

/// Takes the token from the browser.
pub fn clear(cookies: &Cookies) {
    // A removal without the Secure attribute would be ignored for this prefix.
    let mut removal = build(String::new());
    removal.make_removal();
    cookies.add(removal);
    BrowserState::nobody().give(cookies, None);
}

/// Has the browser forget the pages and what scripts stored, once somebody has signed out at a public computer. Its
/// cookies stay: they hold nothing of the person, and forms of other tabs need theirs.
pub fn leave_nothing(headers: &mut HeaderMap) {
    headers.insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"storage\""));
}

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

fn build(value: String) -> Cookie<'static> {
    // Lax, since sites send people here by links and redirects.
    Cookie::build((NAME, value)).path("/").secure(true).http_only(true).same_site(SameSite::Lax).build()
}
