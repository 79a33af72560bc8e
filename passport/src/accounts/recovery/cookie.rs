//! The cookie of a browser in which a recovery goes on.

use shared::entropy::{Entropy, token};
use shared::secret::sha256;
use tower_cookies::Cookies;
use tower_cookies::cookie::{Cookie, SameSite};

use crate::accounts::view::Way;
use crate::web::paths;

const COOKIE: &str = "__Host-pp_recovery";

/// Where the person was going when they asked, sealed. A mail's link is opened in another tab, which knows nothing of it.
const WAY: &str = "__Secure-pp_recovery_way";

/// Browsers refuse a cookie of more than 4,096 bytes.
const LONGEST_WAY: usize = 3_500;

/// The secret that a browser holds of a recovery.
#[derive(Clone)]
pub(super) struct RecoveryToken(String);

impl RecoveryToken {
    /// A fresh one.
    pub(super) fn new(entropy: &dyn Entropy) -> Self {
        Self(token(entropy))
    }

    /// The secret of a link, which the browser keeps until its code is right.
    pub(super) fn sent(link: &str) -> Self {
        Self(link.to_owned())
    }

    /// As it is stored.
    pub(super) fn hash(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }
}

/// Gives the browser a token. The cookie ends with the browser; the row ends by itself.
pub(super) fn set(cookies: &Cookies, token: &RecoveryToken) {
    cookies.add(made(token.0.clone()));
}

/// Takes it away.
pub(super) fn remove(cookies: &Cookies) {
    cookies.remove(made(String::new()));
    cookies.remove(made_of_way(String::new()));
}

/// Has the browser keep where the person was going, for the link of the mail.
pub(super) fn keep_way(cookies: &Cookies, way: &Way) {
    match way.sealed.as_ref().filter(|sealed| sealed.len() <= LONGEST_WAY) {
        Some(sealed) => cookies.add(made_of_way(sealed.clone())),
        None => cookies.remove(made_of_way(String::new())),
    }
}

/// What it keeps of that.
pub(super) fn way(cookies: &Cookies) -> Option<String> {
    cookies.get(WAY).map(|cookie| cookie.value().to_owned())
}

/// The hash of the browser's token.
pub(super) fn token_hash(cookies: &Cookies) -> Option<[u8; 32]> {
    cookies.get(COOKIE).map(|cookie| sha256(cookie.value().as_bytes()))
}

fn made(value: String) -> Cookie<'static> {
    Cookie::build((COOKIE, value)).path("/").secure(true).http_only(true).same_site(SameSite::Lax).build()
}

fn made_of_way(value: String) -> Cookie<'static> {
    Cookie::build((WAY, value)).path(paths::RECOVER).secure(true).http_only(true).same_site(SameSite::Lax).build()
}
