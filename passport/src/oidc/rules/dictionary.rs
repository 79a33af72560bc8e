//! The dictionary of the rules: of each its cause and what to do, in both languages. It stands in `docs/errors`, a file for
//! each group, and is part of the program.
//!
//! An entry is a heading `## NAME`, a paragraph that begins with `原因：` or `Cause: `, and one with `办法：` or `Mend: `.

use std::sync::LazyLock;

use shared::i18n::Lang;

use super::{Group, Rule};

/// What the dictionary says of a rule. Names of parameters stand between backticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Text {
    /// What is seen.
    pub cause: &'static str,
    /// What to do.
    pub mend: &'static str,
}

/// The files of one language, in the order of [`Group::ALL`].
macro_rules! files {
    ($lang:literal, $($group:literal)+) => {
        [$(include_str!(concat!("../../../../docs/errors/", $lang, "/", $group, ".md"))),+]
    };
}

const ZH: [&str; 11] = files!("zh-CN", "form" "authorize" "pushed" "object" "client" "token" "proof" "resource" "registration" "logout" "service");
const EN: [&str; 11] = files!("en", "form" "authorize" "pushed" "object" "client" "token" "proof" "resource" "registration" "logout" "service");

/// An entry as it stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    name: &'static str,
    text: Text,
}

const fn files_of(lang: Lang) -> (&'static [&'static str; 11], [&'static str; 2]) {
    match lang {
        Lang::Zh => (&ZH, ["原因：", "办法："]),
        Lang::En => (&EN, ["Cause: ", "Mend: "]),
    }
}

/// The entries of a file.
fn entries(file: &'static str, [cause, mend]: [&'static str; 2]) -> impl Iterator<Item = Entry> {
    file.split("\n## ").skip(1).map(move |entry| {
        let (name, body) = entry.split_once('\n').unwrap_or((entry, ""));
        let part = |label: &str| body.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_default().trim();
        Entry { name: name.trim(), text: Text { cause: part(cause), mend: part(mend) } }
    })
}

/// What each rule means, by its place in the list; once for each language.
static TEXTS: LazyLock<[Vec<Text>; 2]> = LazyLock::new(|| {
    [Lang::Zh, Lang::En].map(|lang| {
        let (files, labels) = files_of(lang);
        let all: Vec<Entry> = files.iter().flat_map(|file| entries(file, labels)).collect();
        let text = |rule: &Rule| all.iter().find(|entry| entry.name == rule.name()).map(|entry| entry.text);
        Rule::ALL.iter().map(|rule| text(rule).unwrap_or_default()).collect()
    })
});

/// What the dictionary says of a rule.
pub fn text(rule: Rule, lang: Lang) -> Text {
    let of_lang = match lang {
        Lang::Zh => &TEXTS[0],
        Lang::En => &TEXTS[1],
    };
    of_lang.get(rule as usize).copied().unwrap_or_default()
}

/// A piece of a text of the dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'t> {
    /// The piece.
    pub text: &'t str,
    /// Whether it is a name or value of the protocol.
    pub is_code: bool,
}

/// A text with what stands between backticks apart.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let all = text.split('`').enumerate().map(|(n, text)| Piece { text, is_code: n % 2 == 1 });
    all.filter(|piece| !piece.text.is_empty()).collect()
}

/// The rules of a group, in the order of the list.
pub fn of_group(group: Group) -> impl Iterator<Item = Rule> {
    Rule::ALL.iter().copied().filter(move |rule| rule.group() == group)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(file: &'static str, lang: Lang) -> Vec<&'static str> {
        entries(file, files_of(lang).1).map(|entry| entry.name).collect()
    }

    #[test]
    fn every_rule_has_an_entry_in_its_file_in_both_languages_and_every_entry_is_of_a_rule() {
        for lang in [Lang::Zh, Lang::En] {
            for (group, file) in Group::ALL.into_iter().zip(files_of(lang).0) {
                let rules: Vec<_> = of_group(group).map(Rule::name).collect();
                assert_eq!(names(file, lang), rules, "docs/errors/{}, {group:?}", lang.tag());
            }
        }
    }

    #[test]
    fn every_entry_says_the_cause_and_what_to_do() {
        let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        for rule in Rule::ALL {
            for lang in [Lang::Zh, Lang::En] {
                let Text { cause, mend } = text(*rule, lang);
                for part in [cause, mend] {
                    let what = format!("{} in {}: {part}", rule.name(), lang.tag());
                    assert!(part.chars().count() >= 4, "{what}");
                    assert_eq!(part.contains(is_han), lang == Lang::Zh, "{what}");
                    assert_eq!(part.matches('`').count() % 2, 0, "{what}");
                    assert!(!part.contains(['!', '！']), "{what}");
                    assert!(part.ends_with(['.', '。']), "{what}");
                }
                assert_ne!(cause, mend);
            }
        }
    }

    #[test]
    fn no_space_is_typed_between_han_and_latin() {
        let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        for file in ZH {
            for line in file.lines() {
                let around: Vec<char> = line.chars().collect();
                let typed = around.windows(3).any(|w| w[1] == ' ' && (is_han(w[0]) || is_han(w[2])));
                assert!(!typed || line.starts_with('#'), "{line}");
            }
        }
    }
}
