//! Whether `docs/configuration.md` says what a program reads.

use std::path::Path;

use crate::config::{Program, reference_markdown};

/// Compares a program's part of the reference, and the introduction, with what the declarations say. With
/// `UPDATE_DOCS=1` in the environment the page is rewritten instead; parts of other programs stay.
///
/// # Panics
/// When the page is not current, or cannot be written.
#[expect(clippy::disallowed_methods, reason = "a test has no settings; this asks whether to check or to write")]
pub fn reference_is_current(page: &Path, program: Program) {
    let written = std::fs::read_to_string(page).unwrap_or_default();
    let wanted = reference_markdown(&[program]);
    let (introduction, part) = wanted.split_once("\n## ").expect("a reference has a part for each program");
    let heading = part.lines().next().unwrap_or_default();
    let others = written.split("\n## ").skip(1).filter(|other| other.lines().next() != Some(heading));
    let mut parts: Vec<&str> = others.map(str::trim_end).chain([part.trim_end()]).collect();
    // The passport first: readers begin there.
    parts.sort_by_key(|part| std::cmp::Reverse(part.lines().next().unwrap_or_default()));
    let mut current = introduction.trim_end().to_owned();
    for part in parts {
        current.push_str("\n\n## ");
        current.push_str(part);
    }
    current.push('\n');
    if std::env::var("UPDATE_DOCS").is_ok_and(|value| value == "1") {
        std::fs::write(page, current).expect("the page can be written");
        return;
    }
    assert!(
        written == current,
        "{} does not say what {heading} reads: run `UPDATE_DOCS=1 cargo test reference`",
        page.display()
    );
}
