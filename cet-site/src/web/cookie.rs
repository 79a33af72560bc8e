//! Cookies of this site. Every one is a `__Host-` cookie (RFC 6265bis §4.1.3.2): Secure, for this host only,
//! for every path, so that no neighbour under the same domain can set or read it.

use std::time::Duration;

use http::header::{COOKIE, InvalidHeaderValue};
use http::{HeaderMap, HeaderValue};

/// A cookie to be set.
#[derive(Debug, Clone)]
pub struct Cookie {
    name: String,
    value: String,
    lifetime: Option<Duration>,
}

impl Cookie {
    /// A cookie that lives as long as the browser is open.
    #[must_use]
    pub fn session(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), lifetime: None }
    }

    /// A cookie that lives that long.
    #[must_use]
    pub fn lasting(name: impl Into<String>, value: impl Into<String>, lifetime: Duration) -> Self {
        Self { name: name.into(), value: value.into(), lifetime: Some(lifetime) }
    }

    /// Takes a cookie away.
    #[must_use]
    pub fn removal(name: impl Into<String>) -> Self {
        Self::lasting(name, "", Duration::ZERO)
    }
}

impl TryFrom<Cookie> for HeaderValue {
    type Error = InvalidHeaderValue;

    /// The value of `Set-Cookie`. Lax, because the passport sends people back by a navigation from its own
    /// site.
    fn try_from(cookie: Cookie) -> Result<Self, Self::Error> {
        let lifetime = cookie.lifetime.map(|d| format!("; Max-Age={}", d.as_secs())).unwrap_or_default();
        let Cookie { name, value, .. } = cookie;
        Self::try_from(format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{lifetime}"))
    }
}

/// Adds `Set-Cookie` headers to an answer.
pub fn set(headers: &mut HeaderMap, cookies: impl IntoIterator<Item = Cookie>) {
    for cookie in cookies {
        // Names and values are base64url and identifiers; one that is not would be a defect, not an input.
        if let Ok(value) = HeaderValue::try_from(cookie) {
            headers.append(http::header::SET_COOKIE, value);
        }
    }
}

/// Every cookie of the request, in order.
pub fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

/// The value of the cookie of that name.
#[must_use]
pub fn get<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    all(headers).find(|(of, _)| *of == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cookie_is_for_this_host_alone() {
        let value = HeaderValue::try_from(Cookie::removal("__Host-a")).expect("a header");
        assert_eq!(value, "__Host-a=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn cookies_are_found_in_every_header_line() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1; b=2=3"));
        headers.append(COOKIE, HeaderValue::from_static("c="));
        assert_eq!((get(&headers, "b"), get(&headers, "c"), get(&headers, "d")), (Some("2=3"), Some(""), None));
    }
}
