//! What becomes of every table when a backup is put in the place of the database.
//!
//! Whatever was used up, revoked or sent since the backup was made is as it was before that in it. So what grants
//! something ends, or has to be asked for again; what only stops or undoes something stays, with as much time left as it
//! had. A table that is missing here fails a test.

/// What becomes of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stays as it is in the backup, because of this.
    Kept(&'static str),
    /// Statements of [`settle`](super::store::settle) change it, because of this.
    Settled(&'static str),
}

use Fate::{Kept, Settled};

/// Every table.
pub const TABLES: &[(&str, Fate)] = &[
    ("accounts", Kept("what people have; changes since are lost")),
    ("login_names", Kept("as accounts")),
    ("identities", Kept("as accounts")),
    ("agreements", Kept("as accounts")),
    ("profiles", Kept("as accounts")),
    ("passkeys", Kept("as accounts: one that was removed since is there again")),
    ("authenticators", Settled("a code may have been taken since: only those of later half minutes count")),
    ("recovery_codes", Settled("some may have been used since: none counts any more")),
    ("known_devices", Settled("one may have been forgotten since: none skips the second step")),
    ("sessions", Settled("one may have been ended since: all end")),
    ("half_sign_ins", Settled("one may have been completed since: all go")),
    ("ceremonies", Settled("one may have been answered since: all go")),
    ("proofs", Settled("a code or link may have been used since: all end")),
    ("recoveries", Settled("one may have been completed or cancelled since: all end")),
    ("contact_changes", Settled("its link only undoes: it has as much time left as it had")),
    ("number_claims", Settled("its link only stops it: its holder has as much time left as they had")),
    ("closures", Settled("one may have been taken back since: there is as much time left for that as there was")),
    ("appeals", Settled("a holder may have objected since: there is as much time left for that as there was")),
    ("appeal_photos", Kept("as appeals")),
    ("alarms", Kept("its link only shuts an account")),
    ("cases", Kept("staff go on with them")),
    ("lock_notices", Settled("told since: all go")),
    ("grants", Settled("one may have been revoked since: all are, with their refresh tokens")),
    ("consents", Settled("one may have been withdrawn since: people are asked anew")),
    ("revoked_tokens", Kept("what they name counts no more anyway: no token of before does")),
    ("used_tokens", Kept("what was used since is told by its age: nothing counts that may be older than the restore")),
    ("pushed_requests", Settled("one may have been used since: all go")),
    ("captchas", Kept("what was used since does not open any more")),
    ("limits", Kept("tries that were counted; they are soon over")),
    ("client_requests", Kept("counts of ten seconds each")),
    ("clients", Kept("the registry; changes since are lost")),
    ("client_secrets", Kept("as clients: one that was rotated since is valid again, and the new one unknown")),
    ("client_registry", Kept("a count")),
    ("client_logos", Kept("fetched anew when it is time")),
    ("client_invitations", Settled("one may have been used up since: all go")),
    ("audit_events", Kept("the record of before; what was done since is lost here")),
    ("audit_batches", Kept("as audit_events: what was sealed since is lost here, as the heads outside tell")),
    ("audit_salts", Kept("as accounts: that of one that is closed again goes again")),
    ("jobs", Kept("leases of nodes that do not run are over")),
    ("outbox", Settled("a message that waits may have been sent since: none of them is sent")),
    ("status_notices", Kept("each ends by itself")),
    ("unreachable", Kept("who was not reached")),
    ("signing_keys", Settled("one may have been destroyed because it leaked: all are, and new ones are made")),
    ("former_keys", Settled("as signing_keys: hints by archived ones are refused too")),
    ("key_trials", Settled("goes with its key")),
    ("key_evidence", Settled("goes with its key")),
    ("key_pins", Settled("goes with its key")),
    ("kept_key_halves", Settled("goes with its key")),
    ("key_registry", Settled("counts the change")),
    ("key_nodes", Settled("none of them runs")),
    ("data_keys", Settled("what is stored needs them; what passes through browsers is sealed by a new one")),
    ("former_data_keys", Kept("names and times")),
    ("lookup_keys", Kept("as identities")),
    ("master_keys", Kept("names and times")),
    ("backups", Kept("the last one is this, or older")),
    ("epochs", Settled("an epoch begins")),
    ("_sqlx_migrations", Kept("what the tables are")),
];

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use shared::db::{DbError, Engine, sql};
    use shared::testkit;

    use super::*;
    use crate::MIGRATIONS;

    #[tokio::test]
    async fn it_is_decided_of_every_table_what_becomes_of_it_after_a_restore() {
        testkit::on_both(&MIGRATIONS, |db| async move {
            let text = match db.engine() {
                Engine::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
                Engine::Postgres => "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()",
            };
            let found = db.read::<_, DbError, _>(move |tx| async move { sql(text).fetch_all(tx).await }.boxed());
            let found = found.await.expect("tables");
            let mut found: Vec<String> = found.iter().map(|row| row.get("name").expect("a name")).collect();
            let mut decided: Vec<&str> = TABLES.iter().map(|(name, _)| *name).collect();
            found.sort_unstable();
            decided.sort_unstable();
            assert_eq!(found, decided, "add it to TABLES, and to `settle` where something must not revive");
        })
        .await;
    }

    #[test]
    fn what_is_settled_is_named_by_a_statement_or_is_a_key() {
        let statements = include_str!("store/settle.rs");
        for (name, fate) in TABLES {
            let of_keys = name.contains("key") || *name == "epochs";
            let named = ["UPDATE ", "DELETE FROM "].iter().any(|verb| {
                let text = format!("{verb}{name}");
                statements.match_indices(&text).any(|(at, _)| !statements[at + text.len()..].starts_with(['_', 's']))
            });
            assert_eq!(matches!(fate, Fate::Settled(_)) && !of_keys, named, "{name}");
        }
    }

    #[test]
    fn operators_read_of_every_table_that_is_settled() {
        let page = include_str!("../../../docs/operate/backup.md");
        for (name, fate) in TABLES {
            if matches!(fate, Fate::Settled(_)) {
                assert!(page.contains(&format!("`{name}`")), "docs/operate/backup.md says nothing of {name}");
            }
        }
    }
}
