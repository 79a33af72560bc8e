//! What several pages of accounts show: notices, choices, rules, where a person is going.

use std::time::Duration;

use shared::i18n::Lang;
use shared::page::{Accent, Choice, Destination, Page, Rule};
use shared::secret::SecretString;

use super::assurance::Acr;
use super::model::{IdType, PasswordRule, Province};
use crate::config::PasswordProfile;
use crate::web::{Draft, ReturnTo, ReturnToCodec, paths, return_to};

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
            "password-reset" => ("ok", "recover-done"),
            "recovery-used" => ("info", "recover-used"),
            "account-sent" => ("ok", "find-account-sent"),
            "appeal-link" => ("ok", "appeals-notice-link"),
            "appeal-code-used" => ("info", "appeals-notice-code-used"),
            "appeal-anew" => ("warn", "appeals-notice-anew"),
            "appeal-same" => ("info", "appeals-notice-same"),
            "appeal-submitted" => ("ok", "appeals-notice-submitted"),
            "appeal-withdrawn" => ("ok", "appeals-notice-withdrawn"),
            "appeal-moved" => ("warn", "appeals-notice-moved"),
            "appeal-other-account" => ("warn", "appeals-notice-other-account"),
            "appeal-has-another" => ("warn", "appeals-document-has-another"),
            "guardian-asked" => ("ok", "guardian-notice-asked"),
            "guardian-link" => ("ok", "guardian-notice-link"),
            "guardian-agreed" => ("ok", "guardian-notice-agreed"),
            "closure-asked" => ("ok", "closure-asked"),
            "closure-taken-back" => ("ok", "closure-taken-back"),
            "number-kept" => ("ok", "number-kept-lead"),
            "number-over" => ("warn", "number-over-lead"),
            "contact-gone" => ("warn", "contact-code-over-taken"),
            "contact-changed" => ("ok", "contact-done-changed"),
            "contact-proven" => ("ok", "contact-done"),
            "site-withdrawn" => ("ok", "accounts-notice-site-withdrawn"),
            "site-kept" => ("warn", "accounts-notice-again"),
            "again" => ("warn", "accounts-notice-again"),
            "once-more" => ("info", "accounts-notice-once-more"),
            "half-over" => ("info", "factors-notice-half-over"),
            "passkey-added" => ("ok", "factors-notice-passkey-added"),
            // The script says no more than that when the authenticator gave no answer.
            "failed" | "passkey-failed" => ("warn", "factors-passkey-failed"),
            "password-removed" => ("ok", "accounts-notice-password-removed"),
            "passkey-renamed" => ("ok", "factors-notice-passkey-renamed"),
            "passkey-removed" => ("ok", "factors-notice-passkey-removed"),
            "passkey-gone" => ("info", "factors-notice-passkey-gone"),
            "authenticator-added" => ("ok", "factors-notice-authenticator-added"),
            "authenticator-removed" => ("ok", "factors-notice-authenticator-removed"),
            "sms-added" => ("ok", "factors-notice-sms-added"),
            "sms-removed" => ("ok", "factors-notice-sms-removed"),
            "codes-kept" => ("ok", "factors-notice-codes-kept"),
            "browsers-forgotten" => ("ok", "factors-notice-browsers-forgotten"),
            "session-ended" => ("ok", "sessions-notice-ended"),
            "others-ended" => ("ok", "sessions-notice-others-ended"),
            "session-gone" => ("info", "sessions-notice-gone"),
            "sessions-other-account" => ("warn", "sessions-notice-other-account"),
            "other-account" => ("warn", "accounts-notice-other-account"),
            _ => return None,
        };
        Some(Self { kind, text: page.t(key) })
    }

    /// What is to be told about a form that comes back, beside what is to be mended in it.
    pub fn of_draft<F>(page: &Page, draft: &Draft<F>) -> Option<Self> {
        let (kind, key) = match draft {
            // Its token did not fit, and nothing was done.
            Draft { again: true, .. } => ("warn", "accounts-notice-again"),
            Draft { password_dropped: true, flaws, .. } if flaws.is_empty() => ("info", "common-password-not-kept"),
            _ => return None,
        };
        Some(Self { kind, text: page.t(key) })
    }
}

/// Where a person is going, as a page carries it along.
#[derive(Debug, Clone)]
pub struct Way {
    /// The sealed text, for links and hidden fields; `None` when it leads home.
    pub sealed: Option<String>,
    /// What was sealed.
    pub return_to: Option<ReturnTo>,
    /// The least context class that leads anywhere.
    least: Acr,
}

impl Way {
    /// Opens what a query or a form carried.
    pub fn open(codec: &ReturnToCodec, sealed: Option<&str>, least: Acr) -> Self {
        let return_to = sealed.and_then(|text| codec.open(text));
        Self { sealed: sealed.filter(|_| return_to.is_some()).map(str::to_owned), return_to, least }
    }

    /// The way of a page that nobody passes through: it leads home.
    pub const fn home() -> Self {
        Self { sealed: None, return_to: None, least: Acr::One }
    }

    /// Where it leads.
    pub fn path(&self) -> &str {
        self.return_to.as_ref().map_or(paths::HOME, |way| &way.path)
    }

    /// The least context class that is asked for at its end.
    pub fn wanted(&self) -> Acr {
        let asked = self.return_to.as_ref().and_then(|way| Acr::parse(way.acr.as_deref()?));
        asked.unwrap_or(Acr::One).max(self.least)
    }

    /// A page of ours that carries it along.
    pub fn link(&self, path: &str) -> String {
        return_to::link(path, self.sealed.as_deref())
    }

    /// The same with one parameter more; name and value need no escaping.
    pub fn link_with(&self, path: &str, name: &str, value: &str) -> String {
        let joint = if self.sealed.is_some() { '&' } else { '?' };
        format!("{}{joint}{name}={value}", self.link(path))
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
                logo: destination.logo.clone(),
            }),
            policy: way.and_then(|way| way.destination.as_ref()?.policy.clone()),
            terms: way.and_then(|way| way.destination.as_ref()?.terms.clone()),
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
    /// Its privacy policy.
    pub policy: Option<String>,
    /// Its terms of service.
    pub terms: Option<String>,
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

/// The rules of a new password: for the reader, for the script, and with the verdict if something was sent.
pub fn password_rules(page: &Page, profile: PasswordProfile, verdict: &[bool]) -> Vec<Rule> {
    PasswordRule::of(profile)
        .iter()
        .enumerate()
        .map(|(n, rule)| Rule {
            check: rule.check.to_owned(),
            text: page.t(&format!("accounts-password-rule-{}", rule.code)),
            kept: verdict.get(n).copied(),
        })
        .collect()
}

/// Which rules a new password keeps; nothing about one that was not typed.
pub fn judge(profile: PasswordProfile, typed: &SecretString) -> Vec<bool> {
    let text = typed.expose();
    if text.is_empty() { Vec::new() } else { PasswordRule::of(profile).iter().map(|rule| rule.holds(text)).collect() }
}

/// A stretch of time as one says it, in whole minutes at the least.
pub fn span(page: &Page, span: Duration) -> String {
    const HOUR: u64 = 60;
    let minutes = span.as_secs().div_ceil(60);
    match minutes {
        _ if minutes.is_multiple_of(24 * HOUR) && minutes > 24 * HOUR => {
            page.tw("sessions-days", [("n", minutes / (24 * HOUR))])
        }
        _ if minutes.is_multiple_of(HOUR) => page.tw("sessions-hours", [("n", minutes / HOUR)]),
        _ => page.tw("sessions-minutes", [("n", minutes)]),
    }
}
