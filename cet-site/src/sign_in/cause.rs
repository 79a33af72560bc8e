//! Who caused a request: the person and our own pages, or a page of somebody else's.
//!
//! Whoever can make a browser open an address could make it sign in, unnoticed, where the passport knows the person
//! already (RFC 6819 §4.4.1.9, ASVS 7.6.2). Browsers say where a navigation came from, over all its redirects: the
//! decision is made by what they say, and where they say nothing, by whether it is a browser at all.

use http::{HeaderMap, header};
use url::Url;

/// What browsers call themselves. Programs don't, and no page makes a program open an address.
const BROWSERS: [&str; 3] = ["Mozilla/", "Opera/", "UCWEB/"];

/// Whether a page caused the request that is neither ours nor of one of these origins. What the person typed, or kept as a
/// bookmark, is theirs.
pub(super) fn is_foreign(headers: &HeaderMap, trusted: [&str; 2]) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some("same-origin" | "same-site" | "none") = text("sec-fetch-site") {
        return false;
    }
    // Of another site, or of a browser that does not say. `null` is what is left of an origin that must not be told.
    let origin = text("origin").filter(|origin| *origin != "null").map(str::to_owned);
    let referring = || Url::parse(text("referer")?).ok().map(|url| url.origin().ascii_serialization());
    if let Some(origin) = origin.or_else(referring) {
        return !trusted.contains(&origin.as_str());
    }
    let says_nothing = !headers.contains_key("sec-fetch-site");
    let name = headers.get(header::USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let browser = name.is_some_and(|name| BROWSERS.iter().any(|browser| name.starts_with(browser)));
    browser || !says_nothing
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUSTED: [&str; 2] = ["https://cet.localhost:8444", "https://passport.localhost:8443"];

    fn foreign(sent: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.insert(*name, value.parse().expect("a header"));
        }
        is_foreign(&headers, TRUSTED)
    }

    const BROWSER: (&str, &str) = ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)");

    #[test]
    fn what_the_browser_says_of_the_way_decides() {
        for (site, expected) in [("none", false), ("same-origin", false), ("same-site", false), ("cross-site", true)] {
            assert_eq!(foreign(&[BROWSER, ("sec-fetch-site", site)]), expected, "{site}");
        }
        for unknown in ["", "None", "cross-site, none", "x"] {
            assert!(foreign(&[BROWSER, ("sec-fetch-site", unknown)]), "{unknown}");
        }
    }

    #[test]
    fn the_passport_may_lead_in_from_its_own_page() {
        let cross = ("sec-fetch-site", "cross-site");
        for referer in ["https://passport.localhost:8443/", "https://passport.localhost:8443/account?x=1"] {
            assert!(!foreign(&[BROWSER, cross, ("referer", referer)]), "{referer}");
        }
        assert!(!foreign(&[BROWSER, cross, ("origin", "https://passport.localhost:8443")]));
        for stranger in [
            "https://evil.example/",
            "https://passport.localhost/",
            "http://passport.localhost:8443/",
            "https://passport.localhost:8443@evil.example/",
            "https://passport.localhost:8443.evil.example/",
            "passport.localhost:8443",
            "",
        ] {
            assert!(foreign(&[BROWSER, cross, ("referer", stranger)]), "{stranger}");
        }
        // Who posts is told by `Origin`, whatever stands beside it.
        let beside = ("referer", "https://passport.localhost:8443/");
        assert!(foreign(&[BROWSER, cross, ("origin", "https://evil.example"), beside]));
    }

    #[test]
    fn a_browser_that_says_nothing_of_the_way_is_held_to_the_page_that_it_names() {
        let (own, other) = (("referer", "https://cet.localhost:8444/news"), ("referer", "https://evil.example/"));
        assert!(!foreign(&[BROWSER, own]));
        assert!(!foreign(&[BROWSER, ("origin", "https://cet.localhost:8444")]));
        assert!(foreign(&[BROWSER, other]));
        assert!(foreign(&[BROWSER, ("origin", "https://evil.example")]));
        assert!(foreign(&[BROWSER]), "a page can keep its name back");
        assert!(foreign(&[BROWSER, ("origin", "null")]));
        assert!(foreign(&[("user-agent", "Opera/9.80 (Android; Opera Mini/7.5)")]));
    }

    #[test]
    fn no_page_leads_a_program() {
        assert!(!foreign(&[]));
        assert!(!foreign(&[("user-agent", "curl/8.5.0")]));
        assert!(foreign(&[("user-agent", "curl/8.5.0"), ("referer", "https://evil.example/")]));
    }
}
