//! Both languages say everything, with the same placeholders, and every fault has its words.

use cet_site::web::SOURCES;
use shared::i18n::{Lang, check};

#[test]
fn both_languages_have_the_same_texts() {
    let of = |lang: Lang| SOURCES.iter().find(|(l, _)| *l == lang).map(|(_, texts)| *texts).expect("texts");
    assert_eq!(check::differences(of(Lang::Zh), of(Lang::En)), Vec::<String>::new());
}

#[test]
fn no_space_is_typed_between_han_and_latin() {
    let folders = ["locales/zh-CN", "profiles/cet/zh-CN", "profiles/pets/zh-CN", "profiles/ncre/zh-CN"];
    let found = check::typed_spaces(&folders.map(std::path::Path::new), &[]).expect("readable");
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn every_text_that_is_asked_for_exists() {
    let folders = ["src", "templates", "../shared/templates"].map(std::path::Path::new);
    let zh = SOURCES.iter().find(|(lang, _)| *lang == Lang::Zh).map(|(_, texts)| *texts).expect("texts");
    assert_eq!(check::unknown_keys(&folders, zh).expect("readable"), Vec::<String>::new());
}

#[test]
fn every_way_to_fail_has_its_words() {
    let texts = cet_site::web::texts();
    let faults =
        ["cancelled", "expired", "lost", "cookies", "clock", "unreachable", "refused", "issuer", "token", "malformed"];
    let failures = ["missing", "method", "large", "host", "busy", "broken"];
    let of_faults = faults.iter().flat_map(|kind| ["title", "text"].map(|part| format!("signin-fault-{kind}-{part}")));
    let of_failures =
        failures.iter().flat_map(|k| ["title", "text", "button"].map(|part| format!("site-failure-{k}-{part}")));
    for key in of_faults.chain(of_failures) {
        assert!(Lang::ALL.iter().all(|lang| texts.has(*lang, &key)), "{key}");
    }
}
