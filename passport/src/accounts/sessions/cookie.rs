//! The cookie that a signed-in browser carries. The browser's state changes along with it.

use shared::entropy::{Entropy, token};
use shared::secret::sha256;
use tower_cookies::Cookies;
use tower_cookies::cookie::{Cookie, SameSite};

use super::browser_state::BrowserState;

/// The cookie's name. The prefix binds it to this host, to `/` and to TLS (RFC 6265bis §4.1.3.2).
pub const NAME: &str = "__Host-pp_session";

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

/// Gives the browser its token, for as long as it stays open.
pub fn set(cookies: &Cookies, token: &SessionToken) {
    cookies.add(build(token.0.clone()));
    BrowserState::of(&token.0).give(cookies);
}

/// Takes the token from the browser.
pub fn clear(cookies: &Cookies) {
    // A removal without the Secure attribute would be ignored for this prefix.
    let mut removal = build(String::new());
    removal.make_removal();
    cookies.add(removal);
    BrowserState::nobody().give(cookies);
}

fn build(value: String) -> Cookie<'static> {
    // Lax, since sites send people here by links and redirects.
    Cookie::build((NAME, value)).path("/").secure(true).http_only(true).same_site(SameSite::Lax).build()
}
