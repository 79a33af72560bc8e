//! The words of messages, in both languages.

use std::sync::LazyLock;
use std::time::Duration;

use shared::clock::{CHINA, Civil, Timestamp};
use shared::i18n::{Catalogue, Lang};

use super::model::{Letter, Notice};

static TEXTS: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(&[
        (Lang::Zh, &[include_str!("../../locales/zh-CN/delivery.ftl")]),
        (Lang::En, &[include_str!("../../locales/en/delivery.ftl")]),
    ])
});

/// The mail that tells of this.
pub(super) fn mail(to: &str, lang: Lang, notice: Notice, issuer: &str) -> Letter {
    let (name, time) = match notice {
        Notice::Registered => ("registered", None),
        Notice::ContactTaken => ("taken", None),
        Notice::PasswordChanged { at } => ("password-changed", Some(at)),
        // Rounded up to the minute: who comes at the time that the mail tells is let in.
        Notice::Locked { until } => ("locked", Some(until + Duration::from_millis(59_999))),
    };
    let time = time.map(beijing).unwrap_or_default();
    let values = [("issuer", issuer), ("time", time.as_str())];
    let text = TEXTS.text_with(lang, &format!("delivery-{name}-text"), &values);
    let signature = TEXTS.text_with(lang, "delivery-signature", &values);
    Letter {
        to: to.to_owned(),
        subject: TEXTS.text(lang, &format!("delivery-{name}-subject")),
        text: format!("{text}\n\n-- \n{signature}\n"),
    }
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

/// The SMS that tells somebody that the number has an account.
pub(super) fn contact_taken_sms(to: &str, lang: Lang) -> Letter {
    Letter { to: to.to_owned(), subject: String::new(), text: TEXTS.text(lang, "delivery-taken-sms") }
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
            for notice in
                [Notice::Registered, Notice::ContactTaken, Notice::PasswordChanged { at }, Notice::Locked { until: at }]
            {
                let mail = mail("a@b.example", lang, notice, "https://passport.example");
                assert!(!mail.subject.contains('\n') && !mail.subject.is_empty());
                assert!(mail.text.contains("https://passport.example"), "{}", mail.text);
            }
        }
    }

    #[test]
    fn the_end_of_a_lock_is_never_told_too_early() {
        let until = Timestamp::from_seconds(1_798_732_741);
        let mail = mail("a@b.example", Lang::En, Notice::Locked { until }, "https://passport.example");
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
