//! What the statements of a migration keep others from, told from their text: to find out by running them would be too late.
//!
//! PostgreSQL holds what a migration locks until its end, since each is one transaction. SQLite has one writer: nobody else
//! writes while a migration runs, and everybody reads.

use super::Engine;

/// What others cannot do meanwhile (PostgreSQL's documentation, 13.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    /// Rows that it changes are held; other rows are written and all are read.
    Rows,
    /// Nobody writes, everybody reads: an index is built.
    Share,
    /// Nobody writes, everybody reads: a reference to the table is added, or a trigger.
    Referenced,
    /// Nobody reads or writes.
    All,
}

impl Lock {
    /// PostgreSQL's name of it, as `pg_locks` shows it.
    pub const fn mode(self) -> &'static str {
        match self {
            Self::Rows => "RowExclusiveLock",
            Self::Share => "ShareLock",
            Self::Referenced => "ShareRowExclusiveLock",
            Self::All => "AccessExclusiveLock",
        }
    }

    /// In words.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Rows => "the rows that it changes are held",
            Self::Share | Self::Referenced => "nobody writes to it, everybody reads",
            Self::All => "nobody reads or writes it",
        }
    }
}

/// How long that takes, by what is done to the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// Its description changes: no row is touched, however many there are.
    Description,
    /// Some rows are written.
    Rows,
    /// Every row is read once.
    Scan,
    /// Every row is written anew.
    Rewrite,
}

impl Work {
    /// For programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::Rows => "rows",
            Self::Scan => "scan",
            Self::Rewrite => "rewrite",
        }
    }

    /// In words.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Description => "only its description changes",
            Self::Rows => "rows of it are written",
            Self::Scan => "every row is read once",
            Self::Rewrite => "every row is written anew",
        }
    }
}

/// What a statement does to a table that was there before its migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The statement's beginning.
    pub statement: String,
    /// The table.
    pub table: String,
    /// What others cannot do meanwhile (PostgreSQL).
    pub lock: Lock,
    /// What is done to its rows.
    pub work: Work,
}

/// A statement of which nobody has said here what it locks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread(pub String);

/// What a migration does to the tables that were there before it, in order.
///
/// # Errors
/// A statement is none of those that are known.
pub fn steps(engine: Engine, migration: &str) -> Result<Vec<Step>, Unread> {
    let (mut made, mut steps): (Vec<String>, Vec<Step>) = (Vec::new(), Vec::new());
    for statement in statements(migration) {
        let words: Vec<&str> =
            statement.split(|c: char| c.is_whitespace() || "(),".contains(c)).filter(|word| !word.is_empty()).collect();
        if let ["CREATE", "TABLE", table, ..] = words.as_slice() {
            made.push((*table).to_owned());
        }
        let Some(touched) = touched(engine, &words) else { return Err(Unread(beginning(&words))) };
        let touched = touched.into_iter().filter(|(table, ..)| !made.iter().any(|made| made == table));
        let step = |(table, lock, work): (&str, Lock, Work)| Step {
            statement: beginning(&words),
            table: table.to_owned(),
            lock,
            work,
        };
        steps.extend(touched.map(step));
    }
    Ok(steps)
}

/// The tables that a statement touches, with what it does to each; none: it is not known here.
fn touched<'w>(engine: Engine, words: &[&'w str]) -> Option<Vec<(&'w str, Lock, Work)>> {
    Some(match words {
        ["CREATE", "TABLE", _, rest @ ..] => referenced(rest),
        ["CREATE", "UNIQUE", "INDEX", _, "ON", table, ..] | ["CREATE", "INDEX", _, "ON", table, ..] => {
            vec![(*table, Lock::Share, Work::Scan)]
        }
        ["ALTER", "TABLE", table, change @ ..] => {
            let mut touched = vec![(*table, lock_of(change), work(engine, change)?)];
            touched.extend(referenced(change));
            touched
        }
        ["DROP", "TABLE", table] => vec![(*table, Lock::All, Work::Description)],
        ["CREATE", "TRIGGER", _, rest @ ..] => {
            let on = rest.iter().position(|word| *word == "ON")?;
            vec![(*rest.get(on + 1)?, Lock::Referenced, Work::Description)]
        }
        // A function concerns no table, and the name of an index is changed under a lock that keeps nobody from its table.
        ["CREATE", "FUNCTION", ..] | ["ALTER", "INDEX", ..] => Vec::new(),
        ["INSERT", "INTO", table, ..] | ["UPDATE", table, ..] | ["DELETE", "FROM", table, ..] => {
            vec![(*table, Lock::Rows, Work::Rows)]
        }
        _ => return None,
    })
}

/// Who is referred to is locked for a moment.
fn referenced<'w>(words: &[&'w str]) -> Vec<(&'w str, Lock, Work)> {
    let mut found: Vec<&str> = Vec::new();
    for pair in words.windows(2) {
        if let ["REFERENCES", table] = pair
            && !found.contains(table)
        {
            found.push(table);
        }
    }
    found.into_iter().map(|table| (table, Lock::Referenced, Work::Description)).collect()
}

/// What changes of a table lock of it.
fn lock_of(change: &[&str]) -> Lock {
    match change {
        ["ADD", "CONSTRAINT", _, "FOREIGN", "KEY", ..] | ["ADD", "FOREIGN", "KEY", ..] => Lock::Referenced,
        _ => Lock::All,
    }
}

/// What a change of a table does to its rows; none: it is not known here.
fn work(engine: Engine, change: &[&str]) -> Option<Work> {
    let has = |wanted: &[&str]| change.windows(wanted.len()).any(|words| words == wanted);
    Some(match change {
        // Several changes in one statement are not taken apart here.
        _ if change.iter().filter(|word| matches!(**word, "COLUMN" | "CONSTRAINT")).count() > 1 => return None,
        ["ADD", "COLUMN", ..] if has(&["DEFAULT"]) && !has_plain_default(change) => Work::Rewrite,
        ["ADD", "COLUMN", ..] if has(&["CHECK"]) || has(&["UNIQUE"]) => Work::Scan,
        ["ADD", "COLUMN", ..] => Work::Description,
        ["ADD", "CONSTRAINT", ..] if has(&["NOT", "VALID"]) => Work::Description,
        ["ADD", "CONSTRAINT", ..] | ["ALTER", "COLUMN", _, "SET", "NOT", "NULL"] => Work::Scan,
        ["ALTER", "COLUMN", _, "TYPE", ..] => Work::Rewrite,
        ["ALTER", "COLUMN", _, "SET" | "DROP", "DEFAULT", ..]
        | ["ALTER", "COLUMN", _, "DROP", "NOT", "NULL"]
        | ["DROP", "CONSTRAINT", ..]
        | ["RENAME", ..] => Work::Description,
        ["DROP", "COLUMN", ..] if engine == Engine::Sqlite => Work::Rewrite,
        ["DROP", "COLUMN", ..] => Work::Description,
        _ => return None,
    })
}

/// Whether what stands after `DEFAULT` is the same for every row, so that no row has to hold it.
fn has_plain_default(change: &[&str]) -> bool {
    let default = change.iter().position(|word| *word == "DEFAULT").and_then(|at| change.get(at + 1));
    default.is_some_and(|value| {
        value.starts_with(|c: char| c.is_ascii_digit() || "'-".contains(c))
            || matches!(*value, "NULL" | "TRUE" | "FALSE")
    })
}

/// Enough of a statement to find it by.
fn beginning(words: &[&str]) -> String {
    const WORDS: usize = 7;
    let dots = if words.len() > WORDS { " …" } else { "" };
    words.iter().take(WORDS).copied().collect::<Vec<_>>().join(" ") + dots
}

/// The statements, without comments and without the bodies of functions and triggers.
fn statements(migration: &str) -> Vec<String> {
    let code = migration.lines().map(|line| line.split("--").next().unwrap_or_default());
    let code = code.collect::<Vec<_>>().join("\n");
    // PostgreSQL has bodies between two `$$`, SQLite between a line `BEGIN` and a line `END;`.
    let mut bare = code.split("$$").step_by(2).collect::<Vec<_>>().join(" ");
    while let Some((before, (_, after))) =
        bare.split_once("\nBEGIN\n").and_then(|(before, rest)| Some((before, rest.split_once("\nEND;")?)))
    {
        bare = format!("{before};{after}");
    }
    bare.split(';').map(str::trim).filter(|statement| !statement.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(engine: Engine, migration: &str) -> Vec<(String, Lock, Work)> {
        let steps = steps(engine, migration).expect("known");
        steps.into_iter().map(|step| (step.table, step.lock, step.work)).collect()
    }

    #[test]
    fn what_is_told_is_what_tables_suffer_that_were_there() {
        let migration = "-- A; comment\nCREATE TABLE new (id TEXT REFERENCES old (id));\n\
            CREATE INDEX new_id ON new (id);\nCREATE INDEX old_x ON old (x);\nALTER TABLE other ADD COLUMN y BIGINT;\n\
            UPDATE other SET y = 1;\nINSERT INTO third (id) VALUES (1);";
        let wanted = [
            ("old", Lock::Referenced, Work::Description),
            ("old", Lock::Share, Work::Scan),
            ("other", Lock::All, Work::Description),
            ("other", Lock::Rows, Work::Rows),
            ("third", Lock::Rows, Work::Rows),
        ];
        assert_eq!(told(Engine::Sqlite, migration), wanted.map(|(table, lock, work)| (table.to_owned(), lock, work)));
    }

    #[test]
    fn statements_within_bodies_are_not_of_the_migration() {
        let lite = "CREATE TRIGGER t BEFORE UPDATE ON a\nWHEN 1\nBEGIN\n    DELETE FROM b;\nEND;\nDROP TABLE c;";
        let pg = "CREATE FUNCTION f() RETURNS trigger AS $$\nBEGIN\n    DELETE FROM b;\nEND $$;\n\
            CREATE TRIGGER t BEFORE UPDATE ON a EXECUTE FUNCTION f();\nDROP TABLE c;";
        for (engine, migration) in [(Engine::Sqlite, lite), (Engine::Postgres, pg)] {
            let tables: Vec<String> = told(engine, migration).into_iter().map(|(table, ..)| table).collect();
            assert_eq!(tables, ["a", "c"]);
        }
    }

    #[test]
    fn sqlite_writes_a_table_anew_that_loses_a_column() {
        let migration = "ALTER TABLE a DROP COLUMN b;";
        assert_eq!(told(Engine::Sqlite, migration), [("a".to_owned(), Lock::All, Work::Rewrite)]);
        assert_eq!(told(Engine::Postgres, migration), [("a".to_owned(), Lock::All, Work::Description)]);
    }

    #[test]
    fn a_statement_that_nobody_thought_of_is_named() {
        for (statement, told) in [
            ("VACUUM FULL accounts", "VACUUM FULL accounts"),
            ("ALTER TABLE a CLUSTER ON b", "ALTER TABLE a CLUSTER ON b"),
            ("ALTER TABLE a ADD COLUMN b TEXT, ADD COLUMN c TEXT", "ALTER TABLE a ADD COLUMN b TEXT …"),
        ] {
            assert_eq!(steps(Engine::Postgres, &format!("{statement};")), Err(Unread(told.to_owned())));
        }
    }
}
