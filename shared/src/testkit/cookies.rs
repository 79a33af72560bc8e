//! Cookies as a browser keeps them (RFC 6265bis), as far as our programs use them.

use tower_cookies::cookie::{Cookie, SameSite};
use url::Url;

/// One cookie of a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCookie {
    /// The host that set it, which alone gets it back.
    pub host: String,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Below which path it is sent.
    pub path: String,
    /// Whether scripts cannot see it.
    pub http_only: bool,
    /// When it goes along from other sites.
    pub same_site: Option<SameSite>,
}

/// All cookies of a browser.
#[derive(Debug, Clone, Default)]
pub struct CookieJar {
    kept: Vec<StoredCookie>,
    refusing: bool,
}

impl CookieJar {
    /// The cookie that the host has set by that name.
    #[must_use]
    pub fn get(&self, host: &str, name: &str) -> Option<&StoredCookie> {
        self.kept.iter().find(|cookie| cookie.host == host && cookie.name == name)
    }

    /// Keeps none from now on, and forgets those it had: a browser whose owner forbids cookies.
    pub fn refuse(&mut self) {
        self.kept.clear();
        self.refusing = true;
    }

    /// Forgets everything, as a person who clears the browser's data.
    pub fn clear(&mut self) {
        self.kept.clear();
    }

    /// Forgets what one host has set.
    pub fn clear_host(&mut self, host: &str) {
        self.kept.retain(|cookie| cookie.host != host);
    }

    /// Puts a cookie in, as if the host had set it.
    pub fn put(&mut self, cookie: StoredCookie) {
        self.remove(&cookie.host, &cookie.name, &cookie.path);
        self.kept.push(cookie);
    }

    /// Takes a `Set-Cookie` header from `url`.
    ///
    /// # Panics
    /// When a browser would refuse the cookie: that is a mistake of the program, not a case to go on from.
    pub(super) fn take(&mut self, url: &Url, header: &str) {
        let cookie = Cookie::parse(header.to_owned()).unwrap_or_else(|error| panic!("{error}: Set-Cookie: {header}"));
        let secure = cookie.secure().unwrap_or(false);
        assert!(!secure || is_trustworthy(url), "a browser refuses this cookie over plain HTTP: {header}");
        assert!(cookie.domain().is_none(), "our cookies belong to one host: {header}");
        let none = cookie.same_site() == Some(SameSite::None);
        assert!(secure || !none, "a browser refuses SameSite=None without Secure: {header}");
        if cookie.name().starts_with("__Host-") {
            assert!(
                secure && cookie.path() == Some("/"),
                "a browser refuses this cookie of the prefix __Host-: {header}"
            );
        }
        if cookie.name().starts_with("__Secure-") {
            assert!(secure, "a browser refuses this cookie of the prefix __Secure-: {header}");
        }

        let host = url.host_str().unwrap_or_default().to_owned();
        let path = cookie.path().unwrap_or("/").to_owned();
        let gone = cookie.max_age().is_some_and(|age| !age.is_positive())
            || (cookie.max_age().is_none() && header.to_ascii_lowercase().contains("expires=thu, 01 jan 1970"));
        self.remove(&host, cookie.name(), &path);
        if !gone && !self.refusing {
            self.kept.push(StoredCookie {
                host,
                name: cookie.name().to_owned(),
                value: cookie.value().to_owned(),
                path,
                http_only: cookie.http_only().unwrap_or(false),
                same_site: cookie.same_site(),
            });
        }
    }

    /// The `Cookie` header for a navigation to `url`.
    pub(super) fn header(&self, url: &Url, cross_site: bool, safe_method: bool) -> Option<String> {
        let goes_along = |cookie: &&StoredCookie| match cookie.same_site {
            Some(SameSite::None) => true,
            Some(SameSite::Strict) => !cross_site,
            // What says nothing counts as Lax.
            Some(SameSite::Lax) | None => !cross_site || safe_method,
        };
        let sent = self
            .kept
            .iter()
            .filter(|cookie| Some(cookie.host.as_str()) == url.host_str() && path_matches(url.path(), &cookie.path))
            .filter(goes_along)
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect::<Vec<_>>();
        (!sent.is_empty()).then(|| sent.join("; "))
    }

    fn remove(&mut self, host: &str, name: &str, path: &str) {
        self.kept.retain(|cookie| !(cookie.host == host && cookie.name == name && cookie.path == path));
    }
}

/// Browsers let loopback hosts keep `Secure` cookies over plain HTTP.
fn is_trustworthy(url: &Url) -> bool {
    url.scheme() == "https"
        || url.host_str().is_some_and(|host| host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1")
}

fn path_matches(path: &str, of_cookie: &str) -> bool {
    path == of_cookie
        || path.strip_prefix(of_cookie).is_some_and(|rest| of_cookie.ends_with('/') || rest.starts_with('/'))
}
