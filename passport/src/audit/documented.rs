//! `docs/operate/audit-events.md`: every kind of event, what it means and what it carries, written from `event.rs`. A kind
//! without words of its own fails here, and so does a field of which nobody said whether it tells of a person.

use std::fmt::Write as _;
use std::path::Path;

use super::samples;

/// The declarations themselves.
const SOURCE: &str = include_str!("event.rs");

/// What each field may hold. Only these names are known, so that who adds one says whether it tells of a person.
const FIELDS: &[(&str, Told)] = &[
    ("account", Told::Person),
    ("session", Told::Person),
    ("appeal", Told::Person),
    ("case", Told::Person),
    ("staff", Told::Staff),
    ("act", Told::Nothing),
    ("alg", Told::Nothing),
    ("at", Told::Nothing),
    ("backup", Told::Nothing),
    ("channel", Told::Nothing),
    ("client", Told::Nothing),
    ("clients", Told::Nothing),
    ("contact", Told::Nothing),
    ("due", Told::Nothing),
    ("epoch", Told::Nothing),
    ("factor", Told::Nothing),
    ("failed", Told::Nothing),
    ("fields", Told::Nothing),
    ("from", Told::Nothing),
    ("how", Told::Nothing),
    ("key", Told::Nothing),
    ("invitation", Told::Nothing),
    ("kid", Told::Nothing),
    ("made", Told::Nothing),
    ("message", Told::Nothing),
    ("messages", Told::Nothing),
    ("notice", Told::Nothing),
    ("organisation", Told::Nothing),
    ("proposal", Told::Nothing),
    ("reason", Told::Nothing),
    ("reopened", Told::Nothing),
    ("role", Told::Nothing),
    ("scope", Told::Nothing),
    ("sessions_ended", Told::Nothing),
    ("site", Told::Nothing),
    ("step", Told::Nothing),
    ("succeeded", Told::Nothing),
    ("to", Told::Nothing),
    ("unknown", Told::Nothing),
    ("until", Told::Nothing),
    ("uses", Told::Nothing),
    ("version", Told::Nothing),
    ("why", Told::Nothing),
];

/// Of whom a field tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Of the person whose account it is: an id of ours that stands for them.
    Person,
    /// Of somebody of the staff: the name that they gave.
    Staff,
    /// Of nobody.
    Nothing,
}

/// A kind, or a field of one, with the comment above it.
#[derive(Debug, Default)]
struct Described {
    name: String,
    meaning: String,
    fields: Vec<Described>,
}

/// The kinds in the order of their declaration.
fn kinds(source: &str) -> Vec<Described> {
    let body = source.split("pub enum Event {\n").nth(1).and_then(|rest| rest.split("\n}\n").next()).expect("the enum");
    let (mut kinds, mut comment): (Vec<Described>, Vec<&str>) = (Vec::new(), Vec::new());
    for line in body.lines() {
        let (depth, text) = (line.len() - line.trim_start().len(), line.trim());
        let name = text.split([' ', ':', ',', '{']).next().unwrap_or_default();
        if let Some(words) = text.strip_prefix("///") {
            comment.push(words.trim());
        } else if name.starts_with(|first: char| first.is_alphabetic()) {
            let meaning = std::mem::take(&mut comment).join(" ");
            let described = Described { name: name.to_owned(), meaning, fields: Vec::new() };
            match kinds.last_mut() {
                Some(kind) if depth > 4 => kind.fields.push(described),
                _ => kinds.push(described),
            }
        }
    }
    kinds
}

/// As `serde` writes the name of a variant.
fn code(name: &str) -> String {
    let mut code = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.extend(letter.to_lowercase());
    }
    code
}

fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    for kind in kinds(SOURCE) {
        let fields: Vec<String> = kind.fields.iter().map(field).collect();
        let fields = if fields.is_empty() { "none".to_owned() } else { fields.join("<br>") };
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| `{}` | {} | {} |", code(&kind.name), cell(&kind.meaning), fields);
    }
    page
}

fn field(field: &Described) -> String {
    let of = match told(&field.name) {
        Some(Told::Person) => " (personal)",
        Some(Told::Staff) => " (of the staff)",
        _ => "",
    };
    format!("`{}`{of}: {}", field.name, cell(&field.meaning))
}

fn told(field: &str) -> Option<Told> {
    FIELDS.iter().find(|(name, _)| *name == field).map(|(_, told)| *told)
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

const INTRODUCTION: &str = "\
# What the audit record holds

<!-- Written by `UPDATE_DOCS=1 cargo test documented` from passport/src/audit/event.rs: change it there. -->

Each event has a time, an actor (`account:ID`, `client:ID`, `operator`, `staff:ID`, `visitor`, `system`), a kind and the fields below. Where a person in a browser did it, the network address and the kind of
device are noted as well: both are personal. How the record is sealed, read and kept, [audit.md](audit.md) says.

All of it is kept for 366 days, and for 180 at the least, whatever anybody says. No field holds a name, a mail address, a number or a secret; ids of ours that stand for a person are marked as
personal.

| kind | what happened | fields |
|---|---|---|
";

#[test]
fn every_kind_and_every_field_has_words_and_is_told_personal_or_not() {
    let kinds = kinds(SOURCE);
    for kind in &kinds {
        assert!(!kind.meaning.is_empty(), "{} says nothing of what happened", kind.name);
        for field in &kind.fields {
            assert!(!field.meaning.is_empty(), "{}.{} says nothing of what it holds", kind.name, field.name);
            assert!(told(&field.name).is_some(), "{}.{} is not in FIELDS: is it personal?", kind.name, field.name);
        }
    }
    // What was read is what there is.
    let mut sampled: Vec<String> = samples::all().iter().map(super::store::kind).collect();
    sampled.dedup();
    let read: Vec<String> = kinds.iter().map(|kind| code(&kind.name)).collect();
    for kind in &sampled {
        assert!(read.contains(kind), "{kind} was not found in event.rs");
    }
    for kind in &read {
        assert!(sampled.contains(kind), "{kind} has no sample");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test has no settings; this asks whether to check or to write")]
fn the_page_of_documented_events_is_current() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operate/audit-events.md"));
    if std::env::var("UPDATE_DOCS").is_ok_and(|value| value == "1") {
        std::fs::write(path, page()).expect("the page can be written");
        return;
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/operate/audit-events.md is not current: run `UPDATE_DOCS=1 cargo test documented`"
    );
}

#[test]
fn a_kind_without_words_is_seen() {
    let source = "pub enum Event {\n    /// It\n    /// was.\n    Was {\n        /// Whose.\n        account: String,\n    },\n    Silent,\n}\n";
    let kinds = kinds(source);
    let told: Vec<_> =
        kinds.iter().map(|kind| (kind.name.as_str(), kind.meaning.as_str(), kind.fields.len())).collect();
    assert_eq!(told, [("Was", "It was.", 1), ("Silent", "", 0)]);
    assert_eq!(code("SigningKeyMoved"), "signing_key_moved");
}
