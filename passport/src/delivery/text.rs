//! The words of messages, in both languages.

use std::sync::LazyLock;
use std::time::Duration;

use shared::clock::{CHINA, Civil, Timestamp};
use shared::i18n::{Catalogue, Lang};

use super::model::{Letter, Marks, Notice, ProofLetter, ProofWords, Template};

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
const SMS: [(&str, &[&str]); 27] = [
    ("code", &["code"]),
    ("proof-contact", &["code"]),
    ("proof-recovery", &["code"]),
    ("taken", &[]),
    ("password-changed", &["time", "link"]),
    ("password-reset", &["time", "link"]),
    ("locked", &["time"]),
    ("recovery-waits", &["time", "link"]),
    ("recovery-waited", &["time", "link"]),
    ("contact-changed", &["new", "time", "link"]),
    ("account-found", &["new"]),
    ("number-claimed", &["new", "time", "link"]),
    ("number-detached", &["new"]),
    ("closing", &["time", "link"]),
    ("closing-taken-back", &["time", "link"]),
    ("closed", &["time"]),
    ("passkey-added", &["time", "link"]),
    ("passkey-removed", &["time", "link"]),
    ("authenticator-added", &["time", "link"]),
    ("authenticator-removed", &["time", "link"]),
    ("codes-replaced", &["time", "link"]),
    ("code-used", &["time", "link"]),
    ("codes-guessed", &["time", "link"]),
    ("password-removed", &["time", "link"]),
    ("data-copied", &["time", "link"]),
    ("factors-removed", &["time", "link"]),
    ("case-opened", &["time", "new", "link"]),
];

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
    let Said { time, link, new } = said(notice);
    let home = issuer.trim_end_matches('/');
    let not_me = match denial {
        Some(denial) => TEXTS.text_with(lang, "delivery-not-me", &[("denial", denial)]),
        None => TEXTS.text_with(lang, "delivery-not-me-reset", &[("issuer", home)]),
    };
    let values = [("issuer", issuer), ("time", &*time), ("link", link), ("new", new), ("not-me", &*not_me)];
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
    let Said { time, link, new } = said(notice);
    let reset = format!("{}/recover", issuer.trim_end_matches('/'));
    let link = if link.is_empty() { denial.unwrap_or(&reset) } else { link };
    sms_of(to, lang, notice.name(), &[("time", &time), ("link", link), ("new", new)])
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
    /// The contact or the names that it tells of.
    new: &'a str,
}

fn said(notice: &Notice) -> Said<'_> {
    // Rounded up to the minute: who comes at the time that the message tells is let in.
    let round = |until: &Timestamp| Some(*until + Duration::from_millis(59_999));
    let (time, link) = match notice {
        Notice::ContactTaken | Notice::AccountFound { .. } | Notice::NumberDetached { .. } => (None, ""),
        Notice::PasswordChanged { at }
        | Notice::PasswordReset { at }
        | Notice::ClosingTakenBack { at }
        | Notice::Closed { at }
        | Notice::FactorChanged { at, .. }
        | Notice::CaseOpened { at, .. } => (Some(*at), ""),
        Notice::RecoveryWaits { until, cancel } => (round(until), cancel.as_str()),
        Notice::RecoveryWaited { until, resume } => (Some(*until), resume.as_str()),
        Notice::ContactChanged { until, undo, .. } | Notice::Closing { until, undo } => (Some(*until), undo.as_str()),
        Notice::NumberClaimed { until, keep, .. } => (Some(*until), keep.as_str()),
        Notice::Locked { until } => (round(until), ""),
    };
    let new = match notice {
        Notice::ContactChanged { to, .. } => to,
        Notice::AccountFound { names } => names,
        Notice::NumberClaimed { number, .. }
        | Notice::NumberDetached { number }
        | Notice::CaseOpened { number, .. } => number,
        _ => "",
    };
    Said { time: time.map(beijing).unwrap_or_default(), link, new }
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
    };
    sms_of(to, lang, name, &[("code", &letter.code)])
}

/// The moment as clocks in China show it: all of it is UTC+8.
fn beijing(at: Timestamp) -> String {
    let Civil { year, month, day, hour, minute, .. } = at.civil(CHINA);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} (UTC+8)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::Factor;

    #[test]
    fn both_languages_say_the_same_things() {
        let differences = shared::i18n::check::differences(
            &[include_str!("../../locales/zh-CN/delivery.ftl")],
            &[include_str!("../../locales/en/delivery.ftl")],
        );
        assert_eq!(differences, Vec::<String>::new());
    }

    const ISSUER: &str = "https://passport.example";

    fn notices() -> Vec<Notice> {
        let at = Timestamp::from_seconds(1_798_761_600);
        let link = |name: &str| format!("{ISSUER}/{name}?t=Rn-1_x");
        let mut notices = vec![
            Notice::ContactTaken,
            Notice::PasswordChanged { at },
            Notice::PasswordReset { at },
            Notice::RecoveryWaits { until: at, cancel: link("c") },
            Notice::RecoveryWaited { until: at, resume: link("r") },
            Notice::ContactChanged { to: "l***@x.example".to_owned(), until: at, undo: link("u") },
            Notice::Closing { until: at, undo: link("b") },
            Notice::ClosingTakenBack { at },
            Notice::Closed { at },
            Notice::AccountFound { names: "l@x.example".to_owned() },
            Notice::NumberClaimed { number: "138****8000".to_owned(), until: at, keep: link("k") },
            Notice::NumberDetached { number: "138****8000".to_owned() },
            Notice::Locked { until: at },
            Notice::CaseOpened { number: "483-207-915".to_owned(), at },
        ];
        notices.extend(Factor::ALL.map(|factor| Notice::FactorChanged { factor, at }));
        notices
    }

    fn letter(words: ProofWords) -> ProofLetter {
        ProofLetter {
            words,
            code: "271828".to_owned(),
            link: Some(format!("{ISSUER}/contact/confirm?t=Ab-1_x&n=2")),
            from: "203.0.113.0/24".to_owned(),
            at: Timestamp::from_seconds(1_798_761_600),
        }
    }

    /// The link by which somebody says that it was not them, for a notice that has one.
    fn denial(notice: &Notice) -> Option<String> {
        notice.may_be_denied().then(|| format!("{ISSUER}/alarm?t=Qm9yaW5nX3Rva2VuXzEyOA"))
    }

    /// Every mail that there is, in a language.
    fn mails(lang: Lang) -> Vec<Letter> {
        let to = "a@b.example";
        let mut mails: Vec<_> = notices().iter().map(|n| mail(to, lang, (n, denial(n).as_deref()), ISSUER)).collect();
        mails.extend(notices().iter().map(|notice| mail(to, lang, (notice, None), ISSUER)));
        mails.extend(ProofWords::ALL.map(|words| proof_mail(to, lang, &letter(words), ISSUER)));
        mails.push(code_mail(to, lang, "271828", ISSUER));
        mails
    }

    #[test]
    fn every_message_has_its_words() {
        for lang in Lang::ALL {
            for notice in notices() {
                let sms = sms("+8613800138000", lang, (&notice, denial(&notice).as_deref()), ISSUER);
                assert!(sms.text.contains("E-TEST") && !sms.text.contains('\n'), "{}", sms.text);
            }
            for mail in mails(lang) {
                assert!(!mail.subject.contains('\n') && !mail.subject.is_empty());
                assert!(mail.text.contains(ISSUER), "{}", mail.text);
                let said = format!("{}{}{:?}", mail.subject, mail.text, mail.marks);
                assert!(!said.contains("delivery-") && !said.contains("{$"), "{said}");
            }
        }
    }

    #[test]
    fn an_operators_template_says_what_the_sms_says() {
        let templates = sms_templates(ISSUER);
        let letters = Lang::ALL.into_iter().flat_map(|lang| {
            let mut all: Vec<_> =
                notices().iter().map(|n| sms("+8613800138000", lang, (n, denial(n).as_deref()), ISSUER)).collect();
            all.extend(ProofWords::ALL.map(|words| proof_sms("+8613800138000", lang, &letter(words))));
            all.push(code_sms("+8613800138000", lang, "271828"));
            all
        });
        let mut sent = std::collections::BTreeSet::new();
        for letter in letters {
            let template = letter.template.expect("a template");
            let (_, _, text) = templates
                .iter()
                .find(|(name, lang, _)| *name == template.name && *lang == template.lang)
                .unwrap_or_else(|| panic!("{} is no template", template.name));
            let filled = template.values.iter().fold(text.clone(), |text, (name, value)| {
                text.replace(&format!("${{{name}}}"), value.strip_prefix(&format!("{ISSUER}/")).unwrap_or(value))
            });
            let prefix = if template.lang == Lang::Zh { "【E-TEST】" } else { "[E-TEST] " };
            assert_eq!(format!("{prefix}{filled}"), letter.text);
            sent.insert(template.name);
        }
        assert_eq!(sent.len(), sms_names().count(), "every one is sent by something");
    }

    #[test]
    fn text_and_html_say_the_same_in_both_languages() {
        let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        for mail in Lang::ALL.into_iter().flat_map(mails) {
            let marks = mail.marks.clone().expect("marks");
            let drawn = crate::delivery::html::html(&mail).expect("a mail");
            let page = scraper::Html::parse_document(&drawn);
            let select = |what: &str| scraper::Selector::parse(what).expect("a selector");
            let all = |what: &str| page.select(&select(what)).map(|e| squeeze(&e.text().collect::<String>())).collect();
            let paragraphs: Vec<String> = all("td p");
            // Paragraph by paragraph the lines of the text, but for the button, whose address follows in words.
            let text = mail.text.replace("\n-- \n", "\n");
            let mut lines: Vec<_> = text.lines().map(squeeze).filter(|line| !line.is_empty()).collect();
            lines.insert(0, "E-TEST".to_owned());
            let said: Vec<_> = paragraphs.iter().filter(|said| **said != marks.action).collect();
            assert!(said[0].starts_with(&lines[0]) && said[1..] == lines[1..].iter().collect::<Vec<_>>(), "{drawn}");
            assert_eq!(all("h1"), [squeeze(&mail.subject)]);
            assert_eq!(page.root_element().attr("lang"), Some(marks.lang.tag()));
            if !marks.link.is_empty() {
                let buttons: Vec<_> = page.select(&select("a.button")).map(|button| button.attr("href")).collect();
                assert_eq!(buttons, [Some(marks.link.as_str())], "{drawn}");
            }
            assert!(page.select(&select("[src], link, script, [background]")).next().is_none(), "{drawn}");
            let loads = drawn.contains("url(") || drawn.contains("@import");
            assert!(!loads && drawn.contains("prefers-color-scheme: dark"), "{drawn}");
        }
    }

    #[test]
    fn whoever_may_deny_something_reads_how_in_each_message_that_has_room() {
        for lang in Lang::ALL {
            for notice in notices().iter().filter(|notice| notice.may_be_denied()) {
                let denial = denial(notice).expect("a link");
                let mail = mail("a@b.example", lang, (notice, Some(&denial)), ISSUER);
                assert!(mail.text.lines().any(|line| line == denial), "{}", mail.text);
                let own = !said(notice).link.is_empty();
                assert_eq!(mail.marks.expect("marks").link == denial, !own, "the button is the mail's own link");
                let sms = sms("+8613800138000", lang, (notice, Some(&denial)), ISSUER);
                let only_told = matches!(notice, Notice::Locked { .. });
                assert_eq!(sms.text.contains(&denial), !own && !only_told, "{}", sms.text);
            }
        }
    }

    #[test]
    fn no_sms_needs_more_than_two_parts_in_chinese_or_three_in_english() {
        for notice in notices() {
            // Parts of a long message hold 67 characters of UCS-2, and 153 of the alphabet of GSM.
            for (lang, most) in [(Lang::Zh, 2 * 67), (Lang::En, 3 * 153)] {
                let sms = sms("+8613800138000", lang, (&notice, denial(&notice).as_deref()), ISSUER);
                assert!(sms.text.chars().count() <= most, "{}: {}", sms.text.chars().count(), sms.text);
            }
        }
    }

    #[test]
    fn a_name_is_never_markup() {
        let names = r#"<img src="https://evil.example/x.png" onerror=a()>"'&@x.example"#;
        for lang in Lang::ALL {
            let mail = mail("a@b.example", lang, (&Notice::AccountFound { names: names.to_owned() }, None), ISSUER);
            let drawn = crate::delivery::html::html(&mail).expect("a mail");
            let page = scraper::Html::parse_document(&drawn);
            let shown = page.root_element().text().collect::<String>();
            assert!(shown.contains(names) && !drawn.contains("<img"), "{drawn}");
        }
    }

    #[test]
    fn the_end_of_a_lock_is_never_told_too_early() {
        let until = Timestamp::from_seconds(1_798_732_741);
        let mail = mail("a@b.example", Lang::En, (&Notice::Locked { until }, None), ISSUER);
        assert!(mail.text.contains("2027-01-01 00:00"), "{}", mail.text);
    }

    #[test]
    fn times_are_shown_as_in_china() {
        for (seconds, shown) in
            [(1_798_732_799, "2026-12-31 23:59 (UTC+8)"), (1_798_732_800, "2027-01-01 00:00 (UTC+8)")]
        {
            assert_eq!(beijing(Timestamp::from_seconds(seconds)), shown);
        }
    }
}
