//! What messages say.

use super::*;
use crate::delivery::samples;

const ISSUER: &str = "https://passport.example";

fn notices() -> Vec<Notice> {
    samples::notices(ISSUER)
}

fn denial(notice: &Notice) -> Option<String> {
    samples::denial(notice, ISSUER)
}

fn letter(words: ProofWords) -> ProofLetter {
    samples::proof(words, ISSUER)
}

/// Every mail that there is, in a language, those that can be denied without a way to do it as well.
fn mails(lang: Lang) -> Vec<Letter> {
    let mut mails: Vec<_> = samples::mails(lang, ISSUER).into_iter().map(|(_, mail)| mail).collect();
    mails.extend(notices().iter().map(|notice| mail("a@b.example", lang, (notice, None), ISSUER)));
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
        assert_eq!(shared::testkit::markup_faults(&drawn), Vec::<String>::new(), "{drawn}");
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
fn whoever_may_deny_something_reads_how_in_each_message() {
    for lang in Lang::ALL {
        for notice in notices().iter().filter(|notice| notice.may_be_denied()) {
            let denial = denial(notice).expect("a link");
            let mail = mail("a@b.example", lang, (notice, Some(&denial)), ISSUER);
            assert!(mail.text.lines().any(|line| line == denial), "{}", mail.text);
            let own = !said(notice).link.is_empty();
            assert_eq!(mail.marks.expect("marks").link == denial, !own, "the button is the mail's own link");
            let sms = sms("+8613800138000", lang, (notice, Some(&denial)), ISSUER);
            assert_eq!(sms.text.contains(&denial), !own, "{}", sms.text);
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
    for (seconds, shown) in [(1_798_732_799, "2026-12-31 23:59 (UTC+8)"), (1_798_732_800, "2027-01-01 00:00 (UTC+8)")] {
        assert_eq!(beijing(Timestamp::from_seconds(seconds)), shown);
    }
}
