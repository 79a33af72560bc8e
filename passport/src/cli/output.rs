//! Where results go: readable lines, or JSON for programs.

use std::io::{ErrorKind, Write as _};

use serde::Serialize;
use serde_json::json;

use super::failure::Failure;

/// How results and failures are written.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

impl Output {
    /// Lines for people, or JSON.
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Writes a result: `text` for people, `value` for programs.
    pub fn result(&self, text: impl AsRef<str>, value: &impl Serialize) {
        if self.json {
            match serde_json::to_string_pretty(value) {
                Ok(json) => write(&json),
                Err(error) => eprintln!("the result cannot be written as JSON: {error}"),
            }
        } else {
            write(text.as_ref().trim_end());
        }
    }

    /// Writes why a command did not work.
    pub fn failure(&self, failure: &Failure) {
        if self.json {
            let (errors, advice) = (&failure.messages, &failure.advice);
            eprintln!("{}", json!({ "errors": errors, "advice": advice, "exit": failure.exit as u8 }));
            return;
        }
        for message in &failure.messages {
            eprintln!("passport: {message}");
        }
        if let Some(advice) = &failure.advice {
            eprintln!("  → {advice}");
        }
    }
}

/// Writes lines to standard output. Who reads only the first of them has enough: that is no failure.
fn write(lines: &str) {
    match writeln!(std::io::stdout(), "{lines}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => eprintln!("the result cannot be written: {error}"),
        _ => {}
    }
}

/// Rows in columns, each as wide as its widest cell.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell: &String| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [vec!["a".to_owned(), "bb".to_owned()], vec!["ccc".to_owned(), "d".to_owned()]];
        assert_eq!(table(&rows), "a    bb\nccc  d");
    }
}
