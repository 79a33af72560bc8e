//! The completeness check that each crate runs over its texts in a test.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use fluent_syntax::ast::{CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement};

/// What one key of a language asks its caller for.
type Placeholders = BTreeSet<String>;

/// Every difference between the Chinese and the English texts, one sentence each: a key that only one of
/// them has, a key that stands twice, placeholders that differ, a part that does not parse. Empty means the
/// two are complete.
#[must_use]
pub fn differences(zh_sources: &[&str], en_sources: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let zh = keys("zh-CN", zh_sources, &mut found);
    let en = keys("en", en_sources, &mut found);
    for (key, zh_placeholders) in &zh {
        match en.get(key) {
            None => found.push(format!("`{key}` is missing in en")),
            Some(en_placeholders) if en_placeholders != zh_placeholders => found.push(format!(
                "`{key}` has the placeholders {} in zh-CN, but {} in en",
                list(zh_placeholders),
                list(en_placeholders)
            )),
            Some(_) => {}
        }
    }
    let only_en = en.keys().filter(|key| !zh.contains_key(*key));
    found.extend(only_en.map(|key| format!("`{key}` is missing in zh-CN")));
    found
}

/// The keys that code and templates below `folders` ask for by name, in calls of `.t("…")` and
/// `.tw("…", …)`, and that the texts do not have: one `file: key` each. Keys that are put together at run time
/// are not seen.
///
/// # Errors
/// A folder cannot be read.
pub fn unknown_keys(folders: &[&Path], sources: &[&str]) -> io::Result<Vec<String>> {
    let known = keys("", sources, &mut Vec::new());
    let mut unknown = Vec::new();
    for folder in folders {
        in_folder(folder, &["rs", "html", "txt"], &mut |path, text| {
            let asked = asked_for(text).filter(|key| !known.contains_key(*key));
            unknown.extend(asked.map(|key| format!("{}: {key}", path.display())));
        })?;
    }
    unknown.sort();
    Ok(unknown)
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
    let is_han = |c: char| ('\u{3400}'..='\u{9fff}').contains(&c);
    let is_latin = |c: char| c.is_ascii_alphanumeric() || c == '{' || c == '}';
    let mut gaps = line
        .match_indices(' ')
        .filter_map(|(at, _)| Some((line.get(..at)?.chars().next_back()?, line.get(at + 1..)?.chars().next()?)));
    gaps.any(|(a, b)| is_han(a) && is_latin(b) || is_latin(a) && is_han(b))
}

/// Hands every file of those kinds below the folder to `look`.
fn in_folder(folder: &Path, kinds: &[&str], look: &mut impl FnMut(&Path, &str)) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            in_folder(&path, kinds, look)?;
        } else if path.extension().is_some_and(|kind| kinds.iter().any(|ours| kind == *ours)) {
            look(&path, &std::fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// The literal keys of the calls in a text.
fn asked_for(text: &str) -> impl Iterator<Item = &str> {
    const CALLS: [&str; 2] = [".t(\"", ".tw(\""];
    CALLS.into_iter().flat_map(move |call| text.split(call).skip(1)).filter_map(|rest| {
        let (key, _) = rest.split_once('"')?;
        let plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain.then_some(key)
    })
}

fn list(placeholders: &Placeholders) -> String {
    if placeholders.is_empty() {
        return "(none)".to_owned();
    }
    placeholders.iter().map(|name| format!("${name}")).collect::<Vec<_>>().join(", ")
}

fn keys(lang: &str, sources: &[&str], found: &mut Vec<String>) -> BTreeMap<String, Placeholders> {
    let mut keys = BTreeMap::new();
    for source in sources {
        let resource = match fluent_syntax::parser::parse(*source) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                found.extend(errors.iter().map(|error| format!("{lang} does not parse: {error}")));
                resource
            }
        };
        for entry in &resource.body {
            for (key, pattern) in patterns(entry) {
                let mut placeholders = Placeholders::new();
                in_pattern(pattern, &mut placeholders);
                if keys.insert(key.clone(), placeholders).is_some() {
                    found.push(format!("`{key}` stands twice in {lang}"));
                }
            }
        }
    }
    keys
}

/// The patterns of one entry under the names by which they are asked for: `key`, `key.attribute`, `-term`.
fn patterns<'a>(entry: &'a Entry<&str>) -> Vec<(String, &'a Pattern<&'a str>)> {
    let (name, value, attributes) = match entry {
        Entry::Message(message) => (message.id.name.to_owned(), message.value.as_ref(), &message.attributes),
        Entry::Term(term) => (format!("-{}", term.id.name), Some(&term.value), &term.attributes),
        _ => return Vec::new(),
    };
    let attributes = attributes.iter().map(|of| (format!("{name}.{}", of.id.name), &of.value)).collect::<Vec<_>>();
    value.map(|pattern| (name, pattern)).into_iter().chain(attributes).collect()
}

fn in_pattern(pattern: &Pattern<&str>, found: &mut Placeholders) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression(expression: &Expression<&str>, found: &mut Placeholders) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, found),
        Expression::Select { selector, variants } => {
            in_inline(selector, found);
            for variant in variants {
                in_pattern(&variant.value, found);
            }
        }
    }
}

fn in_inline(inline: &InlineExpression<&str>, found: &mut Placeholders) {
    match inline {
        InlineExpression::VariableReference { id } => {
            found.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => in_expression(expression, found),
        InlineExpression::FunctionReference { arguments, .. } => in_arguments(arguments, found),
        InlineExpression::TermReference { arguments: Some(arguments), .. } => in_arguments(arguments, found),
        _ => {}
    }
}

fn in_arguments(arguments: &CallArguments<&str>, found: &mut Placeholders) {
    for argument in &arguments.positional {
        in_inline(argument, found);
    }
    for argument in &arguments.named {
        in_inline(&argument.value, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_and_placeholders_are_complete() {
        let zh = ["a = 甲\nb = 剩余 { $n }", "# note\n-brand = 通行证\nc = { -brand }"];
        let en = ["b = { $n ->\n    [one] one\n   *[other] { $n } left\n }\n-brand = Passport\nc = { -brand }\na = A"];
        assert_eq!(differences(&zh, &en), Vec::<String>::new());
    }

    #[test]
    fn a_key_of_one_language_is_reported() {
        assert_eq!(differences(&["a = 甲"], &["b = B"]), ["`a` is missing in en", "`b` is missing in zh-CN"]);
        assert_eq!(differences(&["a = 甲\n  .hint = 提示"], &["a = A"]), ["`a.hint` is missing in en"]);
    }

    #[test]
    fn different_placeholders_are_reported() {
        let found = differences(&["a = { $name }"], &["a = { NUMBER($count) }"]);
        assert_eq!(found, ["`a` has the placeholders $name in zh-CN, but $count in en"]);
        let found = differences(&["a = { $name }"], &["a = you"]);
        assert_eq!(found, ["`a` has the placeholders $name in zh-CN, but (none) in en"]);
    }

    #[test]
    fn a_placeholder_that_only_selects_counts() {
        let select = "a = { $n ->\n    [one] one\n   *[other] many\n }";
        assert_eq!(differences(&["a = 甲"], &[select]), ["`a` has the placeholders (none) in zh-CN, but $n in en"]);
    }

    #[test]
    fn a_key_that_stands_twice_is_reported_across_sources() {
        assert_eq!(differences(&["a = 甲", "a = 乙"], &["a = A"]), ["`a` stands twice in zh-CN"]);
    }

    #[test]
    fn a_key_that_no_text_has_is_found_where_it_is_asked_for() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(dir.path().join("deep")).expect("a folder");
        let page = r#"{{ page.t("a") }} {{ page.tw("b-c", &[("n", n)]) }} {{ page.t("missing") }} {{ page.t(key) }}"#;
        std::fs::write(dir.path().join("deep/page.html"), page).expect("a file");
        std::fs::write(dir.path().join("notes.md"), r#".t("ignored")"#).expect("a file");
        let found = unknown_keys(&[dir.path()], &["a = 甲\nb-c = { $n }"]).expect("readable");
        assert_eq!(found, [format!("{}: missing", dir.path().join("deep/page.html").display())]);
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

    #[test]
    fn a_syntax_error_is_reported() {
        let found = differences(&["a = 甲\nb = { $"], &["a = A"]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("zh-CN does not parse"), "{found:?}");
    }
}
