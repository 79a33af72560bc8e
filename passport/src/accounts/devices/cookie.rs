//! The cookie of a browser in which somebody has signed in. It names the browser, for every account that is known in it.

use shared::entropy::{Entropy, token};
use shared::secret::sha256;
use tower_cookies::Cookies;
use tower_cookies::cookie::{Cookie, SameSite, time};

use super::LIFETIME;

const COOKIE: &str = "__Host-pp_device";

/// The token of a browser.
pub struct DeviceToken(String);

impl DeviceToken {
    /// The browser's own, or a fresh one that no account is known by.
    pub fn of(cookies: &Cookies, entropy: &dyn Entropy) -> Self {
        Self(cookies.get(COOKIE).map_or_else(|| token(entropy), |cookie| cookie.value().to_owned()))
    }

    /// As it is stored.
    pub fn hash(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }
}

/// Gives the browser its token, once somebody has signed in.
pub fn set(cookies: &Cookies, token: DeviceToken) {
    let seconds = i64::try_from(LIFETIME.as_secs()).unwrap_or(i64::MAX);
    let cookie = Cookie::build((COOKIE, token.0)).path("/").secure(true).http_only(true).same_site(SameSite::Lax);
    cookies.add(cookie.max_age(time::Duration::seconds(seconds)).build());
}
