//! The layout and the parts, drawn.

use std::sync::Arc;

use askama::Template;

use super::*;

const ZH: &str = include_str!("../../locales/zh-CN/common.ftl");
const EN: &str = include_str!("../../locales/en/common.ftl");

/// A page with every part, in the states that need looking at.
#[derive(Template)]
#[template(path = "specimen.html")]
struct Specimen {
    page: Page,
    errors: FormErrors,
    rules: Vec<Rule>,
    provinces: Vec<Choice>,
    picture: Captcha,
    work: Captcha,
    sent: Captcha,
    passed: Captcha,
    destination: Destination,
    side: Vec<NavItem>,
    labels: Vec<String>,
}

fn page(lang: Lang) -> Page {
    let texts = Arc::new(Catalogue::new(&[(Lang::Zh, &[ZH]), (Lang::En, &[EN])]));
    let site =
        Site { accent: Accent::Passport, name: "E-TEST 通行证".to_owned(), tagline: None, home: "/".to_owned() };
    let mut page = Page::new(texts, lang, site);
    page.csrf = "token".to_owned();
    page.nav = vec![NavItem::new("/", page.t("common-home"), true)];
    page.footer = vec![Link::new("/agreement", page.t("common-agreement"))];
    page.icp = Some("京ICP备00000000号-1".to_owned());
    page.signed_in = Some(SignedIn { name: "李华".to_owned(), sign_out: "/sign-out".to_owned() });
    page
}

fn specimen(lang: Lang) -> Specimen {
    let mut errors = FormErrors::default();
    errors.push("id_number", "证件号", "只有17位，还少1位");
    errors.push("password", "密码", "再加一个特殊字符，就符合要求了");
    let captcha = |view| Captcha { id: "c1".to_owned(), view, by_code: true };
    Specimen {
        page: page(lang).with_errors(&errors),
        errors,
        rules: vec![
            Rule { check: "length:8:18".to_owned(), text: "8–18位".to_owned(), kept: Some(true) },
            Rule { check: "one-of:!@#$%^&*_-".to_owned(), text: "特殊字符".to_owned(), kept: Some(false) },
        ],
        provinces: vec![Choice::new("11", "北京"), Choice::new("44", "广东")],
        picture: captcha(CaptchaView::Picture { url: "/captcha/c1".to_owned(), large: false }),
        work: captcha(CaptchaView::Work {
            challenge: "{}".to_owned(),
            harder: true,
            picture: "/captcha/c1".to_owned(),
        }),
        sent: captcha(CaptchaView::Code { to: "li***06@example.com".to_owned() }),
        passed: captcha(CaptchaView::Passed),
        destination: Destination {
            name: "全国大学英语四、六级考试(CET)".to_owned(),
            host: "cet.e-test.example".to_owned(),
            accent: Accent::Cet,
            logo: None,
        },
        side: vec![NavItem::new("/", "我的通行证", true).with_icon("person")],
        labels: vec!["填写".to_owned(), "验证".to_owned(), "完成".to_owned()],
    }
}

fn drawn(lang: Lang) -> String {
    specimen(lang).render().expect("the specimen page is drawn")
}

#[test]
fn the_error_summary_links_to_each_field_in_order() {
    let html = drawn(Lang::Zh);
    let first = html.find("href=\"#id_number\"").expect("first error");
    let second = html.find("href=\"#password\"").expect("second error");
    assert!(first < second);
    assert!(html.contains("还有2处需要修改"));
    assert!(html.contains("<title>错误："));
}

#[test]
fn a_wrong_field_names_its_hint_and_its_error() {
    let html = drawn(Lang::Zh);
    assert!(html.contains("aria-invalid=\"true\" aria-describedby=\"id_number-hint id_number-error\""));
    assert!(html.contains("id=\"id_number-error\""));
}

#[test]
fn what_was_typed_is_escaped_and_kept() {
    let html = drawn(Lang::Zh);
    assert!(html.contains("value=\"1101&#34;&#62;\""), "{html}");
}

#[test]
fn the_language_link_speaks_the_other_language() {
    let html = drawn(Lang::Zh);
    assert!(html.contains("lang=\"en\" hreflang=\"en\">English"));
    assert!(drawn(Lang::En).contains("lang=\"zh-CN\" hreflang=\"zh-CN\">中文"));
}

/// Writes the specimen to a file for a look in a browser: `SPECIMEN=/some/folder cargo test -p shared specimen`.
#[test]
#[expect(clippy::disallowed_methods, reason = "where to write is said by the person who looks")]
fn the_specimen_can_be_looked_at() {
    let Ok(folder) = std::env::var("SPECIMEN") else {
        return;
    };
    for lang in Lang::ALL {
        let path = std::path::Path::new(&folder).join(format!("specimen.{lang}.html"));
        std::fs::write(path, drawn(lang)).expect("the specimen is written");
    }
}

#[test]
fn every_text_of_the_frame_is_asked_for_by_one_of_the_programs() {
    let folders =
        ["src", "templates", "../passport/src", "../passport/templates", "../cet-site/src", "../cet-site/templates"];
    let found = crate::i18n::check::unused_keys(&folders.map(std::path::Path::new), &[ZH]).expect("readable");
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn both_languages_of_the_frame_speak_their_own() {
    let names = crate::i18n::check::Names("ICP JavaScript");
    assert_eq!(crate::i18n::check::foreign(&[ZH], &[EN], names), Vec::<String>::new());
}

#[test]
fn no_text_of_the_frame_exclaims() {
    for texts in [ZH, EN] {
        assert_eq!(crate::i18n::check::exclamations(&[texts]), Vec::<String>::new());
    }
}
