//! Where a person goes after signing in: a path of this site, and nothing that a browser could read as
//! leading elsewhere.

use shared::config::BaseUrl;
use url::Url;

use crate::web::paths;

/// Longer ones would crowd the cookie that carries them.
const MOST: usize = 512;

/// A path of this site with its query, without fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnPath(String);

impl ReturnPath {
    /// The registration desk.
    #[must_use]
    pub fn desk() -> Self {
        Self(paths::DESK.to_owned())
    }

    /// What was asked for, if it is a path of this site that one can return to; else the desk.
    #[must_use]
    pub fn parse(asked: Option<&str>, base: &BaseUrl) -> Self {
        asked.and_then(|text| Self::within(text, base)).unwrap_or_else(Self::desk)
    }

    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address that starts a sign-in which ends here.
    #[must_use]
    pub fn sign_in(&self) -> String {
        if *self == Self::desk() {
            return paths::SIGN_IN.to_owned();
        }
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("return_to", &self.0).finish();
        format!("{}?{query}", paths::SIGN_IN)
    }

    /// Takes a path or an address of this very origin. The URL parser decides, as it does in a browser; what
    /// it would read in a surprising way (`\`, white space, `//`) is refused before.
    fn within(text: &str, base: &BaseUrl) -> Option<Self> {
        let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
        if text.len() > MOST || text.chars().any(odd) || text.starts_with("//") {
            return None;
        }
        let base = Url::parse(base.as_str()).ok()?;
        let url = base.join(text).ok()?;
        let ours = url.origin() == base.origin() && url.username().is_empty() && url.password().is_none();
        let path = url.path();
        // Signing in or out again by arriving would be a circle.
        let circle = [paths::SIGN_IN, paths::SIGN_OUT, paths::SIGNED_OUT].iter().any(|p| path.starts_with(p));
        if !ours || circle || path.starts_with("//") {
            return None;
        }
        Some(Self(url.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> String {
        let base = BaseUrl::parse("https://cet.localhost:8444").expect("an address");
        ReturnPath::parse(Some(text), &base).as_str().to_owned()
    }

    #[test]
    fn a_path_of_this_site_is_kept() {
        assert_eq!(parse("/news/photo-rules?lang=en"), "/news/photo-rules?lang=en");
        assert_eq!(parse("https://cet.localhost:8444/dates#top"), "/dates");
        assert_eq!(parse("/a/../dates"), "/dates");
    }

    #[test]
    fn nothing_leads_out_of_the_site() {
        for text in [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/%0d/..//evil.example",
            "https:evil.example",
            "https://cet.localhost:8444@evil.example/",
            "https://cet.localhost:8443/",
            "http://cet.localhost:8444/",
            "javascript:alert(1)",
            "data:text/html,x",
            " //evil.example",
            "/\t/evil.example",
            "/..//evil.example",
            "https://u:p@cet.localhost:8444/dates",
            "",
        ] {
            let parsed = parse(text);
            assert!(parsed.starts_with('/') && !parsed.starts_with("//"), "{text}: {parsed}");
        }
    }

    #[test]
    fn returning_to_sign_in_or_out_would_be_a_circle() {
        for text in ["/sign-in", "/sign-in/callback?code=1", "/sign-out", "/signed-out"] {
            assert_eq!(parse(text), "/registration");
        }
    }

    #[test]
    fn a_long_path_is_not_carried() {
        assert_eq!(parse(&format!("/{}", "a".repeat(600))), "/registration");
    }
}
