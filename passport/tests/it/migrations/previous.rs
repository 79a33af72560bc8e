//! The version before goes on while this one is rolled out, and may be started anew meanwhile: so its statements have to
//! work on our tables.
//!
//! `migrations/previous/` holds what that version left: the commit that it is, the numbers of its migrations, its tables as
//! each engine describes them, and the statements of its stores. Before a release `UPDATE_PREVIOUS=FOLDER` writes them anew, from the source of
//! the passport in that folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use passport::MIGRATIONS;
use shared::db::DbConfig;
use shared::testkit;
use sqlx::migrate::Migration;

use super::schema::Tables;
use super::source;
use crate::backup::Beside;

fn own() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file(name: &str) -> PathBuf {
    own().join("migrations/previous").join(name)
}

fn lines(name: &str) -> BTreeSet<String> {
    let text =
        std::fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("migrations/previous/{name}: {error}"));
    text.lines().map(str::to_owned).collect()
}

/// The numbers of the migrations of the version before.
fn known() -> BTreeSet<i64> {
    lines("migrations").iter().map(|line| line.parse().expect("a number")).collect()
}

/// Whether the catalogue is to be written, and from which source.
fn asked() -> Option<PathBuf> {
    std::env::var_os("UPDATE_PREVIOUS").map(PathBuf::from)
}

fn write(name: &str, lines: impl IntoIterator<Item = String>) {
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    std::fs::write(file(name), text).expect("written");
}

/// The commit of that source. Changes that no commit has would make it a lie.
fn commit(source: &Path) -> String {
    let git = |words: &[&str]| {
        let output = Command::new("git").arg("-C").arg(source).args(words).output().expect("git");
        assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    };
    let program = ["src", "migrations/sqlite", "migrations/postgres"];
    let changed = git(&[&["status", "--porcelain", "--"], &program[..]].concat());
    assert_eq!(changed, "", "commit these first");
    git(&["rev-parse", "HEAD"])
}

/// Writes down the version whose source that is.
async fn write_anew(tables: &mut Tables, source: &Path) {
    let names = std::fs::read_dir(source.join("migrations/sqlite")).expect("its migrations");
    let numbers =
        names.map(|entry| entry.expect("an entry").file_name().to_string_lossy()[..4].parse().expect("a number"));
    let numbers: BTreeSet<i64> = numbers.collect();
    for migration in tables.migrations().iter().filter(|migration| numbers.contains(&migration.version)) {
        tables.apply(migration).await;
    }
    write("commit", [commit(source)]);
    write("migrations", numbers.iter().map(ToString::to_string));
    write(&format!("schema.{}", tables.engine()), tables.described().await);
    write("statements.sql", source::statements(&source.join("src")));
}

/// The tables from which it deletes rows.
fn emptied(statements: &BTreeSet<String>) -> BTreeSet<&str> {
    statements.iter().filter_map(|statement| statement.strip_prefix("DELETE FROM ")?.split(' ').next()).collect()
}

/// Whether that version, which knows those tables and columns, gets over a line that is new in the description.
fn is_harmless(line: &str, before: &BTreeSet<String>, emptied: &BTreeSet<&str>) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    let is_known = |words: &[&str]| before.iter().any(|known| known.starts_with(&format!("{} ", words.join(" "))));
    match words.as_slice() {
        // Rows that refer to others keep these from being deleted.
        [_, "references", other, ..] if emptied.contains(other) => {
            line.contains("ON DELETE CASCADE") || line.contains("on delete CASCADE")
        }
        [table, ..] if !is_known(&[table]) => true,
        [table, "column", name, ..] if !is_known(&[table, "column", name]) => {
            !line.contains(" NOT NULL") || line.contains(" DEFAULT ")
        }
        _ => false,
    }
}

/// What that version does not get over, of what a migration adds to the description and takes from it.
fn faults(
    migration: &Migration,
    (before, after): (&BTreeSet<String>, &BTreeSet<String>),
    emptied: &BTreeSet<&str>,
) -> Vec<String> {
    let added = after.difference(before).filter(|line| !is_harmless(line, before, emptied));
    let told = |line| format!("migration {} demands what it does not know: {line}", migration.version);
    let mut faults: Vec<String> = added.map(told).collect();
    let said = migration.description.rsplit_once(" after ").and_then(|(_, number)| number.parse().ok());
    let takes_away = before.difference(after).next();
    match (takes_away, said) {
        (Some(line), None) => faults.push(format!(
            "migration {} takes away `{line}`: its name has to end with `_after_N`, the last migration of the version \
             before",
            migration.version
        )),
        (_, Some(needs)) if !known().contains(&needs) => {
            faults.push(format!("migration {} works only with versions that are not there yet", migration.version));
        }
        _ => {}
    }
    faults
}

#[tokio::test]
async fn what_the_version_before_says_works_on_the_tables_of_this_one() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let beside = Beside::new(&config, folder.path()).await;
        let mut tables = Tables::connect(&beside.config).await;
        if let Some(source) = asked() {
            write_anew(&mut tables, &source).await;
            beside.empty().await;
            tables = Tables::connect(&beside.config).await;
        }
        let (known, statements) = (known(), lines("statements.sql"));
        assert!(statements.len() > 300, "only {} statements are known", statements.len());
        let (old, new): (Vec<_>, Vec<_>) = tables.migrations().iter().partition(|one| known.contains(&one.version));
        for migration in old {
            tables.apply(migration).await;
        }
        let mut before = tables.described().await;
        let written = lines(&format!("schema.{}", tables.engine()));
        assert_eq!(before, written, "a migration that was released is another one now");
        for statement in &statements {
            assert_eq!(tables.refuses(statement).await, None, "not of that version: {statement}");
        }
        for migration in new {
            tables.apply(migration).await;
            let after = tables.described().await;
            assert_eq!(faults(migration, (&before, &after), &emptied(&statements)), [""; 0], "{}", tables.engine());
            before = after;
        }
        for statement in &statements {
            assert_eq!(tables.refuses(statement).await, None, "the version before cannot say: {statement}");
        }
        drop(tables);
        beside.remove().await;
    })
    .await;
}

#[tokio::test]
async fn every_statement_of_this_version_is_one_that_both_engines_take() {
    let statements = source::statements(&own().join("src"));
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let mut tables = Tables::connect(&config).await;
        for statement in &statements {
            assert_eq!(tables.refuses(statement).await, None, "{}: {statement}", tables.engine());
        }
    })
    .await;
}

#[test]
fn a_migration_may_add_what_can_be_left_out_and_has_to_say_what_it_takes_away() {
    let set = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<BTreeSet<_>>();
    let migration = |name: &'static str| {
        let text = sqlx::SqlStr::from_static("");
        Migration::new(9999, name.into(), sqlx::migrate::MigrationType::Simple, text, false)
    };
    let before = set(&["a column x TEXT", "a column y BIGINT NOT NULL"]);
    let with = |line: &str| before.iter().cloned().chain([line.to_owned()]).collect::<BTreeSet<_>>();
    let deletes = set(&["DELETE FROM a WHERE x = $1"]);
    let found =
        |name: &'static str, after: &BTreeSet<String>| faults(&migration(name), (&before, after), &emptied(&deletes));
    for (added, harmless) in [
        ("a column z TEXT", true),
        ("a column z BIGINT NOT NULL DEFAULT 0", true),
        ("a column z BIGINT NOT NULL", false),
        ("a unique x", false),
        ("a trigger t", false),
        ("b column z BIGINT NOT NULL", true),
        ("b references a by x on delete NO ACTION", false),
        ("b references a by x on delete CASCADE", true),
        ("b references c by x on delete NO ACTION", true),
    ] {
        assert_eq!(found("more", &with(added)).is_empty(), harmless, "{added}");
    }
    // Another type is another column under an old name.
    let changed = set(&["a column x BIGINT", "a column y BIGINT NOT NULL"]);
    let newest = known().last().copied().unwrap_or_default();
    let admitting: &'static str = format!("drop x after {newest}").leak();
    assert!(!found(admitting, &changed).is_empty());
    let less = set(&["a column y BIGINT NOT NULL"]);
    for (name, right) in [("drop x", false), (admitting, true), ("drop x after 9998", false)] {
        assert_eq!(found(name, &less).is_empty(), right, "{name}");
    }
}
