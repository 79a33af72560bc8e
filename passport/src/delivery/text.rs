//! The words of messages, in both languages.

use std::sync::LazyLock;
use std::time::Duration;

use shared::clock::{CHINA, Civil, Timestamp};
use shared::i18n::{Catalogue, Lang};

use super::model::{Letter, Notice, ProofLetter, ProofWords};

static TEXTS: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(&[
        (Lang::Zh, &[include_str!("../../locales/zh-CN/delivery.ftl")]),
        (Lang::En, &[include_str!("../../locales/en/delivery.ftl")]),
    ])
});

/// The mail that tells of this.
pub(super) fn mail(to: &str, lang: Lang, notice: &Notice, issuer: &str) -> Letter {
    let Said { name, time, link, new } = said(notice);
    let values = [("issuer", issuer), ("time", time.as_str()), ("link", link), ("new", new)];
    let text = TEXTS.text_with(lang, &format!("delivery-{name}-text"), &values);
    let signature = TEXTS.text_with(lang, "delivery-signature", &values);
    Letter {
        to: to.to_owned(),
        subject: TEXTS.text(lang, &format!("delivery-{name}-subject")),
        text: format!("{text}\n\n-- \n{signature}\n"),
    }
}

/// The SMS that does.
pub(super) fn sms(to: &str, lang: Lang, notice: &Notice) -> Letter {
    let Said { name, time, link, new } = said(notice);
    let values = [("time", time.as_str()), ("link", link), ("new", new)];
    let text = TEXTS.text_with(lang, &format!("delivery-{name}-sms"), &values);
    Letter { to: to.to_owned(), subject: String::new(), text }
}

/// What a notice says.
struct Said<'a> {
    /// In the keys of its texts.
    name: &'static str,
    time: String,
    link: &'a str,
    /// The contact or the names that it tells of.
    new: &'a str,
}

fn said(notice: &Notice) -> Said<'_> {
    // Rounded up to the minute: who comes at the time that the message tells is let in.
    let round = |until: &Timestamp| Some(*until + Duration::from_millis(59_999));
    let (name, time, link) = match notice {
        Notice::ContactTaken => ("taken", None, ""),
        Notice::PasswordChanged { at } => ("password-changed", Some(*at), ""),
        Notice::PasswordReset { at } => ("password-reset", Some(*at), ""),
        Notice::RecoveryWaits { until, cancel } => ("recovery-waits", round(until), cancel.as_str()),
        Notice::RecoveryWaited { until, resume } => ("recovery-waited", Some(*until), resume.as_str()),
        Notice::AccountFound { .. } => ("account-found", None, ""),
        Notice::ContactChanged { until, undo, .. } => ("contact-changed", Some(*until), undo.as_str()),
        Notice::Locked { until } => ("locked", round(until), ""),
    };
    let new = match notice {
        Notice::ContactChanged { to, .. } => to,
        Notice::AccountFound { names } => names,
        _ => "",
    };
    Said { name, time: time.map(beijing).unwrap_or_default(), link, new }
}

/// The mail with a code to type into a form.
pub(super) fn code_mail(to: &str, lang: Lang, code: &str, issuer: &str) -> Letter {
    let values = [("code", code), ("issuer", issuer)];
    let text = TEXTS.text_with(lang, "delivery-code-text", &values);
    let signature = TEXTS.text_with(lang, "delivery-signature", &values);
    Letter {
        to: to.to_owned(),
        subject: TEXTS.text_with(lang, "delivery-code-subject", &values),
        text: format!("{text}\n\n-- \n{signature}\n"),
    }
}

/// The SMS with such a code.
pub(super) fn code_sms(to: &str, lang: Lang, code: &str) -> Letter {
    let text = TEXTS.text_with(lang, "delivery-code-sms", &[("code", code)]);
    Letter { to: to.to_owned(), subject: String::new(), text }
}

/// The mail that proves that it was read.
pub(super) fn proof_mail(to: &str, lang: Lang, letter: &ProofLetter, issuer: &str) -> Letter {
    let key = letter.words.key();
    let at = beijing(letter.at);
    let values = [
        ("code", letter.code.as_str()),
        ("link", letter.link.as_deref().unwrap_or_default()),
        ("from", letter.from.as_str()),
        ("time", at.as_str()),
        ("issuer", issuer),
    ];
    let text = TEXTS.text_with(lang, &format!("delivery-proof-{key}-text"), &values);
    let signature = TEXTS.text_with(lang, "delivery-signature", &values);
    Letter {
        to: to.to_owned(),
        subject: TEXTS.text_with(lang, &format!("delivery-proof-{key}-subject"), &values),
        text: format!("{text}\n\n-- \n{signature}\n"),
    }
}

/// The SMS that does.
pub(super) fn proof_sms(to: &str, lang: Lang, letter: &ProofLetter) -> Letter {
    let key = match letter.words {
        ProofWords::Registered | ProofWords::Contact => "delivery-proof-contact-sms",
        ProofWords::Recovery => "delivery-proof-recovery-sms",
    };
    Letter {
        to: to.to_owned(),
        subject: String::new(),
        text: TEXTS.text_with(lang, key, &[("code", letter.code.as_str())]),
    }
}

/// The moment as clocks in China show it: all of it is UTC+8.
fn beijing(at: Timestamp) -> String {
    let Civil { year, month, day, hour, minute, .. } = at.civil(CHINA);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} (UTC+8)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_the_same_things() {
        let differences = shared::i18n::check::differences(
            &[include_str!("../../locales/zh-CN/delivery.ftl")],
            &[include_str!("../../locales/en/delivery.ftl")],
        );
        assert_eq!(differences, Vec::<String>::new());
    }

    #[test]
    fn every_notice_has_its_words() {
        let at = Timestamp::from_seconds(1_798_761_600);
        for lang in [Lang::Zh, Lang::En] {
            let (to, undo) = ("l***@x.example".to_owned(), "https://x.example/u".to_owned());
            let (cancel, resume) = ("https://x.example/c".to_owned(), "https://x.example/r".to_owned());
            for notice in [
                Notice::ContactTaken,
                Notice::PasswordChanged { at },
                Notice::PasswordReset { at },
                Notice::RecoveryWaits { until: at, cancel },
                Notice::RecoveryWaited { until: at, resume },
                Notice::ContactChanged { to, until: at, undo },
                Notice::AccountFound { names: "l@x.example".to_owned() },
                Notice::Locked { until: at },
            ] {
                let mail = mail("a@b.example", lang, &notice, "https://passport.example");
                let sms = sms("+8613800138000", lang, &notice);
                assert!(sms.text.contains("E-TEST") && !sms.text.contains('\n'), "{}", sms.text);
                assert!(!mail.subject.contains('\n') && !mail.subject.is_empty());
                assert!(mail.text.contains("https://passport.example"), "{}", mail.text);
            }
        }
    }

    #[test]
    fn the_end_of_a_lock_is_never_told_too_early() {
        let until = Timestamp::from_seconds(1_798_732_741);
        let mail = mail("a@b.example", Lang::En, &Notice::Locked { until }, "https://passport.example");
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
