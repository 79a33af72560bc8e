//! What code and templates ask for, held against the texts that there are.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::texts;

/// The keys that code and templates below `folders` ask for by name, in calls of `.t("…")` and
/// `.tw("…", …)`, and that the texts do not have: one `file: key` each. Keys that are put together at run time
/// are not seen.
///
/// # Errors
/// A folder cannot be read.
pub fn unknown_keys(folders: &[&Path], sources: &[&str]) -> io::Result<Vec<String>> {
    let known = texts("", sources, &mut Vec::new());
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

/// The keys of the texts that nothing below `folders` asks for: neither a literal of the code nor one within the braces of
/// a template is the key, and none that the code puts together can be. Of those every part counts: `format!("seat-{kind}")`
/// asks for `seat-window` if `window` is a literal too. What only tests name is asked for by nobody.
///
/// # Errors
/// A folder cannot be read.
pub fn unused_keys(folders: &[&Path], sources: &[&str]) -> io::Result<Vec<String>> {
    let mut asked = Asked::default();
    for folder in folders {
        in_folder(folder, &["rs", "html"], &mut |path, text| {
            let is_test = path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs");
            if path.extension().is_some_and(|kind| kind == "html") {
                let expressions = ["{{", "{%"].into_iter().flat_map(|begin| text.split(begin).skip(1));
                expressions.for_each(|rest| asked.read(up_to_end(rest)));
            } else if !is_test {
                asked.read(text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default());
            }
        })?;
    }
    let known = texts("", sources, &mut Vec::new());
    Ok(known.into_keys().filter(|key| !asked.for_key(key)).collect())
}

/// What stands before the end of an expression or statement of a template.
fn up_to_end(rest: &str) -> &str {
    let end = ["}}", "%}"].into_iter().filter_map(|end| rest.find(end)).min();
    rest.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// The literals of a program.
#[derive(Default)]
struct Asked {
    plain: BTreeSet<String>,
    /// Those with places that are filled in, as what stands around the places.
    composed: BTreeSet<Vec<String>>,
}

impl Asked {
    fn read(&mut self, source: &str) {
        for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
            // What lies between two literals is read too, and looks like no key.
            let (first, last) = (line.find('"'), line.rfind('"'));
            let (Some(first), Some(last)) = (first, last) else { continue };
            let names_a_text = line.contains(".t(&format!(") || line.contains(".tw(&format!(");
            for literal in line.get(first + 1..last).unwrap_or_default().split('"') {
                self.literal(literal, names_a_text);
            }
        }
    }

    fn literal(&mut self, literal: &str, names_a_text: bool) {
        let of_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if literal.chars().all(of_key) {
            // Codes of a program are written with an underscore, keys never are.
            self.plain.insert(literal.replace('_', "-"));
        } else if literal.chars().all(|c| of_key(c) || matches!(c, '{' | '}')) && literal.contains('-') {
            let parts: Vec<_> = literal
                .split('{')
                .map(|part| part.split_once('}').map_or(part, |(_, after)| after).to_owned())
                .collect();
            // One that begins with anything could be everything: it has to stand where a text is asked for.
            if names_a_text || !parts.first().is_none_or(String::is_empty) {
                self.composed.insert(parts);
            }
        }
    }

    fn for_key(&self, key: &str) -> bool {
        self.plain.contains(key) || self.composed.iter().any(|parts| self.fill(parts, key))
    }

    /// Whether `text` is those parts with something known in each place between them.
    fn fill(&self, parts: &[String], text: &str) -> bool {
        let Some((first, more)) = parts.split_first() else { return false };
        let Some(rest) = text.strip_prefix(first.as_str()) else { return false };
        let Some(next) = more.first() else { return rest.is_empty() };
        let ends = rest.match_indices(next.as_str()).map(|(at, _)| at).chain([rest.len()]);
        ends.filter_map(|end| rest.split_at_checked(end)).any(|(filled, tail)| {
            let is_part = !filled.is_empty() && filled.len() < text.len();
            is_part && self.for_key(filled) && self.fill(more, tail)
        })
    }
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

/// Hands every file of those kinds below the folder to `look`.
pub(super) fn in_folder(folder: &Path, kinds: &[&str], look: &mut impl FnMut(&Path, &str)) -> io::Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_text_that_nobody_asks_for_is_found() {
        let dir = tempfile::tempdir().expect("a folder");
        let code = "page.t(\"a\"); // \"note\"\nlet seats = [\"window_side\", \"aisle\"];\nlet stem = \"desk-closed\";\n\
            page.t(&format!(\"seat-{kind}-{}\", if one { \"one\" } else { \"many\" }));\npage.t(&format!(\"{stem}-title\"));\n\
            format!(\"{}-{}\", x, y);\n// \"commented\"\n#[cfg(test)]\nmod tests {\n    page.t(\"tested\");\n}\n";
        std::fs::write(dir.path().join("a.rs"), code).expect("a file");
        std::fs::write(dir.path().join("tests.rs"), "page.t(\"tested\");").expect("a file");
        let page = "<b id=\"attribute\">{{ page.t(\"b\") }}</b>{% call parts::card(page, page.t(\"c\")) %}\"bare\"";
        std::fs::write(dir.path().join("a.html"), page).expect("a file");
        let asked_for = "a = 1\nb = 1\nc = 1\nseat-window-side-one = 1\nseat-aisle-many = 1\ndesk-closed-title = 1\n";
        let not = "aisle-many = 1\nattribute = 1\nbare = 1\ncommented = 1\nseat-aisle-few = 1\nseat-none-one = 1\ntested = 1\n";
        let found = unused_keys(&[dir.path()], &[asked_for, not]).expect("readable");
        let expected: Vec<_> = not.lines().map(|line| line.trim_end_matches(" = 1").to_owned()).collect();
        assert_eq!(found, expected);
    }
}
