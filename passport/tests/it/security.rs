//! `docs/security`: what is claimed of the passport's security is proven, and no requirement is passed over.

use std::fs;

use crate::conformance::{is_test, workspace};

/// How many requirements each section of the standard has, in chapters V6 and V7 of ASVS 5.0.
const SECTIONS: [(&str, usize); 14] = [
    ("6.1", 3),
    ("6.2", 12),
    ("6.3", 8),
    ("6.4", 6),
    ("6.5", 8),
    ("6.6", 4),
    ("6.7", 2),
    ("6.8", 4),
    ("7.1", 3),
    ("7.2", 4),
    ("7.3", 2),
    ("7.4", 5),
    ("7.5", 3),
    ("7.6", 2),
];

fn page(name: &str) -> String {
    fs::read_to_string(workspace().join("docs/security").join(name)).expect("a page")
}

/// The cells of the rows of those tables whose first column has that name.
fn rows(page: &str, first_column: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let (mut rows, mut inside) = (Vec::new(), false);
    for line in page.lines().filter(|line| !line.starts_with("|---")) {
        if !line.starts_with('|') {
            inside = false;
        } else if line.starts_with(&format!("| {first_column} |")) {
            inside = true;
        } else if inside {
            rows.push(cells(line));
        }
    }
    rows
}

/// The tests that a text names, and that they exist.
fn tests(text: &str) -> Vec<&str> {
    let named: Vec<_> = text.split('`').skip(1).step_by(2).filter(|name| name.contains("::")).collect();
    for name in &named {
        assert!(is_test(name), "there is no test {name}");
    }
    named
}

#[test]
fn every_requirement_of_authentication_and_sessions_is_judged_and_its_proofs_exist() {
    let page = page("asvs.md");
    let rows = rows(&page, "No.");
    let expected = SECTIONS.iter().flat_map(|(section, count)| (1..=*count).map(move |n| format!("{section}.{n}")));
    assert_eq!(rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    for row in &rows {
        let [number, level, _, seed, modern, proof] = &row[..] else { panic!("not six columns: {row:?}") };
        assert!(["1", "2", "3"].contains(&level.as_str()), "{number}: {level}");
        for state in [seed, modern] {
            assert!(["met", "not met", "n/a"].contains(&state.as_str()), "{number}: {state}");
        }
        let named = tests(proof);
        assert!(modern != "met" || !named.is_empty(), "{number} is met by no test");
        assert!(proof.len() > 20, "{number} says neither proof nor reason");
    }
}

#[test]
fn the_default_profile_breaks_two_requirements_and_says_so() {
    let page = page("asvs.md");
    let rows = rows(&page, "No.");
    let broken: Vec<_> = rows.iter().filter(|row| row[3] != row[4]).map(|row| row[0].as_str()).collect();
    assert_eq!(broken, ["6.2.5", "6.2.9"]);
    assert!(page.contains("breaks **6.2.5** and **6.2.9**"));
}

#[test]
fn every_threat_has_a_counter_that_is_proven_or_is_left_open_knowingly() {
    let page = page("threat-model.md");
    let rows = rows(&page, "threat");
    assert!(rows.len() > 30, "{} threats are not all of them", rows.len());
    for row in &rows {
        let [threat, counter, proof] = &row[..] else { panic!("not three columns: {row:?}") };
        assert!(counter.len() > 20, "{threat}: {counter}");
        assert!(!tests(proof).is_empty() || proof.starts_with("open: "), "{threat}: {proof}");
    }
}
