//! Addresses of our own that a page makes of the one it was asked for.
//!
//! A path may begin with two slashes, or with a slash and a backslash: in a link, a browser reads such a thing as
//! the name of another host (URL Standard §4.4, "relative slash state"). Whoever can make a person open
//! `https://ours//theirs` must not get a link to theirs on a page of ours.

use http::Uri;

use crate::i18n::Lang;

/// The query parameter that chooses the language of a page.
const LANG: &str = "lang";

/// The language that the address asks for.
#[must_use]
pub fn asked_language(uri: &Uri) -> Option<Lang> {
    let (_, tag) = form_urlencoded::parse(uri.query()?.as_bytes()).find(|(name, _)| name == LANG)?;
    Lang::parse(&tag)
}

/// The same page in another language: `lang` is changed and everything else kept. Never leaves this host.
#[must_use]
pub fn in_language(uri: &Uri, lang: Lang) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    query.extend_pairs(pairs.filter(|(name, _)| name != LANG));
    query.append_pair(LANG, lang.tag());
    format!("{}?{}", local_path(uri), query.finish())
}

/// The same page once more. Never leaves this host.
#[must_use]
pub fn same(uri: &Uri) -> String {
    match uri.query() {
        Some(query) => format!("{}?{query}", local_path(uri)),
        None => local_path(uri),
    }
}

/// The path, whatever slashes it begins with made one.
fn local_path(uri: &Uri) -> String {
    format!("/{}", uri.path().trim_start_matches(['/', '\\']))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn the_language_link_keeps_the_rest_of_the_address() {
        let uri = Uri::from_static("/sign-in?continue=a%26b&lang=zh-CN&q=c");
        assert_eq!(in_language(&uri, Lang::En), "/sign-in?continue=a%26b&q=c&lang=en");
        assert_eq!(same(&uri), "/sign-in?continue=a%26b&lang=zh-CN&q=c");
        assert_eq!(same(&Uri::from_static("/help")), "/help");
    }

    #[test]
    fn the_address_says_which_language_it_asks_for() {
        assert_eq!(asked_language(&Uri::from_static("/?a=b&lang=en-GB")), Some(Lang::En));
        assert_eq!(asked_language(&Uri::from_static("/?lang=fr")), None);
        assert_eq!(asked_language(&Uri::from_static("/")), None);
    }

    /// Read by the parser that follows the same standard as browsers.
    #[test]
    fn no_path_makes_a_link_to_another_host() {
        let ours = Url::parse("https://ours.example/page").expect("an address");
        for path in [
            "//evil.example/x",
            "///evil.example",
            "/\\evil.example/x",
            "/\\/evil.example",
            "//\\evil.example",
            "/.//evil.example",
            "/%5cevil.example",
            "/%2fevil.example",
        ] {
            let uri: Uri = path.parse().unwrap_or_else(|_| panic!("{path} is a path"));
            for link in [in_language(&uri, Lang::En), same(&uri)] {
                let target = ours.join(&link).expect("an address");
                assert_eq!(target.host_str(), Some("ours.example"), "{path} became {link}");
            }
        }
    }
}
