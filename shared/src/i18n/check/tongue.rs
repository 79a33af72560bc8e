//! Chinese texts speak Chinese, English ones English.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::asked::in_folder;
use super::texts;

/// Names that both languages use as they are, white space between them: of people's machines, formats, exams. Letters and
/// Han in them are at home anywhere.
#[derive(Debug, Clone, Copy)]
pub struct Names<'n>(pub &'n str);

/// The texts that do not speak their own language, one sentence each: English words in a Chinese one, Han in an English
/// one, and a Chinese one that says nothing where the English one does. So a text that was copied and never translated is
/// found too.
#[must_use]
pub fn foreign(zh_sources: &[&str], en_sources: &[&str], names: Names<'_>) -> Vec<String> {
    let zh = texts("zh-CN", zh_sources, &mut Vec::new());
    let en = texts("en", en_sources, &mut Vec::new());
    let mut found = Vec::new();
    for (key, text) in &zh {
        found.extend(names.english_in(&text.words).map(|word| format!("`{key}` says “{word}” in zh-CN")));
        let says_nothing = |text: &str| !text.chars().any(char::is_alphanumeric);
        if says_nothing(&text.words) && en.get(key).is_some_and(|en| !says_nothing(&en.words)) {
            found.push(format!("`{key}` says nothing in zh-CN"));
        }
    }
    for (key, text) in &en {
        found.extend(names.chinese_in(&text.words).map(|words| format!("`{key}` says “{words}” in en")));
    }
    found
}

/// The same of the documents (Markdown) in two folders, which also have to be the same files and link to the same addresses.
/// Code and addresses are in no language.
///
/// # Errors
/// A folder cannot be read.
pub fn foreign_documents(zh: &Path, en: &Path, names: Names<'_>) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut links = [zh, en].map(|_| BTreeSet::new());
    for (folder, links) in [zh, en].into_iter().zip(&mut links) {
        in_folder(folder, &["md"], &mut |path, text| {
            let file = path.strip_prefix(folder).unwrap_or(path).display().to_string();
            let (words, targets) = taken_apart(text);
            links.insert((file.clone(), String::new()));
            links.extend(targets.into_iter().map(|target| (file.clone(), target)));
            let foreign: Vec<_> =
                if folder == zh { names.english_in(&words).collect() } else { names.chinese_in(&words).collect() };
            found.extend(foreign.iter().map(|word| format!("{} says “{word}”", path.display())));
        })?;
    }
    let [zh_links, en_links] = &links;
    found.extend(
        zh_links.symmetric_difference(en_links).map(|(file, to)| format!("{file} leads to “{to}” in one language")),
    );
    Ok(found)
}

/// The words of a document without code, and the addresses of its links.
fn taken_apart(text: &str) -> (String, Vec<String>) {
    let prose: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let mut parts = prose.split("](");
    let mut words = parts.next().unwrap_or_default().to_owned();
    let mut targets = Vec::new();
    for part in parts {
        let (target, after) = part.split_once(')').unwrap_or((part, ""));
        targets.push(target.to_owned());
        words.push(' ');
        words.push_str(after);
    }
    (words, targets)
}

/// The words that templates below `folders` say by themselves, in no language but that of whoever wrote them: one `file: word`
/// each. `names` may.
///
/// # Errors
/// A folder cannot be read.
pub fn typed_words(folders: &[&Path], names: Names<'_>) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in folders {
        in_folder(folder, &["html"], &mut |path, text| {
            let text =
                [("{#", "#}"), ("{{", "}}"), ("{%", "%}")].iter().fold(text.to_owned(), |t, marks| without(&t, *marks));
            let said = SPOKEN.iter().flat_map(|name| values(&text, name));
            let shown = [without(&without(&text, ("<style", "</style>")), ("<", ">"))];
            for words in said.chain(shown) {
                let foreign = names.english_in(&words).chain(names.chinese_in(&words)).collect::<Vec<_>>();
                found.extend(foreign.iter().map(|word| format!("{}: {word}", path.display())));
            }
        })?;
    }
    found.sort();
    Ok(found)
}

/// The attributes that people read or hear.
const SPOKEN: [&str; 6] = ["alt", "aria-label", "aria-description", "label", "placeholder", "title"];

/// The values of that attribute.
fn values(text: &str, name: &str) -> Vec<String> {
    let begin = format!(" {name}=\"");
    let values = text.split(begin.as_str()).skip(1).filter_map(|rest| rest.split_once('"'));
    values.map(|(value, _)| value.to_owned()).collect()
}

/// A text without what stands between those marks, and without them.
fn without(text: &str, (begin, end): (&str, &str)) -> String {
    let mut parts = text.split(begin);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| kept + " " + part.split_once(end).map_or("", |(_, after)| after))
}

impl Names<'_> {
    /// The words of Latin letters in a text, but for the names.
    fn english_in(self, text: &str) -> impl Iterator<Item = String> {
        self.without_names(text)
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| word.contains(|c: char| c.is_ascii_alphabetic()))
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The words of Han in a text, but for the names.
    fn chinese_in(self, text: &str) -> impl Iterator<Item = String> {
        let words = self.without_names(text);
        let words = words.split(|c| !is_han(c)).filter(|word| !word.is_empty()).map(str::to_owned);
        words.collect::<Vec<_>>().into_iter()
    }

    fn without_names(self, text: &str) -> String {
        let mut names: Vec<_> = self.0.split_whitespace().collect();
        // A name may begin with another one.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        // What a script puts in later is no word.
        names.into_iter().chain(["%s"]).fold(text.to_owned(), |text, name| {
            let mut kept = String::new();
            let mut from = 0;
            for (at, _) in text.match_indices(name) {
                let (before, after) =
                    (text.get(..at).unwrap_or_default(), text.get(at + name.len()..).unwrap_or_default());
                if !before.ends_with(within_word) && !after.starts_with(within_word) {
                    kept.push_str(text.get(from..at).unwrap_or_default());
                    kept.push(' ');
                    from = at + name.len();
                }
            }
            kept + text.get(from..).unwrap_or_default()
        })
    }
}

/// The texts that exclaim, one sentence each: nobody is to be shouted at, least of all by a mail about their account. A mark
/// in a list of characters, as of those that a password may have, exclaims nothing.
#[must_use]
pub fn exclamations(sources: &[&str]) -> Vec<String> {
    let texts = texts("a text", sources, &mut Vec::new());
    let loud = texts.iter().filter(|(_, text)| exclaims(&text.words));
    loud.map(|(key, _)| format!("`{key}` has an exclamation mark")).collect()
}

fn exclaims(words: &str) -> bool {
    let ends_a_sentence = |after: Option<char>| after.is_none_or(|next| !"@#$%^&*_-".contains(next));
    words.char_indices().any(|(at, c)| {
        let after = words.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
        c == '！' || c == '!' && ends_a_sentence(after)
    })
}

fn within_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// The lines of Chinese texts and documents below `folders` that have a space typed between Han and Latin letters,
/// digits or a placeholder: one `file: line` each. The gap is the style sheet's to draw (`text-autospace`). A text that
/// is one of `names` as a whole is passed over.
///
/// # Errors
/// A folder cannot be read.
pub fn typed_spaces(folders: &[&Path], names: &[&str]) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in folders {
        in_folder(folder, &["ftl", "md"], &mut |path, text| {
            let is_comment = |line: &str| line.starts_with('#') && path.extension().is_some_and(|kind| kind == "ftl");
            let is_name = |line: &str| line.split_once(" = ").is_some_and(|(_, text)| names.contains(&text));
            let spaced = text.lines().filter(|line| !is_comment(line) && !is_name(line) && has_typed_space(line));
            found.extend(spaced.map(|line| format!("{}: {line}", path.display())));
        })?;
    }
    found.sort();
    Ok(found)
}

fn has_typed_space(line: &str) -> bool {
    let is_latin = |c: char| c.is_ascii_alphanumeric() || c == '{' || c == '}';
    let mut gaps = line
        .match_indices(' ')
        .filter_map(|(at, _)| Some((line.get(..at)?.chars().next_back()?, line.get(at + 1..)?.chars().next()?)));
    gaps.any(|(a, b)| is_han(a) && is_latin(b) || is_latin(a) && is_han(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names<'_> = Names("Mac client_id E-TEST 登录通行证");

    #[test]
    fn a_text_in_the_other_language_is_found() {
        let zh = "a = 用Mac登录E-TEST\nb = 点Retry again\nc = Machine\nd = { $a }，{ $b }\ne = ：\nf = 再过%s分钟\n\
            g = { $n ->\n    [one] seat\n   *[other] 座位\n }\n";
        let en = "a = Sign in to E-TEST on a Mac\nb = Press 重试\nc = Machine\nd = { $a }, { $b }\ne = Site\nf = in %s minutes\n\
            g = { $n } seats\n";
        assert_eq!(
            foreign(&[zh], &[en], NAMES),
            [
                "`b` says “Retry” in zh-CN",
                "`b` says “again” in zh-CN",
                "`c` says “Machine” in zh-CN",
                "`e` says nothing in zh-CN",
                "`g` says “seat” in zh-CN",
                "`b` says “重试” in en",
            ]
        );
    }

    #[test]
    fn a_text_that_exclaims_is_found_and_a_list_of_characters_is_none() {
        let texts = "a = 您好！\nb = Done!\nc = Stop! Now\nd = At least one of !@#$%^&*_-\ne = 您好，\n\
            f = { $n ->\n    [one] one\n   *[other] “many!”\n }\ng = !!\n";
        let found = |key: &str| format!("`{key}` has an exclamation mark");
        assert_eq!(exclamations(&[texts]), ["a", "b", "c", "f", "g"].map(found));
    }

    #[test]
    fn documents_are_the_same_in_both_languages() {
        let dir = tempfile::tempdir().expect("a folder");
        let (zh, en) = (dir.path().join("zh"), dir.path().join("en"));
        for (folder, one, two) in
            [(&zh, "# 甲\n见[help](/help)，`code`\n", "乙"), (&en, "# A\nSee [help](/faq), `代码`\n", "乙")]
        {
            std::fs::create_dir(folder).expect("a folder");
            std::fs::write(folder.join("one.md"), one).expect("a file");
            std::fs::write(folder.join("two.md"), two).expect("a file");
        }
        std::fs::write(zh.join("three.md"), "丙").expect("a file");
        assert_eq!(
            foreign_documents(&zh, &en, NAMES).expect("readable"),
            [
                format!("{} says “help”", zh.join("one.md").display()),
                format!("{} says “乙”", en.join("two.md").display()),
                "one.md leads to “/faq” in one language".to_owned(),
                "one.md leads to “/help” in one language".to_owned(),
                "three.md leads to “” in one language".to_owned(),
            ]
        );
    }

    #[test]
    fn a_template_that_speaks_by_itself_is_found() {
        let dir = tempfile::tempdir().expect("a folder");
        let page = "{# note #}<p class=\"lead\" title=\"提示\">{{ page.t(\"a\") }} Hello {% if x %}<b>client_id</b>{% endif %}</p>";
        std::fs::write(dir.path().join("a.html"), page).expect("a file");
        let file = dir.path().join("a.html");
        let found = typed_words(&[dir.path()], NAMES).expect("readable");
        assert_eq!(found, [format!("{}: Hello", file.display()), format!("{}: 提示", file.display())]);
    }

    #[test]
    fn a_space_typed_between_han_and_latin_is_found() {
        let dir = tempfile::tempdir().expect("a folder");
        let texts = "# 甲 a\na = 还有 { $n }处\nb = 甲a乙\nc = E-TEST 通行证\nd = 用E-TEST 通行证\ne = 见“a” 乙 丙\n";
        std::fs::write(dir.path().join("a.ftl"), texts).expect("a file");
        std::fs::write(dir.path().join("a.md"), "# 甲 1\n- 乙\n1. 丙\n").expect("a file");
        let found = typed_spaces(&[dir.path()], &["E-TEST 通行证"]).expect("readable");
        let line = |file: &str, line: &str| format!("{}: {line}", dir.path().join(file).display());
        assert_eq!(
            found,
            [line("a.ftl", "a = 还有 { $n }处"), line("a.ftl", "d = 用E-TEST 通行证"), line("a.md", "# 甲 1")]
        );
    }
}
