//! Whose computer it is, as who signed in said: at a public one every page has the way out at its top.

use tower_cookies::Cookies;
use tower_cookies::cookie::{Cookie, SameSite, time};

/// The cookie of a signed-in browser. The prefix binds it to this host, to `/` and to TLS (RFC 6265bis §4.1.3.2).
pub const SESSION_COOKIE: &str = "__Host-pp_session";

/// It tells of the computer and of nobody: the next of many who sign in there need not say it again.
const PUBLIC_COOKIE: &str = "__Host-pp_public";

/// How long a computer that was said to be public is taken for one.
const DAYS: i64 = 180;

/// Whether somebody said that this is a public computer.
pub fn is_public(cookies: &Cookies) -> bool {
    cookies.get(PUBLIC_COOKIE).is_some()
}

/// Whether somebody may be signed in at a public computer. Nothing is looked up: whose session is over already loses
/// nothing by the way out.
pub fn may_be_left(cookies: &Cookies) -> bool {
    is_public(cookies) && cookies.get(SESSION_COOKIE).is_some()
}

/// Notes what somebody said who signs in here.
pub fn mark(cookies: &Cookies, public: bool) {
    let cookie = |value: &'static str| {
        Cookie::build((PUBLIC_COOKIE, value)).path("/").secure(true).http_only(true).same_site(SameSite::Lax)
    };
    if public {
        cookies.add(cookie("1").max_age(time::Duration::days(DAYS)).build());
    } else if is_public(cookies) {
        let mut removal = cookie("").build();
        removal.make_removal();
        cookies.add(removal);
    }
}
