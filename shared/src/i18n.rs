//! Texts in two languages: Chinese first, English complete.
//!
//! A [`Catalogue`] is built once, at start, from Fluent sources that are embedded in the binary. Every key
//! must exist in every language with the same placeholders; [`check::differences`] proves it in a test of
//! each crate, so that a page never shows a key to a person.
//!
//! ```
//! use shared::i18n::{Catalogue, Lang};
//!
//! let texts = Catalogue::new(&[
//!     (Lang::Zh, &["greeting = 您好，{ $name }"]),
//!     (Lang::En, &["greeting = Hello, { $name }"]),
//! ]);
//! assert_eq!(texts.text_with(Lang::En, "greeting", &[("name", "Li Lei")]), "Hello, Li Lei");
//! ```

pub mod check;
mod lang;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

pub use fluent_bundle::FluentValue as Value;
pub use lang::Lang;

/// All texts of a program, in every language.
pub struct Catalogue {
    bundles: [FluentBundle<FluentResource>; Lang::ALL.len()],
}

impl Catalogue {
    /// Builds the catalogue from the Fluent sources of each language.
    ///
    /// # Panics
    /// When a source has a syntax error or a key stands twice in one language. The sources are part of the
    /// program, so that is a mistake of the programmer, met by the first test that runs.
    #[must_use]
    pub fn new(sources: &[(Lang, &[&str])]) -> Self {
        let bundle_of = |lang: Lang| {
            let texts = sources.iter().filter(|(of, _)| *of == lang).flat_map(|(_, texts)| texts.iter());
            bundle(lang, texts.copied())
        };
        Self { bundles: Lang::ALL.map(bundle_of) }
    }

    /// The text of a key that has no placeholders.
    ///
    /// # Panics
    /// In debug builds, when the key is unknown; a release build shows the key and logs an error.
    #[must_use]
    pub fn text(&self, lang: Lang, key: &str) -> String {
        self.format(lang, key, None)
    }

    /// The text of a key, with its placeholders filled. A [`Value`] made from a number selects plural forms,
    /// one made from text stands as it is.
    ///
    /// # Panics
    /// In debug builds, when the key is unknown or a placeholder has no value; a release build shows what it
    /// has and logs an error.
    #[must_use]
    pub fn text_with<'v, V>(&self, lang: Lang, key: &str, values: &[(&'v str, V)]) -> String
    where
        V: Into<Value<'v>> + Clone,
    {
        let args: FluentArgs<'v> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.format(lang, key, Some(&args))
    }

    /// Whether the key exists in that language.
    #[must_use]
    pub fn has(&self, lang: Lang, key: &str) -> bool {
        self.bundles[lang as usize].has_message(key)
    }

    fn format(&self, lang: Lang, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = &self.bundles[lang as usize];
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            report(lang, key, "no such text");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors).into_owned();
        if let Some(error) = errors.first() {
            report(lang, key, &error.to_string());
        }
        text
    }
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Catalogue")
    }
}

fn bundle<'s>(lang: Lang, sources: impl Iterator<Item = &'s str>) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![lang.identifier()]);
    // The marks would land in page titles, mails and form fields. What people type is shown in elements of
    // its own, where HTML isolates it.
    bundle.set_use_isolating(false);
    for source in sources {
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) => resource,
            Err((_, errors)) => {
                panic!("the {lang} texts have syntax errors: {errors:?} in {source}")
            }
        };
        if let Err(errors) = bundle.add_resource(resource) {
            panic!("the {lang} texts hold a key twice: {errors:?}");
        }
    }
    bundle
}

/// A missing text stops a test at once, but never a request of a person.
fn report(lang: Lang, key: &str, what: &str) {
    debug_assert!(false, "text `{key}` ({lang}): {what}");
    tracing::error!(key, lang = lang.tag(), what, "broken text");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::new(&[
            (Lang::Zh, &["a = 甲", "seats = 剩余 { $count } 个座位\nhello = 您好，{ $name }"]),
            (
                Lang::En,
                &[
                    "a = A",
                    "seats = { $count ->\n    [one] one seat left\n   *[other] { $count } seats left\n }\nhello = Hello, { $name }",
                ],
            ),
        ])
    }

    #[test]
    fn a_text_comes_in_the_language_asked_for() {
        assert_eq!(catalogue().text(Lang::Zh, "a"), "甲");
        assert_eq!(catalogue().text(Lang::En, "a"), "A");
    }

    #[test]
    fn a_value_stands_in_the_text_without_isolation_marks() {
        assert_eq!(catalogue().text_with(Lang::Zh, "hello", &[("name", "李雷")]), "您好，李雷");
        let owned = String::from("Li Lei");
        assert_eq!(catalogue().text_with(Lang::En, "hello", &[("name", owned.as_str())]), "Hello, Li Lei");
    }

    #[test]
    fn a_number_selects_the_plural() {
        assert_eq!(catalogue().text_with(Lang::En, "seats", &[("count", 1)]), "one seat left");
        assert_eq!(catalogue().text_with(Lang::En, "seats", &[("count", 20_000)]), "20000 seats left");
        assert_eq!(catalogue().text_with(Lang::Zh, "seats", &[("count", 3)]), "剩余 3 个座位");
    }

    #[test]
    #[should_panic(expected = "no such text")]
    fn an_unknown_key_stops_a_test() {
        let _ = catalogue().text(Lang::Zh, "b");
    }

    #[test]
    #[should_panic(expected = "hello")]
    fn a_placeholder_without_a_value_stops_a_test() {
        let _ = catalogue().text(Lang::Zh, "hello");
    }

    #[test]
    #[should_panic(expected = "twice")]
    fn a_key_may_stand_once_in_a_language() {
        let _ = Catalogue::new(&[(Lang::Zh, &["a = 甲", "a = 乙"])]);
    }
}
