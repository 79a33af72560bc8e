//! The cookie of a browser that is halfway in.

use shared::entropy::{Entropy, token};
use shared::secret::sha256;
use tower_cookies::Cookies;
use tower_cookies::cookie::{Cookie, SameSite};

const COOKIE: &str = "__Host-pp_half";

/// The secret that a browser holds of half a sign-in.
#[derive(Clone)]
pub struct HalfToken(String);

impl HalfToken {
    /// A fresh one.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(token(entropy))
    }

    /// As it is stored.
    pub fn hash(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }
}

/// Gives the browser a token. The cookie ends with the browser; the row ends by itself.
pub fn set(cookies: &Cookies, token: &HalfToken) {
    cookies.add(made(token.0.clone()));
}

/// Takes it away.
pub(super) fn remove(cookies: &Cookies) {
    cookies.remove(made(String::new()));
}

/// The hash of the browser's token.
pub fn token_hash(cookies: &Cookies) -> Option<[u8; 32]> {
    cookies.get(COOKIE).map(|cookie| sha256(cookie.value().as_bytes()))
}

fn made(value: String) -> Cookie<'static> {
    Cookie::build((COOKIE, value)).path("/").secure(true).http_only(true).same_site(SameSite::Lax).build()
}
