//! The checks that each crate runs over its texts in a test.

mod asked;
mod tongue;

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement};

pub use asked::{unknown_keys, unused_keys};
pub use tongue::{Names, exclamations, foreign, foreign_documents, typed_spaces, typed_words};

/// One text, taken apart.
#[derive(Default)]
struct Content {
    /// What it is put together from: `$variable`, `-term`, `another-text`, and marks that stand in it, `<b>` and `%s`.
    parts: BTreeSet<String>,
    /// What it says by itself, every variant after the other.
    words: String,
}

/// Every difference between the Chinese and the English texts, one sentence each: a key that only one of
/// them has, a key that stands twice, placeholders or marks that differ, a part that does not parse. Empty means
/// the two are complete.
#[must_use]
pub fn differences(zh_sources: &[&str], en_sources: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let zh = texts("zh-CN", zh_sources, &mut found);
    let en = texts("en", en_sources, &mut found);
    for (key, zh) in &zh {
        match en.get(key) {
            None => found.push(format!("`{key}` is missing in en")),
            Some(en) if en.parts != zh.parts => found.push(format!(
                "`{key}` has the placeholders {} in zh-CN, but {} in en",
                list(&zh.parts),
                list(&en.parts)
            )),
            Some(_) => {}
        }
    }
    let only_en = en.keys().filter(|key| !zh.contains_key(*key));
    found.extend(only_en.map(|key| format!("`{key}` is missing in zh-CN")));
    found
}

fn list(parts: &BTreeSet<String>) -> String {
    if parts.is_empty() {
        return "(none)".to_owned();
    }
    parts.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Every text of a language by the name under which it is asked for.
fn texts(lang: &str, sources: &[&str], found: &mut Vec<String>) -> BTreeMap<String, Content> {
    let mut texts = BTreeMap::new();
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
                let mut content = Content::default();
                content.read(pattern);
                if texts.insert(key.clone(), content).is_some() {
                    found.push(format!("`{key}` stands twice in {lang}"));
                }
            }
        }
    }
    texts
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

impl Content {
    fn read(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => self.say(value),
                PatternElement::Placeable { expression } => self.expression(expression),
            }
        }
        // Variants are texts of their own.
        self.words.push(' ');
    }

    fn say(&mut self, text: &str) {
        self.parts.extend(marks(text));
        self.words.push_str(text);
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                for variant in variants {
                    self.read(&variant.value);
                }
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::StringLiteral { value } => self.say(value),
            InlineExpression::VariableReference { id } => {
                self.parts.insert(format!("${}", id.name));
            }
            InlineExpression::MessageReference { id, .. } => {
                self.parts.insert(id.name.to_owned());
            }
            InlineExpression::TermReference { id, arguments, .. } => {
                self.parts.insert(format!("-{}", id.name));
                if let Some(arguments) = arguments {
                    self.arguments(arguments);
                }
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::FunctionReference { arguments, .. } => self.arguments(arguments),
            InlineExpression::NumberLiteral { .. } => {}
        }
    }

    fn arguments(&mut self, arguments: &CallArguments<&str>) {
        for argument in &arguments.positional {
            self.inline(argument);
        }
        for argument in &arguments.named {
            // A literal here says how, not what.
            if let InlineExpression::VariableReference { .. } = &argument.value {
                self.inline(&argument.value);
            }
        }
    }
}

/// The marks in a text that somebody replaces or reads: `%s`, and tags.
fn marks(text: &str) -> impl Iterator<Item = String> {
    let filled_later = text.contains("%s").then(|| "%s".to_owned());
    let tags = text.split('<').skip(1).filter_map(|rest| {
        let (tag, _) = rest.split_once('>')?;
        let is_tag = tag.trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic());
        is_tag.then(|| format!("<{tag}>"))
    });
    filled_later.into_iter().chain(tags)
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
    fn a_syntax_error_is_reported() {
        let found = differences(&["a = 甲\nb = { $"], &["a = A"]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("zh-CN does not parse"), "{found:?}");
    }

    #[test]
    fn marks_and_other_texts_within_a_text_count() {
        let found = differences(&["a = 还有%s分钟\nb = <b>甲</b>\nc = { a }"], &["a = soon\nb = <b>A</b>\nc = C"]);
        assert_eq!(
            found,
            [
                "`a` has the placeholders %s in zh-CN, but (none) in en",
                "`c` has the placeholders a in zh-CN, but (none) in en"
            ]
        );
        let found = differences(&["-t = 丙\na = { -t } < 3"], &["-t = T\na = T < 3"]);
        assert_eq!(found, ["`a` has the placeholders -t in zh-CN, but (none) in en"]);
    }
}
