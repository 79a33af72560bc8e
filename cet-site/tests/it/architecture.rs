//! The direction of calls between the rooms of this crate, read from the source:
//! `{config, profile} ← web ← sign_in ← pages ← desk ← app ← router ← cli`.

use std::path::{Path, PathBuf};

/// Each room with its tier: it may name rooms of lower tiers only.
const ROOMS: &[(&str, u8)] = &[
    ("profile", 0),
    ("config", 1),
    ("web", 1),
    ("status", 1),
    ("sign_in", 2),
    ("pages", 3),
    ("desk", 4),
    ("app", 5),
    ("router", 6),
    ("cli", 7),
];

struct Source {
    path: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).expect("source");
                // Inline tests may wire rooms together.
                let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
                found.push(Source { path: path.strip_prefix(&root).expect("below").display().to_string(), text });
            }
        }
    }
    found
}

fn tier(room: &str) -> Option<u8> {
    ROOMS.iter().find(|(name, _)| *name == room).map(|(_, tier)| *tier)
}

/// What is wrong with one file.
fn findings(path: &str, text: &str) -> Vec<String> {
    let room = path.split(['/', '.']).next().unwrap_or_default();
    let own = tier(room).or(matches!(room, "lib" | "main").then_some(u8::MAX));
    let Some(own) = own else { return vec![format!("{path}: `{room}` is no room yet: give it a tier")] };
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for named in line.match_indices("crate::").map(|(at, _)| &line[at + "crate::".len()..]) {
            let rooms = named.strip_prefix('{').map_or(vec![named], |group| group.split(',').collect());
            for other in rooms
                .iter()
                .map(|n| n.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default())
            {
                if other != room && tier(other).is_some_and(|tier| tier >= own) {
                    found.push(format!("{path}: `{room}` must not name `{other}`"));
                }
            }
        }
        let sql = line.contains("sql(\"") || line.contains("sqlx::query");
        if sql && !path.split(['/', '.']).any(|part| part == "store") {
            found.push(format!("{path}: SQL stands in a store only"));
        }
        let model = path.ends_with("model.rs");
        if model && ["axum", "sqlx", "shared::db"].iter().any(|word| line.contains(&format!("use {word}"))) {
            found.push(format!("{path}: a model knows neither the web nor the database"));
        }
    }
    found
}

#[test]
fn calls_go_one_way() {
    let sources = sources();
    assert!(sources.len() > 30, "the source was found");
    let found: Vec<String> = sources.iter().flat_map(|source| findings(&source.path, &source.text)).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_call_against_the_direction_is_found() {
    assert_eq!(
        findings("web/frame.rs", "use crate::sign_in::Visitor;"),
        ["web/frame.rs: `web` must not name `sign_in`"]
    );
    assert_eq!(findings("pages/home.rs", "    let x = crate::desk::y();").len(), 1);
    assert_eq!(findings("web/a.rs", "use crate::{profile, pages};").len(), 1);
    assert_eq!(findings("sign_in/start.rs", "sql(\"SELECT 1\")").len(), 1);
    assert_eq!(findings("profile/model.rs", "use axum::Router;").len(), 1);
    assert_eq!(findings("payment/mod.rs", "").len(), 1);
}

#[test]
fn every_module_says_what_it_is() {
    let silent: Vec<String> = sources().into_iter().filter(|s| !s.text.starts_with("//!")).map(|s| s.path).collect();
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn the_passport_is_not_among_the_dependencies() {
    let manifest = include_str!("../../Cargo.toml");
    assert!(!manifest.contains("passport"));
}
