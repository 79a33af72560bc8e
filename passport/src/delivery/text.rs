//! The words of messages, in both languages.

use std::sync::LazyLock;
use std::time::Duration;

use shared::clock::{CHINA, Civil, Timestamp};
use shared::i18n::{Catalogue, Lang};

use super::model::{KeyLetter, KeyMatter, Letter, Marks, ProofLetter, ProofWords, Template};
use super::notice::Notice;

/// Makes of a moment the minute in which it is surely over.
const ROUND_UP: Duration = Duration::from_millis(59_999);

static TEXTS: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(&[
        (Lang::Zh, &[include_str!("../../locales/zh-CN/delivery.ftl")]),
        (Lang::En, &[include_str!("../../locales/en/delivery.ftl")]),
    ])
});

/// What stands in the texts of one message.
type Values<'v> = [(&'static str, &'v str)];

/// A mail of the texts of that name. Its button, if it has a link, is `…-action`.
fn mail_of(to: &str, lang: Lang, name: &str, values: &Values<'_>) -> Letter {
    let value = |name: &str| values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value).to_owned();
    let (link, action) = (value("link"), format!("delivery-{name}-action"));
    let text = TEXTS.text_with(lang, &format!("delivery-{name}-text"), values);
    let signature = TEXTS.text_with(lang, "delivery-signature", values);
    let marks = Marks {
        lang,
        home: value("issuer"),
        code: value("code"),
        action: if link.is_empty() { String::new() } else { TEXTS.text(lang, &action) },
        link,
    };
    Letter {
        to: to.to_owned(),
        subject: TEXTS.text_with(lang, &format!("delivery-{name}-subject"), values),
        text: format!("{text}\n\n-- \n{signature}\n"),
        marks: Some(marks),
        template: None,
    }
}

/// The SMS of the texts of that name.
fn sms_of(to: &str, lang: Lang, name: &str, values: &Values<'_>) -> Letter {
    let text = TEXTS.text_with(lang, &format!("delivery-{name}-sms"), values);
    let used = SMS.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, used)| used);
    let value = |name: &&str| values.iter().find(|(known, _)| known == name).map(|(_, value)| (*value).to_owned());
    let values = used.iter().filter_map(|name| Some(((*name).to_owned(), value(name)?))).collect();
    let template = Some(Template { name: name.to_owned(), lang, values });
    Letter { to: to.to_owned(), subject: String::new(), text, marks: None, template }
}

/// Every SMS that there is, and what is put into it.
const SMS: [(&str, &[&str]); 51] = [
    ("code", &["code"]),
    ("proof-contact", &["code"]),
    ("proof-recovery", &["code"]),
    ("proof-appeal", &["code"]),
    ("proof-guardian", &["code", "link"]),
    ("proof-second-step", &["code"]),
    ("guardian-missing", &["time", "link"]),
    ("guardian-withdrew", &["time", "link"]),
    ("guardian-agreed", &["time"]),
    ("guardian-consented", &["link"]),
    ("taken", &["link"]),
    ("password-changed", &["time", "link"]),
    ("password-reset", &["time", "link"]),
    ("locked", &["time", "link"]),
    ("recovery-waits", &["time", "link"]),
    ("recovery-waited", &["time", "link"]),
    ("contact-changed", &["new", "time", "link"]),
    ("contact-lost", &["new"]),
    ("account-found", &["new", "link"]),
    ("number-claimed", &["new", "time", "link"]),
    ("number-detached", &["new"]),
    ("number-kept", &["new"]),
    ("number-ages", &["new", "time", "link"]),
    ("step-number-ages", &["new", "time", "link"]),
    ("closing", &["time", "link"]),
    ("closing-taken-back", &["time", "link"]),
    ("closed", &["time"]),
    ("appeal-begun", &["new", "link"]),
    ("appeal-refused", &["new", "link"]),
    ("appeal-granted", &["new", "time", "link"]),
    ("document-claimed", &["time", "link"]),
    ("document-kept", &[]),
    ("document-detached", &["link"]),
    ("passkey-added", &["time", "link"]),
    ("passkey-removed", &["time", "link"]),
    ("authenticator-added", &["time", "link"]),
    ("authenticator-removed", &["time", "link"]),
    ("sms-added", &["time", "link"]),
    ("sms-removed", &["time", "link"]),
    ("codes-replaced", &["time", "link"]),
    ("code-used", &["time", "link"]),
    ("codes-guessed", &["time", "link"]),
    ("password-removed", &["time", "link"]),
    ("data-copied", &["time", "link"]),
    ("factors-removed", &["time", "link"]),
    ("invited", &["time", "new", "link"]),
    ("member-removed", &["new"]),
    ("application-answered", &["new", "link"]),
    ("case-opened", &["time", "new", "link"]),
    ("signed-in", &["time", "new", "from", "link"]),
    ("signed-in-guessed", &["time", "new", "link"]),
];

/// The SMS of which none is sent where no policy allows SMS as a second step, nor did before.
pub const SMS_STEP: [&str; 4] = ["proof-second-step", "step-number-ages", "sms-added", "sms-removed"];

/// The names of all SMS.
pub(super) fn sms_names() -> impl Iterator<Item = &'static str> {
    SMS.iter().map(|(name, _)| *name)
}

/// The texts of all SMS as operators take them for review: with the names of what is put in, and without the sender's
/// name in brackets, which they put before each. Links are those of the passport at `issuer`.
pub fn sms_templates(issuer: &str) -> Vec<(String, Lang, String)> {
    let all = SMS.iter().flat_map(|(name, used)| Lang::ALL.map(|lang| (*name, *used, lang)));
    all.map(|(name, used, lang)| {
        let home = issuer.trim_end_matches('/');
        let hole = |name: &str| if name == "link" { format!("{home}/${{link}}") } else { format!("${{{name}}}") };
        let holes: Vec<(&str, String)> = used.iter().map(|name| (*name, hole(name))).collect();
        let values: Vec<(&str, &str)> = holes.iter().map(|(name, hole)| (*name, hole.as_str())).collect();
        let text = TEXTS.text_with(lang, &format!("delivery-{name}-sms"), &values);
        let text = text.trim_start_matches("【E-TEST】").trim_start_matches("[E-TEST] ");
        (name.to_owned(), lang, text.to_owned())
    })
    .collect()
}

/// The mail that tells of this. `denial` is the link by which its reader says that it was not them.
pub(super) fn mail(to: &str, lang: Lang, (notice, denial): (&Notice, Option<&str>), issuer: &str) -> Letter {
    let Said { time, link, new, from } = said(notice);
    let home = issuer.trim_end_matches('/');
    let not_me = match denial {
        Some(denial) => TEXTS.text_with(lang, "delivery-not-me", &[("denial", denial)]),
        None => TEXTS.text_with(lang, "delivery-not-me-reset", &[("issuer", home)]),
    };
    let told = [("issuer", issuer), ("time", &*time), ("link", link), ("new", new), ("from", from)];
    let values = [&told[..], &[("not-me", &*not_me)]].concat();
    let mut letter = mail_of(to, lang, notice.name(), &values);
    // A mail that has no link of its own is about this one.
    if let (Some(denial), Some(marks)) = (denial, letter.marks.as_mut().filter(|marks| marks.link.is_empty())) {
        denial.clone_into(&mut marks.link);
        marks.action = TEXTS.text(lang, "delivery-not-me-action");
    }
    letter
}

/// The SMS that does. Its one link is its own, or that one; without either it leads to a new password.
pub(super) fn sms(to: &str, lang: Lang, (notice, denial): (&Notice, Option<&str>), issuer: &str) -> Letter {
    let Said { time, link, new, from } = said(notice);
    let reset = format!("{}/recover", issuer.trim_end_matches('/'));
    let link = if link.is_empty() { denial.unwrap_or(&reset) } else { link };
    sms_of(to, lang, notice.name(), &[("time", &time), ("link", link), ("new", new), ("from", from)])
}

/// What a notice of that name is about, as its mail says; nothing for a name that this version does not have.
pub fn subject(lang: Lang, name: &str) -> Option<String> {
    let known = sms_names().any(|known| known == name);
    known.then(|| TEXTS.text_with(lang, &format!("delivery-{name}-subject"), &[("code", "")]))
}

/// What stands in a notice.
struct Said<'a> {
    time: String,
    link: &'a str,
    /// The contact, the names or the device that it tells of.
    new: &'a str,
    /// The network or the person that it tells of.
    from: &'a str,
}

fn said(notice: &Notice) -> Said<'_> {
    // Rounded up to the minute: who comes at the time that the message tells is let in.
    let round = |until: &Timestamp| Some(*until + ROUND_UP);
    let (time, link) = match notice {
        Notice::ContactTaken
        | Notice::AccountFound { .. }
        | Notice::NumberKept { .. }
        | Notice::NumberDetached { .. }
        | Notice::ContactLost { .. }
        | Notice::MemberRemoved { .. }
        | Notice::DocumentKept
        | Notice::DocumentDetached => (None, ""),
        Notice::AppealBegun { link, .. }
        | Notice::AppealRefused { link, .. }
        | Notice::ApplicationAnswered { link, .. } => (None, link.as_str()),
        Notice::AppealGranted { until, link, .. } | Notice::DocumentClaimed { until, link } => {
            (Some(*until), link.as_str())
        }
        Notice::PasswordChanged { at }
        | Notice::PasswordReset { at }
        | Notice::ClosingTakenBack { at }
        | Notice::Closed { at }
        | Notice::GuardianAgreed { at }
        | Notice::FactorChanged { at, .. }
        | Notice::SignedIn { at, .. }
        | Notice::CaseOpened { at, .. } => (Some(*at), ""),
        Notice::RecoveryWaits { until, cancel } => (round(until), cancel.as_str()),
        Notice::RecoveryWaited { until, resume } => (Some(*until), resume.as_str()),
        Notice::ContactChanged { until, undo, .. } | Notice::Closing { until, undo } => (Some(*until), undo.as_str()),
        Notice::GuardianMissing { until, link } | Notice::GuardianWithdrew { until, link } => {
            (Some(*until), link.as_str())
        }
        Notice::GuardianConsented { at, undo } => (Some(*at), undo.as_str()),
        Notice::NumberClaimed { until, keep, .. } => (Some(*until), keep.as_str()),
        Notice::Invited { until, link, .. } => (Some(*until), link.as_str()),
        Notice::NumberAges { until, prove, .. } => (Some(*until), prove.as_str()),
        Notice::Locked { until } => (round(until), ""),
    };
    let new = match notice {
        Notice::ContactChanged { to, .. } => to,
        Notice::ContactLost { contact } => contact,
        Notice::AccountFound { names } => names,
        Notice::NumberClaimed { number, .. }
        | Notice::NumberKept { number }
        | Notice::NumberAges { number, .. }
        | Notice::NumberDetached { number }
        | Notice::CaseOpened { number, .. }
        | Notice::AppealBegun { number, .. }
        | Notice::AppealRefused { number, .. }
        | Notice::AppealGranted { number, .. } => number,
        Notice::SignedIn { device, .. } => device,
        Notice::Invited { organisation, .. } | Notice::MemberRemoved { organisation, .. } => organisation,
        Notice::ApplicationAnswered { site, .. } => site,
        _ => "",
    };
    let from = match notice {
        Notice::SignedIn { from, .. } => from,
        Notice::Invited { by, .. } | Notice::MemberRemoved { by, .. } => by,
        _ => "",
    };
    Said { time: time.map(beijing).unwrap_or_default(), link, new, from }
}

/// The mail with a code to type into a form.
pub(super) fn code_mail(to: &str, lang: Lang, code: &str, issuer: &str) -> Letter {
    mail_of(to, lang, "code", &[("code", code), ("issuer", issuer)])
}

/// The SMS with such a code.
pub(super) fn code_sms(to: &str, lang: Lang, code: &str) -> Letter {
    sms_of(to, lang, "code", &[("code", code)])
}

/// The mail that proves that it was read.
pub(super) fn proof_mail(to: &str, lang: Lang, letter: &ProofLetter, issuer: &str) -> Letter {
    let (name, at) = (format!("proof-{}", letter.words.key()), beijing(letter.at));
    let link = letter.link.as_deref().unwrap_or_default();
    let values = [("code", &*letter.code), ("link", link), ("from", &letter.from), ("time", &at), ("issuer", issuer)];
    mail_of(to, lang, &name, &values)
}

/// The SMS that does.
pub(super) fn proof_sms(to: &str, lang: Lang, letter: &ProofLetter) -> Letter {
    let name = match letter.words {
        ProofWords::Registered | ProofWords::Contact => "proof-contact",
        ProofWords::Recovery => "proof-recovery",
        ProofWords::Appeal => "proof-appeal",
        ProofWords::Guardian => "proof-guardian",
        ProofWords::SecondStep => "proof-second-step",
    };
    let link = letter.link.as_deref().unwrap_or_default();
    sms_of(to, lang, name, &[("code", &letter.code), ("link", link)])
}

/// The mail to who operates a site, about a key of ours. In both languages at once, since nobody knows which one its readers
/// speak, and as text alone: it is read by those who read logs.
pub(super) fn key_mail(to: &str, key: &KeyLetter<'_>, issuer: &str) -> Letter {
    let own = format!("{}/clients/{}/jwks.json", issuer.trim_end_matches('/'), key.site.id);
    let (at, until) = (beijing(key.at), beijing(key.until + ROUND_UP));
    let said = |lang: Lang, name: &str, site: &str| {
        let of_key = [("kid", key.kid), ("alg", key.alg), ("time", &*at), ("until", &*until), ("keys", &*own)];
        TEXTS.text_with(lang, name, &[&of_key[..], &[("site", site), ("id", key.site.id), ("issuer", issuer)]].concat())
    };
    let (zh, en) = (key.site.zh, key.site.en);
    let in_both = |name: &str, between: &str| [said(Lang::Zh, name, zh), said(Lang::En, name, en)].join(between);
    let (subject, text) = match key.matter {
        KeyMatter::Lost => ("delivery-lost-key-subject", "delivery-lost-key-text"),
        KeyMatter::Pinned => ("delivery-pinned-key-subject", "delivery-pinned-key-text"),
        KeyMatter::Lifted => ("delivery-lifted-key-subject", "delivery-lifted-key-text"),
    };
    let (text, signature) = (in_both(text, "\n\n* * *\n\n"), said(Lang::Zh, "delivery-signature", zh));
    Letter {
        to: to.to_owned(),
        subject: in_both(subject, " / "),
        text: format!("{text}\n\n-- \n{signature}\n"),
        marks: None,
        template: None,
    }
}

/// The moment as clocks in China show it: all of it is UTC+8.
fn beijing(at: Timestamp) -> String {
    let Civil { year, month, day, hour, minute, .. } = at.civil(CHINA);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} (UTC+8)")
}

#[cfg(test)]
mod tests;
