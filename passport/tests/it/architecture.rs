//! The direction of calls between the rooms, read from the `use` lines and paths of the source.
//!
//! `shared ← egress ← {web, audit, limits, delivery, keys, places, jobs} ← {clients, accounts} ← oidc ← {home, portal} ← console
//! ← {app, router, cli}`: a room may name the rooms of lower tiers, never one of its own tier or above.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with its tier. A room that is not listed here is a finding too.
const ROOMS: &[(&str, u8)] = &[
    ("config", 0),
    ("migrations", 0),
    ("testing", 0),
    ("egress", 1),
    ("web", 2),
    ("audit", 2),
    ("limits", 2),
    ("delivery", 2),
    ("keys", 2),
    ("places", 2),
    ("jobs", 2),
    ("clients", 3),
    ("accounts", 3),
    ("oidc", 4),
    ("backup", 5),
    ("export", 5),
    ("home", 5),
    ("status", 5),
    ("portal", 5),
    ("console", 6),
    ("simulator", 5),
    ("fuzzing", 7),
    ("stored_words", 7),
    ("app", 7),
    ("tables", 7),
    ("router", 8),
    ("cli", 9),
];

/// Words that a rule keeps out of files of that name.
const PURE: &[(&str, &[&str], &str)] = &[
    ("model.rs", &["axum", "sqlx", "shared::db"], "a model knows neither the web nor the database"),
    ("checks.rs", &["axum", "sqlx", "shared::db"], "checks are rules over parsed values"),
];

struct Source {
    /// Path below `src`, with forward slashes.
    path: String,
    text: String,
}

impl Source {
    fn room(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Code without comments and without the inline tests, which may wire rooms together.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .take_while(|(_, line)| !line.trim_start().starts_with("#[cfg(test)]"))
            .map(|(n, line)| (n + 1, line.split("//").next().unwrap_or_default()))
    }
}

/// Every source file but those that hold a module's unit tests (`tests.rs`).
fn sources(root: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(&folder).expect("a readable folder").map(|e| e.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
                let below = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
                found.push(Source { path: below, text: fs::read_to_string(&path).expect("readable source") });
            }
        }
    }
    found
}

fn tier(room: &str) -> Option<u8> {
    ROOMS.iter().find(|(name, _)| *name == room).map(|(_, tier)| *tier)
}

/// The rooms that a line names: `crate::room…`, each member of `crate::{a, b::c}`.
fn named(line: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let before = line[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue; // `$crate::`, `pub(in crate::…)` are caught by their own words
        }
        let rest = &line[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 && c == ',' {
                    rooms.push(std::mem::take(&mut word));
                } else if depth == 0 {
                    word.push(c);
                }
            }
            rooms.push(word);
        } else {
            rooms.push(rest.to_owned());
        }
    }
    rooms
        .iter()
        .map(|r| r.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>())
        .filter(|r| r.chars().next().is_some_and(char::is_lowercase))
        .collect()
}

fn findings(sources: &[Source]) -> String {
    let mut report = String::new();
    for source in sources.iter().filter(|s| !["lib.rs", "main.rs"].contains(&s.path.as_str())) {
        let room = source.room();
        let Some(own) = tier(room) else {
            writeln!(
                report,
                "{}: the room `{room}` has no tier; add it to ROOMS and to docs/ARCHITECTURE.md",
                source.path
            )
            .ok();
            continue;
        };
        for (number, line) in source.code() {
            for other in named(line) {
                if other != room && tier(&other).is_some_and(|t| t >= own) {
                    writeln!(
                        report,
                        "{}:{number}: `{room}` (tier {own}) names `{other}`, which is not below it",
                        source.path
                    )
                    .ok();
                }
            }
            let sql = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "]
                .iter()
                .any(|verb| line.contains(&format!("\"{verb}")));
            if sql && !source.path.split(['/', '.']).any(|part| part == "store") {
                writeln!(report, "{}:{number}: SQL stands only in `store`", source.path).ok();
            }
            for (_, words, why) in PURE.iter().filter(|(name, ..)| *name == source.name()) {
                if words.iter().any(|w| line.contains(&format!("{w}::"))) {
                    writeln!(report, "{}:{number}: {why}", source.path).ok();
                }
            }
        }
    }
    report
}

#[test]
fn every_room_names_only_rooms_below_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let report = findings(&sources(&root));
    assert!(report.is_empty(), "calls against the direction (docs/ARCHITECTURE.md):\n{report}");
}

#[test]
fn every_module_says_what_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let silent: Vec<String> =
        sources(&root).into_iter().filter(|s| !s.text.starts_with("//!")).map(|s| s.path).collect();
    assert!(silent.is_empty(), "modules without a `//!` line: {silent:?}");
}

#[test]
fn a_call_against_the_direction_is_reported() {
    let forged = |path: &str, text: &str| findings(&[Source { path: path.to_owned(), text: text.to_owned() }]);
    assert!(forged("accounts/login.rs", "use crate::oidc::Oidc;").contains("accounts/login.rs:1"));
    assert!(forged("accounts/login.rs", "use crate::{web::Web, clients::Clients};").contains("`clients`"));
    assert!(forged("web/form.rs", "    let x = crate::accounts::model::Id::nil();").contains("`accounts`"));
    assert!(forged("oidc/token/code.rs", "let q = sql(\"SELECT 1 FROM codes\");").contains("SQL stands only"));
    assert!(forged("accounts/model.rs", "use axum::http::Uri;").contains("neither the web"));
    assert!(forged("cellar/mod.rs", "").contains("has no tier"));
    assert_eq!(forged("oidc/token/code.rs", "use crate::{accounts::Session, clients::Client, keys::Keys};"), "");
    assert_eq!(forged("accounts/login.rs", "// see crate::oidc for the other side"), "");
    assert_eq!(forged("accounts/login.rs", "#[cfg(test)]\nmod tests { use crate::oidc::Oidc; }"), "");
}
