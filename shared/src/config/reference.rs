//! The page that documents every setting, written from the declarations.

use std::fmt::Write;

use super::{Described, Section};

/// A program and its settings, for the reference.
#[derive(Debug, Clone)]
pub struct Program {
    name: &'static str,
    prefix: &'static str,
    table: Vec<Described>,
}

impl Program {
    /// The program `name`, whose environment variables begin with `prefix` and two underscores.
    #[must_use]
    pub fn of<T: Section>(name: &'static str, prefix: &'static str) -> Self {
        let mut table = Vec::new();
        T::describe_fields(&mut table, "");
        Self { name, prefix, table }
    }

    /// Its settings and sections in the order of their declaration.
    #[must_use]
    pub fn table(&self) -> &[Described] {
        &self.table
    }
}

/// The reference as Markdown: `docs/configuration.md` is this text, and a test keeps it so.
#[must_use]
pub fn reference_markdown(programs: &[Program]) -> String {
    let mut page = String::from(INTRODUCTION);
    for program in programs {
        let (name, prefix) = (program.name, program.prefix);
        // Writing to a String cannot fail.
        let _ = write!(page, "\n## {name}\n\nEnvironment variables begin with `{prefix}__`.\n");
        let mut in_table = false;
        for row in &program.table {
            match row.kind {
                None => {
                    let _ = write!(page, "\n### `[{}]`\n\n{}\n", row.path, sentence(row.doc));
                    in_table = false;
                }
                Some(kind) => {
                    if !in_table {
                        page.push_str("\n| setting | kind | default | what it does |\n|---|---|---|---|\n");
                        in_table = true;
                    }
                    let _ =
                        writeln!(page, "| `{}` | {} | {} | {} |", row.path, cell(kind), default(row), cell(row.doc));
                }
            }
        }
    }
    page
}

const INTRODUCTION: &str = "\
# Settings

<!-- Written by `UPDATE_DOCS=1 cargo test reference` from the declarations in the code: change them there. -->

Each program reads one TOML file, named by `--config`. Environment variables override it: `listen` of the
section `[server]` of the passport is `PASSPORT__SERVER__LISTEN`. Lists are separated by commas there, and an
empty value unsets an optional setting. An unknown name is refused, with the nearest known one.

A setting whose name ends in `_file` and that holds a secret names a file; the environment may hold the secret
itself under the name without `_FILE`. Secrets never stand in the TOML file and are never shown.
";

fn default(row: &Described) -> String {
    match row.default {
        Some(default) => format!("`{}`", cell(default)),
        None if row.required => "**required**".to_owned(),
        None => "none".to_owned(),
    }
}

/// One line, fit for a cell of a table.
fn cell(text: &str) -> String {
    sentence(text).replace('|', "\\|")
}

fn sentence(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}
