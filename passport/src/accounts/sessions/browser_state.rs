//! What pages of ours may know, in a browser, of who is signed in there: that it changed (OIDC Session Management
//! §3.2).
//!
//! It stands in a cookie of its own, which scripts may read and which goes along into frames of other sites. It is
//! worked out of the session's token, by a hash that leads nowhere: nothing is stored for it, and it changes whenever
//! the token does. Who is signed out has a state too, so that a browser which keeps the cookie from a frame is told
//! from one where nobody is signed in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::secret::sha256;
use tower_cookies::Cookies;
use tower_cookies::cookie::{Cookie, SameSite, time};

/// The cookie's name.
pub const NAME: &str = "__Host-pp_state";

const NOBODY: &str = "nobody";

/// Sets a state apart from what is stored of a token.
const PURPOSE: &str = "browser-state";

/// More than any state has.
const LONGEST: usize = 64;

/// The state of a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserState(String);

impl BrowserState {
    /// Of a browser where nobody is signed in.
    pub fn nobody() -> Self {
        Self(NOBODY.to_owned())
    }

    /// Of a browser with that session token.
    pub(super) fn of(token: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(&sha256(format!("{PURPOSE}\0{token}").as_bytes())[..16]))
    }

    /// As the cookie holds it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The state of this browser, which keeps it from now on. `signed_in`: whether its session lives, where that is
    /// known; where not, what the browser has counts.
    pub fn settle(cookies: &Cookies, signed_in: Option<bool>) -> Self {
        let of_token = || cookies.get(super::cookie::NAME).map_or_else(Self::nobody, |held| Self::of(held.value()));
        let held = Self::held(cookies);
        let state = match signed_in {
            Some(true) => of_token(),
            Some(false) => Self::nobody(),
            None => held.clone().unwrap_or_else(of_token),
        };
        if held.as_ref() != Some(&state) {
            state.give(cookies, None);
        }
        state
    }

    /// Gives it to the browser, for as long as the session's own cookie; `None`: until that is closed.
    pub(super) fn give(&self, cookies: &Cookies, kept: Option<time::Duration>) {
        let cookie = Cookie::build((NAME, self.0.clone())).path("/").secure(true).same_site(SameSite::None);
        let mut cookie = cookie.build();
        cookie.set_max_age(kept);
        cookies.add(cookie);
    }

    fn held(cookies: &Cookies) -> Option<Self> {
        let cookie = cookies.get(NAME)?;
        let value = cookie.value();
        let fits = (1..=LONGEST).contains(&value.len())
            && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        fits.then(|| Self(value.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_tells_nothing_of_the_token_and_changes_with_it() {
        let (one, other) = (BrowserState::of("one"), BrowserState::of("other"));
        assert_ne!(one, other);
        assert_ne!(one.as_str(), URL_SAFE_NO_PAD.encode(&sha256(b"one")[..16]), "what is stored of a token is no part");
        assert_eq!(BrowserState::of("one"), one);
        assert_ne!(one, BrowserState::nobody());
    }

    #[test]
    fn what_is_known_of_the_session_wins_over_what_the_browser_holds() {
        let cookies = Cookies::default();
        assert_eq!(BrowserState::settle(&cookies, None), BrowserState::nobody());
        cookies.add(Cookie::new(super::super::cookie::NAME, "token"));
        assert_eq!(BrowserState::settle(&cookies, None), BrowserState::nobody(), "nobody knows better");
        assert_eq!(BrowserState::settle(&cookies, Some(true)), BrowserState::of("token"));
        assert_eq!(cookies.get(NAME).map(|c| c.value().to_owned()), Some(BrowserState::of("token").0));
        assert_eq!(BrowserState::settle(&cookies, Some(false)), BrowserState::nobody());
    }

    #[test]
    fn a_value_that_we_never_gave_is_replaced() {
        for strange in ["", "a b", "a.b", "é", &"x".repeat(65)] {
            let cookies = Cookies::default();
            cookies.add(Cookie::new(NAME, strange.to_owned()));
            assert_eq!(BrowserState::settle(&cookies, None), BrowserState::nobody(), "{strange}");
        }
    }
}
