//! What is listed against the source, and against the version before.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor, value::Error};
use serde::forward_to_deserialize_any;
use serde_json::{Value, json};

use super::compare::{Recorded, misunderstandings, record};
use super::{COLUMNS, Document, STORES, known, of, samples};
use crate::clients::metadata::Metadata;

fn own() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_column_of_documents_has_one_and_every_document_a_column() {
    let columns: BTreeSet<&str> = COLUMNS.iter().copied().collect();
    let known = known();
    let named: BTreeSet<&str> = known.iter().filter_map(|document| document.name.split(' ').next()).collect();
    assert_eq!(columns, named);
}

/// The files of stores, below `src`.
fn stores(folder: &Path, inside: bool, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_store = inside || path.file_stem().is_some_and(|name| name == "store");
        if path.is_dir() {
            stores(&path, is_store, found);
        } else if is_store {
            found.push(path);
        }
    }
}

#[test]
fn it_is_said_of_every_store_which_documents_it_has() {
    let mut files = Vec::new();
    stores(&own().join("src"), false, &mut files);
    assert!(files.len() > 20, "only {} stores are found", files.len());
    let names = |path: &Path| path.strip_prefix(own().join("src")).expect("below").to_string_lossy().into_owned();
    let with_json: BTreeSet<String> = files
        .iter()
        .filter(|path| path.file_stem().is_some_and(|name| name != "tests"))
        .filter(|path| fs::read_to_string(path).is_ok_and(|text| text.contains("serde_json::")))
        .map(|path| names(path))
        .collect();
    let listed: BTreeSet<String> = STORES.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(with_json, listed, "which documents does a store have?");
    for (_, columns) in STORES {
        assert!(columns.iter().all(|column| COLUMNS.contains(column)), "{columns:?}");
    }
}

#[test]
fn what_this_version_writes_it_reads() {
    for document in known() {
        for written in &document.written {
            assert_eq!((document.read)(written), Ok(()), "{}: {written}", document.name);
        }
    }
}

/// Tells the members of a struct, and reads nothing.
struct Members<'m>(&'m mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Members<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("no struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        members: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = members;
        Err(Error::custom("its members are known"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Other documents are written from structs in which no member can be left out.
#[test]
fn the_sample_of_a_client_has_everything_that_can_be_said_of_one() {
    let mut members: &[&str] = &[];
    assert!(Metadata::deserialize(Members(&mut members)).is_err());
    let [most, _] = samples::clients();
    let missing: Vec<_> = members.iter().filter(|name| most.get(**name).is_none()).collect();
    assert!(members.len() > 40 && missing.is_empty(), "{missing:?}");
}

fn written(records: &[Recorded]) -> String {
    records.iter().map(|record| serde_json::to_string(record).expect("JSON") + "\n").collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "whoever runs the test says so")]
fn this_version_and_the_version_before_read_the_documents_of_either() {
    let file = own().join("migrations/previous/documents");
    if std::env::var("UPDATE_PREVIOUS").is_ok_and(|source| source == ".") {
        let records: Vec<Recorded> = known().iter().flat_map(record).collect();
        fs::write(&file, written(&records)).expect("written");
    }
    let text = fs::read_to_string(&file).expect("migrations/previous/documents");
    let before: Vec<Recorded> = text.lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
    assert!(before.len() > 60, "only {} documents are known", before.len());
    let found = misunderstandings(&before, &known());
    assert!(found.is_empty(), "{found:#?}");
}

/// What `T` reads, of a version that writes that.
fn version<T: serde::de::DeserializeOwned>(writes: Value) -> Document {
    of::<T>("a.b", [writes])
}

/// A member that is needed, and another one that need not be there.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is read for how it fails")]
struct Old {
    one: String,
    #[serde(default)]
    two: Option<Inner>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is read for how it fails")]
struct Inner {
    three: Option<u64>,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[test]
fn what_a_version_cannot_do_without_is_found_out_and_asked_of_the_next() {
    let before = record(&version::<Old>(json!({ "one": "x", "two": { "three": 3 } })));
    assert_eq!(before[0].needs, BTreeSet::from(["/one".to_owned()]));
    assert_eq!(before[0].closed, BTreeSet::from(["/two".to_owned()]));
    for (writes, understood) in [
        (json!({ "one": "x" }), true),
        (json!({ "one": "x", "two": {} }), true),
        (json!({ "one": "x", "four": 4 }), true),
        (json!({ "two": { "three": 3 } }), false),
        (json!({ "one": "x", "two": { "three": 3, "four": 4 } }), false),
        (json!({ "one": 1 }), false),
        (json!({ "one": "x", "two": null }), true),
    ] {
        let found = misunderstandings(&before, &[version::<Value>(writes.clone())]);
        assert_eq!(found.is_empty(), understood, "{writes}: {found:?}");
    }
    // What the version before writes has to be read, and by the same name.
    assert!(!misunderstandings(&before, &[version::<Vec<u8>>(json!({ "one": "x" }))]).is_empty());
    assert!(!misunderstandings(&before, &[of::<Value>("a.c", [])]).is_empty());
}
