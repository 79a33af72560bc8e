//! `docs/conformance.md`: every requirement has a proof, and every proof exists.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The columns of a requirement: section, words, proof.
struct Row {
    document: String,
    words: String,
    proof: String,
}

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The requirements of a page, and whatever in it looks like one and is none.
fn rows(page: &str) -> Result<Vec<Row>, String> {
    let (mut rows, mut document) = (Vec::new(), String::new());
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut document);
        }
        let Some(line) = line.strip_prefix("| ") else { continue };
        let cells: Vec<&str> = line.trim_end_matches('|').split(" | ").map(str::trim).collect();
        match cells[..] {
            ["Section", ..] => {}
            [_, words, proof] if !document.is_empty() => {
                rows.push(Row { document: document.clone(), words: words.to_owned(), proof: proof.to_owned() })
            }
            _ => return Err(line.to_owned()),
        }
    }
    Ok(rows)
}

/// Where the tests of that name may stand.
fn files(module: &str) -> Vec<PathBuf> {
    let (folders, module): (&[&str], &str) = if let Some(module) = module.strip_prefix("cet-site/") {
        (&["cet-site/tests/it"], module)
    } else if let Some(module) = module.strip_prefix("e2e/") {
        (&["e2e/tests/browser"], module)
    } else if let Some(module) = module.strip_prefix("shared/") {
        (&["shared/src"], module)
    } else {
        (&["passport/tests/it", "passport/src", "cet-site/tests/it"], module)
    };
    let at = |folder: &&str| {
        let place = workspace().join(folder).join(module);
        [place.with_extension("rs"), place.join("mod.rs")]
    };
    folders.iter().flat_map(at).collect()
}

/// Whether there is a test of that name: a function below an attribute that makes it one.
pub(crate) fn is_test(proof: &str) -> bool {
    let Some((module, name)) = proof.split_once("::") else { return false };
    let holds = |path: PathBuf| {
        let Ok(text) = fs::read_to_string(path) else { return false };
        let Some(at) = text.find(&format!("fn {name}(")) else { return false };
        text[..at]
            .lines()
            .rev()
            .take_while(|line| !line.is_empty())
            .map(str::trim)
            .any(|line| line.starts_with("#[") && line.contains("test"))
    };
    files(module).into_iter().any(holds)
}

fn is_proven(row: &Row) -> bool {
    let named = row.proof.strip_prefix('`').and_then(|proof| proof.strip_suffix('`'));
    named.is_some_and(is_test) || row.proof.strip_prefix("out: ").is_some_and(|reason| reason.len() > 20)
}

/// The least number of requirements of each document: fewer were lost.
const DOCUMENTS: [(&str, usize); 28] = [
    ("OpenID Connect Core 1.0", 85),
    ("OpenID Connect Discovery 1.0", 18),
    ("OpenID Connect Dynamic Client Registration 1.0", 15),
    ("OpenID Connect Prompt Create 1.0", 1),
    ("OAuth 2.0 Form Post Response Mode and Multiple Response Types", 5),
    ("RP-Initiated Logout 1.0", 20),
    ("Back-Channel Logout 1.0", 12),
    ("Front-Channel Logout 1.0", 7),
    ("Session Management 1.0", 8),
    ("RFC 6749: the framework, and what RFC 9700 changes in it", 60),
    ("RFC 6750: bearer tokens", 7),
    ("RFC 7009: revocation", 5),
    ("RFC 7523 and OpenID Connect Core 9: client assertions", 20),
    ("RFC 7591: dynamic registration", 15),
    ("RFC 7592: its management", 6),
    ("RFC 7636: PKCE", 7),
    ("RFC 7662: introspection", 6),
    ("RFC 8414: metadata", 3),
    ("RFC 8705: certificates", 7),
    ("RFC 8707: resource indicators", 5),
    ("RFC 9068: access tokens as JWT", 7),
    ("RFC 9101: requests as JWT", 12),
    ("RFC 9126: pushed requests", 12),
    ("RFC 9449: DPoP", 22),
    ("Security Profile", 24),
    ("RFC 8417 and RFC 9493: security event tokens and whom they are about", 10),
    ("RFC 8935: pushing them", 12),
    ("Shared Signals Framework 1.0, RISC 1.0 and CAEP 1.0", 12),
];

#[test]
fn every_requirement_has_a_proof_that_exists_or_a_reason_to_be_out() {
    let folder = workspace().join("docs/conformance");
    let mut counts = HashMap::<String, usize>::new();
    for page in fs::read_dir(folder).expect("the pages") {
        let path = page.expect("a page").path();
        let rows = rows(&fs::read_to_string(&path).expect("a text")).unwrap_or_else(|line| panic!("no row: {line}"));
        assert!(!rows.is_empty(), "{} has no requirement", path.display());
        for row in &rows {
            assert!(is_proven(row), "{}: {}: {}", row.document, row.words, row.proof);
            *counts.entry(row.document.clone()).or_default() += 1;
        }
    }
    for (document, least) in DOCUMENTS {
        let count = counts.get(document).copied().unwrap_or_default();
        assert!(count >= least, "{document}: {count} requirements are not all of them");
    }
    let all: usize = counts.values().sum();
    assert!(all >= 400, "{all} requirements are not all of them");
}

/// `docs/never-a-dead-end.md`: a case in each row, and in each further cell the tests that walk it in a browser.
#[test]
fn every_way_that_ends_early_is_walked_in_a_browser_for_both_programs() {
    let page = fs::read_to_string(workspace().join("docs/never-a-dead-end.md")).expect("the page");
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Case"));
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [case, programs @ ..] = &cells[..] else { panic!("no row: {row}") };
        assert_eq!(programs.len(), 2, "{case}: not both programs");
        for cell in programs {
            let tests: Vec<&str> = cell.split(' ').map(|test| test.trim_matches('`')).collect();
            assert!(tests.iter().all(|test| test.starts_with("e2e/") && is_test(test)), "{case}: {cell}");
        }
        count += 1;
    }
    assert!(count >= 12, "{count} cases are not all of them");
}

#[test]
fn a_proof_that_does_not_exist_is_noticed() {
    let row = |proof: &str| Row { document: "d".to_owned(), words: "w".to_owned(), proof: proof.to_owned() };
    assert!(is_proven(&row("`token::a_code_ends_after_a_minute`")));
    for bad in
        ["`token::a_code_ends_after_an_hour`", "`nothing::a_code_ends_after_a_minute`", "`token::error`", "", "out: x"]
    {
        assert!(!is_proven(&row(bad)), "{bad}");
    }
}
