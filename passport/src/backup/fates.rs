//! What becomes of a table when a backup is put in the place of the database.
//!
//! Whatever was used up, revoked or sent since the backup was made is as it was before that in it. So what grants
//! something ends, or has to be asked for again; what only stops or undoes something stays, with as much time left as it
//! had. Of each table it is said in the list of all that they hold: [`crate::tables::list`].

/// What becomes of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stays as it is in the backup, because of this.
    Kept(&'static str),
    /// Statements of [`settle`](super::store::settle) change it, because of this.
    Settled(&'static str),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables;

    #[test]
    fn what_is_settled_is_named_by_a_statement_or_is_a_key() {
        let statements = include_str!("store/settle.rs");
        for table in tables::all() {
            let of_keys = table.name.contains("key") || table.name == "epochs";
            let named = ["UPDATE ", "DELETE FROM "].iter().any(|verb| {
                let text = format!("{verb}{}", table.name);
                statements.match_indices(&text).any(|(at, _)| !statements[at + text.len()..].starts_with(['_', 's']))
            });
            assert_eq!(matches!(table.restored, Fate::Settled(_)) && !of_keys, named, "{}", table.name);
        }
    }

    #[test]
    fn operators_read_of_every_table_that_is_settled() {
        let page = include_str!("../../../docs/operate/backup.md");
        for table in tables::all() {
            if matches!(table.restored, Fate::Settled(_)) {
                assert!(page.contains(&format!("`{}`", table.name)), "docs/operate/backup.md: {}", table.name);
            }
        }
    }
}
