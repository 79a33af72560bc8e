//! What of a document its reader cannot do without, and what another version's documents lack of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Document;

/// A member that no version has.
const LATER: &str = "a member of a later version";

/// A document that a version wrote, and how it reads such ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recorded {
    pub(super) name: String,
    /// JSON pointers (RFC 6901) to members without which it is not read.
    pub(super) needs: BTreeSet<String>,
    /// Pointers to objects in which an unknown member is refused.
    pub(super) closed: BTreeSet<String>,
    pub(super) document: Value,
}

/// The pointer to a member of the object there.
fn below(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Every object in it, by its pointer.
fn objects(value: &Value) -> Vec<(String, &Map<String, Value>)> {
    fn go<'v>(value: &'v Value, at: String, found: &mut Vec<(String, &'v Map<String, Value>)>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    go(member, below(&at, name), found);
                }
                found.push((at, members));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(number, item)| go(item, format!("{at}/{number}"), found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    go(value, String::new(), &mut found);
    found
}

fn changed(document: &Value, at: &str, change: impl FnOnce(&mut Map<String, Value>)) -> Value {
    let mut document = document.clone();
    change(document.pointer_mut(at).and_then(Value::as_object_mut).expect("an object"));
    document
}

/// What this version writes, and how it reads it: found out by leaving out and adding.
pub(super) fn record(known: &Document) -> Vec<Recorded> {
    let mut records = Vec::new();
    for document in &known.written {
        let (mut needs, mut closed) = (BTreeSet::new(), BTreeSet::new());
        for (at, members) in objects(document) {
            for name in members.keys() {
                let without = changed(document, &at, |members| drop(members.remove(name)));
                if (known.read)(&without).is_err() {
                    needs.insert(below(&at, name));
                }
            }
            let more = changed(document, &at, |members| drop(members.insert(LATER.to_owned(), json!("x"))));
            if (known.read)(&more).is_err() {
                closed.insert(at);
            }
        }
        records.push(Recorded { name: known.name.clone(), needs, closed, document: document.clone() });
    }
    records
}

/// What two versions do not understand of each other's documents.
pub(super) fn misunderstandings(before: &[Recorded], now: &[Document]) -> Vec<String> {
    let mut found = Vec::new();
    for record in before {
        let name = &record.name;
        let Some(known) = now.iter().find(|known| known.name == *name) else {
            found.push(format!("{name}, which the version before writes, is read no more: read it a release longer"));
            continue;
        };
        if let Err(why) = (known.read)(&record.document) {
            found.push(format!("{name} as the version before writes it is not read: {why}"));
        }
        for written in &known.written {
            found.extend(lacks(record, written).map(|at| format!("{name} lacks {at}, which the version before needs")));
            let others = move || before.iter().filter(move |other| other.name == *name);
            found.extend(refused(record, others, written).map(|at| {
                format!("{name} gets {at}, which the version before refuses there: read it a release earlier")
            }));
            found.extend(of_another_kind(&record.document, written).map(|at| format!("{name} has another {at}")));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Members that are needed in objects that are there.
fn lacks<'r>(record: &'r Recorded, written: &'r Value) -> impl Iterator<Item = &'r str> {
    let is_missing = move |at: &&str| {
        let (object, _) = at.rsplit_once('/').unwrap_or_default();
        written.pointer(object).is_some_and(Value::is_object) && written.pointer(at).is_none()
    };
    record.needs.iter().map(String::as_str).filter(is_missing)
}

/// Members of closed objects that none of the documents of that name has.
fn refused<'r, O: Iterator<Item = &'r Recorded>>(
    record: &'r Recorded,
    others: impl Fn() -> O,
    written: &'r Value,
) -> impl Iterator<Item = String> {
    let inside = move |at: &'r String| written.pointer(at).and_then(Value::as_object).map(|members| (at, members));
    let pointers = record.closed.iter().filter_map(inside);
    let pointers = pointers.flat_map(|(at, members)| members.keys().map(move |name| below(at, name)));
    pointers.filter(move |at| !others().any(|other| other.document.pointer(at).is_some()))
}

/// Members that are there in both, and not of one kind.
fn of_another_kind<'v>(before: &'v Value, written: &'v Value) -> impl Iterator<Item = String> {
    let members = objects(written).into_iter();
    let members =
        members.flat_map(|(at, members)| members.iter().map(move |(name, member)| (below(&at, name), member)));
    members.filter(|(at, member)| before.pointer(at).is_some_and(|known| !alike(known, member))).map(|(at, _)| at)
}

fn alike(one: &Value, other: &Value) -> bool {
    one.is_null() || other.is_null() || std::mem::discriminant(one) == std::mem::discriminant(other)
}
