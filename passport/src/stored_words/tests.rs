//! What is listed against the tables, and against the version before.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use futures_util::FutureExt as _;
use shared::db::{DbError, Engine, sql};
use shared::testkit;

use super::{NONE, Unknown, Words, documents, known};
use crate::MIGRATIONS;

#[tokio::test]
async fn it_is_said_of_every_column_of_text_which_words_it_holds() {
    testkit::on_both(&MIGRATIONS, |db| async move {
        let text = match db.engine() {
            Engine::Sqlite => {
                "SELECT t.name || '.' || c.name AS name FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
                 WHERE t.type = 'table' AND c.type = 'TEXT' AND t.name NOT LIKE '\\_%' ESCAPE '\\'"
            }
            Engine::Postgres => {
                "SELECT CAST(table_name || '.' || column_name AS TEXT) AS name FROM information_schema.columns \
                 WHERE table_schema = 'public' AND data_type = 'text' AND table_name NOT LIKE '\\_%'"
            }
        };
        let rows = db.read::<_, DbError, _>(move |tx| async move { sql(text).fetch_all(tx).await }.boxed());
        let there: BTreeSet<String> =
            rows.await.expect("columns").iter().map(|row| row.get("name").expect("a name")).collect();
        let known = known();
        let words = known.iter().flat_map(|words| words.columns);
        let listed: BTreeSet<&str> = words.chain(documents::COLUMNS).copied().collect();
        let gone: Vec<_> = listed.iter().filter(|column| !there.contains(**column)).collect();
        assert!(gone.is_empty(), "there are no such columns: {gone:?}");
        let holds_none = |column: &str| {
            NONE.contains(&column) || column.split_once('.').is_some_and(|(_, name)| NONE.contains(&name))
        };
        let silent: Vec<_> =
            there.iter().filter(|column| !listed.contains(column.as_str()) && !holds_none(column)).collect();
        assert!(silent.is_empty(), "which words are in these, or are they none? {silent:?}");
    })
    .await;
}

/// A version's words by column, with whether each is written.
type Catalogue = BTreeMap<String, BTreeMap<String, bool>>;

fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::new();
    for Words { columns, words, only_read, .. } in known() {
        let words = words.iter().map(|word| (word.clone(), !only_read.contains(&word.as_str())));
        let words: BTreeMap<String, bool> = words.collect();
        catalogue.extend(columns.iter().map(|column| ((*column).to_owned(), words.clone())));
    }
    catalogue
}

fn write(catalogue: &Catalogue) -> String {
    let mut page = String::new();
    for (column, words) in catalogue {
        page += column;
        for (word, written) in words {
            let _ = if *written { write!(page, " {word}") } else { write!(page, " ({word})") };
        }
        page.push('\n');
    }
    page
}

fn read(page: &str) -> Catalogue {
    let line = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        let word = |word: String| match word.strip_prefix('(').and_then(|word| word.strip_suffix(')')) {
            Some(word) => (word.to_owned(), false),
            None => (word, true),
        };
        (words.next().unwrap_or_default(), words.map(word).collect())
    };
    page.lines().map(line).collect()
}

/// What two versions do not understand of each other, the columns of `strict` being such as refuse what they do not know.
fn misunderstandings(before: &Catalogue, now: &Catalogue, strict: &BTreeSet<&str>) -> Vec<String> {
    let mut found = Vec::new();
    for (column, words) in before {
        // A column that is gone is looked after by its migration.
        let Some(known) = now.get(column) else { continue };
        for (word, _) in words.iter().filter(|(word, written)| **written && !known.contains_key(*word)) {
            found.push(format!("{column} holds `{word}`, which the version before writes: read it a release longer"));
        }
        for (word, _) in known.iter().filter(|(word, written)| **written && !words.contains_key(*word)) {
            if strict.contains(column.as_str()) {
                found.push(format!(
                    "{column} gets `{word}`, which the version before refuses: read it a release earlier"
                ));
            }
        }
    }
    found
}

#[test]
#[expect(clippy::disallowed_methods, reason = "whoever runs the test says so")]
fn this_version_and_the_version_before_understand_what_either_stores() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/previous/words");
    if std::env::var("UPDATE_PREVIOUS").is_ok_and(|source| source == ".") {
        std::fs::write(&file, write(&catalogue())).expect("written");
    }
    let before = read(&std::fs::read_to_string(&file).expect("migrations/previous/words"));
    assert!(before.len() > 30, "only {} columns are known", before.len());
    let known = known();
    let strict =
        known.iter().filter(|words| words.unknown == Unknown::Refused).flat_map(|words| words.columns).copied();
    let found = misunderstandings(&before, &catalogue(), &strict.collect());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_word_is_read_a_release_before_it_is_written_and_a_release_after() {
    let strict = BTreeSet::from(["a.state"]);
    for (before, now, understood) in [
        ("a.state x y", "a.state x (y)", true),
        ("a.state x (y)", "a.state x", true),
        ("a.state x y", "a.state x", false),
        ("a.state x", "a.state x (y)", true),
        ("a.state x (y)", "a.state x y", true),
        ("a.state x", "a.state x y", false),
        ("b.state x", "b.state x y", true),
        ("a.state x", "a.state x\nc.state z", true),
    ] {
        let found = misunderstandings(&read(before), &read(now), &strict);
        assert_eq!(found.is_empty(), understood, "{before} → {now}: {found:?}");
        assert_eq!(write(&read(now)).trim_end(), now);
    }
}
