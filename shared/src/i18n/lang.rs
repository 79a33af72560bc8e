//! The languages of the product and how one is chosen for a person.

use std::fmt;

use serde::{Deserialize, Serialize};
use unic_langid::LanguageIdentifier;

/// A language the pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Lang {
    /// Simplified Chinese, the first language of the product.
    #[default]
    #[serde(rename = "zh-CN")]
    Zh,
    /// English.
    #[serde(rename = "en")]
    En,
}

impl Lang {
    /// Every language, in the order in which a switch shows them.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The BCP 47 tag, as in `<html lang>`, `ui_locales` and the `locale` claim.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language's own name, for a language switch.
    #[must_use]
    pub const fn native_name(self) -> &'static str {
        match self {
            Self::Zh => "中文",
            Self::En => "English",
        }
    }

    /// The other language.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// The language a BCP 47 tag belongs to: `zh`, `zh-Hans-CN`, `zh-TW` are Chinese, `en-GB` is English.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        if primary.eq_ignore_ascii_case("zh") {
            Some(Self::Zh)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// The first tag of a space-separated list that is one of ours (`ui_locales`, OpenID Connect Core
    /// §3.1.2.1).
    #[must_use]
    pub fn first_of(tags: &str) -> Option<Self> {
        tags.split_ascii_whitespace().find_map(Self::parse)
    }

    /// The best language for an `Accept-Language` header (RFC 9110 §12.5.4): the one of ours with the
    /// highest weight, the earlier one when weights are equal. `None` when the header names none of ours.
    #[must_use]
    pub fn negotiate(accept_language: &str) -> Option<Self> {
        let mut best: Option<(Self, u16)> = None;
        for range in accept_language.split(',') {
            let (tag, weight) = match range.split_once(';') {
                Some((tag, weight)) => (tag, permille(weight)),
                None => (range, 1000),
            };
            let Some(lang) = Self::parse(tag) else {
                continue;
            };
            if weight > best.map_or(0, |(_, best)| best) {
                best = Some((lang, weight));
            }
        }
        best.map(|(lang, _)| lang)
    }

    /// What Fluent chooses plural rules by.
    pub(super) fn identifier(self) -> LanguageIdentifier {
        // Both tags are well formed; a test holds them to it.
        self.tag().parse().unwrap_or_default()
    }
}

/// The weight `q=0.8` in thousandths; a broken one counts as "not acceptable", which harms nobody.
fn permille(parameter: &str) -> u16 {
    let weight = parameter.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).unwrap_or(0.0);
    // In range by the clamp; NaN becomes 0.
    (weight.clamp(0.0, 1.0) * 1000.0) as u16
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_by_its_first_part() {
        assert_eq!(Lang::parse("zh-Hans-CN"), Some(Lang::Zh));
        assert_eq!(Lang::parse("EN-gb"), Some(Lang::En));
        assert_eq!(Lang::parse("zhx"), None);
        assert_eq!(Lang::parse(""), None);
    }

    #[test]
    fn the_heaviest_language_of_ours_wins() {
        assert_eq!(Lang::negotiate("zh-CN,zh;q=0.9,en;q=0.8"), Some(Lang::Zh));
        assert_eq!(Lang::negotiate("de, en;q=0.7, zh;q=0.2"), Some(Lang::En));
        assert_eq!(Lang::negotiate("en;q=0.2,zh;q=0.8"), Some(Lang::Zh));
        assert_eq!(Lang::negotiate("en;q=0, zh;q=0.1"), Some(Lang::Zh));
        assert_eq!(Lang::negotiate("en;q=0"), None);
        assert_eq!(Lang::negotiate("fr,de;q=0.5,*"), None);
        assert_eq!(Lang::negotiate("zh;q=x,en;q=0.1"), Some(Lang::En));
    }

    #[test]
    fn fluent_knows_every_tag() {
        for lang in Lang::ALL {
            assert_eq!(lang.identifier().to_string(), lang.tag());
        }
    }

    #[test]
    fn a_list_gives_its_first_known_language() {
        assert_eq!(Lang::first_of("fr-CA en-GB zh-CN"), Some(Lang::En));
        assert_eq!(Lang::first_of("zh-Hans"), Some(Lang::Zh));
        assert_eq!(Lang::first_of("fr"), None);
    }
}
