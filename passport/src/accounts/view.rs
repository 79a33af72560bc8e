//! What several pages of accounts show: notices, choices, rules, where a person is going.

use shared::i18n::Lang;
use shared::page::{Accent, Choice, Destination, FormErrors, Page, Rule};

use super::model::{IdType, PASSWORD_RULES, Province, SPECIAL_CHARACTERS};
use crate::web::{ReturnTo, ReturnToCodec, paths, return_to};

/// A notice at the top of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `ok`, `info`, `warn` or `error`.
    pub kind: &'static str,
    /// What it says.
    pub text: String,
}

impl Notice {
    /// The notice that a redirect asks for by its code; an unknown code shows nothing.
    pub fn of_code(page: &Page, code: Option<&str>) -> Option<Self> {
        let (kind, key) = match code? {
            "registered" => ("ok", "accounts-notice-registered"),
            "away" => ("info", "accounts-notice-away"),
            "sign-in-first" => ("info", "accounts-notice-sign-in-first"),
            "signed-out" => ("ok", "accounts-notice-signed-out"),
            "password-changed" => ("ok", "accounts-notice-password-changed"),
            "profile-saved" => ("ok", "accounts-notice-profile-saved"),
            _ => return None,
        };
        Some(Self { kind, text: page.t(key) })
    }

    /// For a form whose token did not fit: it is shown again and nothing was done.
    pub fn again(page: &Page) -> Self {
        Self { kind: "warn", text: page.t("accounts-notice-again") }
    }
}

/// Where a person is going, as a page carries it along.
#[derive(Debug, Clone)]
pub struct Way {
    /// The sealed text, for links and hidden fields; `None` when it leads home.
    pub sealed: Option<String>,
    /// What was sealed.
    pub return_to: Option<ReturnTo>,
}

impl Way {
    /// Opens what a query or a form carried.
    pub fn open(codec: &ReturnToCodec, sealed: Option<&str>) -> Self {
        let return_to = sealed.and_then(|text| codec.open(text));
        Self { sealed: sealed.filter(|_| return_to.is_some()).map(str::to_owned), return_to }
    }

    /// Where it leads.
    pub fn path(&self) -> &str {
        self.return_to.as_ref().map_or(paths::HOME, |way| &way.path)
    }

    /// A page of ours that carries it along.
    pub fn link(&self, path: &str) -> String {
        return_to::link(path, self.sealed.as_deref())
    }

    /// What the page shows of it.
    pub fn view(&self, lang: Lang) -> WayView {
        let way = self.return_to.as_ref();
        WayView {
            sealed: self.sealed.clone(),
            destination: way.and_then(|way| way.destination.as_ref()).map(|destination| Destination {
                name: match lang {
                    Lang::Zh => destination.name_zh.clone(),
                    Lang::En => destination.name_en.clone(),
                },
                host: destination.host.clone(),
                accent: Accent::parse(&destination.accent),
            }),
            needs_province: way.is_some_and(|way| way.needs_province),
            cancel: way.and_then(|way| way.cancel.clone()),
        }
    }
}

/// A [`Way`] in the language of a page.
#[derive(Debug, Clone)]
pub struct WayView {
    /// The hidden field.
    pub sealed: Option<String>,
    /// The site at its end.
    pub destination: Option<Destination>,
    /// Whether the site wants a province.
    pub needs_province: bool,
    /// The way out for a person who changes their mind.
    pub cancel: Option<String>,
}

/// The provinces to choose from.
pub fn provinces(lang: Lang) -> Vec<Choice> {
    Province::ALL.into_iter().map(|province| Choice::new(province.code(), province.name(lang))).collect()
}

/// The types of documents to choose from.
pub fn id_types(page: &Page) -> Vec<Choice> {
    IdType::all().map(|kind| Choice::new(kind.code(), page.t(&format!("accounts-id-type-{}", kind.code())))).collect()
}

/// The rules of a new password: for the reader, for the script, and judged once something was sent.
pub fn password_rules(page: &Page, sent: Option<&str>) -> Vec<Rule> {
    PASSWORD_RULES
        .iter()
        .map(|rule| Rule {
            check: match rule.code {
                "length" => "length:8:18".to_owned(),
                "special" => format!("one-of:{SPECIAL_CHARACTERS}"),
                other => other.to_owned(),
            },
            text: page.t(&format!("accounts-password-rule-{}", rule.code)),
            kept: sent.filter(|text| !text.is_empty()).map(|text| rule.holds(text)),
        })
        .collect()
}

/// Adds an error whose label and sentence are texts with these keys.
pub fn push_error(errors: &mut FormErrors, page: &Page, field: &'static str, label: &str, sentence: &str) {
    errors.push(field, page.t(label), page.t(sentence));
}
