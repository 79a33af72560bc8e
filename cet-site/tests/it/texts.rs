//! Both languages say everything, with the same placeholders, and every fault has its words.

use std::path::Path;

use cet_site::web::SOURCES;
use shared::i18n::Lang;
use shared::i18n::check::{self, Names};

/// What is called so in both languages.
const NAMES: Names<'_> = Names("E-TEST CET CET-SET CET-SET4 CET-SET6 CET4 CET6 B ICP PETS NCRE Cookie JPG KB");

fn of(lang: Lang) -> &'static [&'static str] {
    SOURCES.iter().find(|(l, _)| *l == lang).map(|(_, texts)| *texts).expect("texts")
}

#[test]
fn both_languages_have_the_same_texts() {
    assert_eq!(check::differences(of(Lang::Zh), of(Lang::En)), Vec::<String>::new());
}

#[test]
fn every_text_speaks_its_own_language() {
    assert_eq!(check::foreign(of(Lang::Zh), of(Lang::En), NAMES), Vec::<String>::new());
}

#[test]
fn no_text_exclaims() {
    for lang in Lang::ALL {
        assert_eq!(check::exclamations(of(lang)), Vec::<String>::new());
    }
}

#[test]
fn documents_are_the_same_in_both_languages_and_speak_their_own() {
    for site in ["cet", "pets", "ncre"] {
        let folder = |lang: &str| format!("profiles/{site}/{lang}");
        let found = check::foreign_documents(Path::new(&folder("zh-CN")), Path::new(&folder("en")), NAMES);
        assert_eq!(found.expect("readable"), Vec::<String>::new());
    }
}

/// Every pair of texts in a profile: a table with `zh` and `en`.
fn pairs(value: &toml::Value, found: &mut Vec<(String, String)>) {
    match value {
        toml::Value::Table(table) => {
            if let (Some(zh), Some(en)) =
                (table.get("zh").and_then(|v| v.as_str()), table.get("en").and_then(|v| v.as_str()))
            {
                found.push((zh.to_owned(), en.to_owned()));
            }
            table.values().for_each(|value| pairs(value, found));
        }
        toml::Value::Array(values) => values.iter().for_each(|value| pairs(value, found)),
        _ => {}
    }
}

#[test]
fn what_a_profile_says_is_in_both_languages() {
    for site in ["cet", "pets", "ncre"] {
        let profile = std::fs::read_to_string(format!("profiles/{site}/profile.toml")).expect("a profile");
        let mut said = Vec::new();
        pairs(&toml::from_str(&profile).expect("TOML"), &mut said);
        assert!(said.len() > 20, "{site}: {}", said.len());
        let as_texts = |of: fn(&(String, String)) -> &String| {
            said.iter().enumerate().map(|(at, pair)| format!("text-{at} = {}\n", of(pair))).collect::<String>()
        };
        let (zh, en) = (as_texts(|(zh, _)| zh), as_texts(|(_, en)| en));
        assert_eq!(check::foreign(&[&zh], &[&en], NAMES), Vec::<String>::new(), "{site}");
    }
}

#[test]
fn no_template_says_words_of_its_own() {
    let found = check::typed_words(&[Path::new("templates")], Names("")).expect("readable");
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn no_space_is_typed_between_han_and_latin() {
    let folders = ["locales/zh-CN", "profiles/cet/zh-CN", "profiles/pets/zh-CN", "profiles/ncre/zh-CN"];
    let found = check::typed_spaces(&folders.map(Path::new), &[]).expect("readable");
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn every_text_that_is_asked_for_exists() {
    let folders = ["src", "templates", "../shared/templates"];
    assert_eq!(check::unknown_keys(&folders.map(Path::new), of(Lang::Zh)).expect("readable"), Vec::<String>::new());
}

#[test]
fn every_text_is_asked_for() {
    let (_, own) = of(Lang::Zh).split_first().expect("those of every site come first");
    let folders = ["src", "templates", "../shared/src/page", "../shared/templates"];
    assert_eq!(check::unused_keys(&folders.map(Path::new), own).expect("readable"), Vec::<String>::new());
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
