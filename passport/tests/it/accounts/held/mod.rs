//! What is held of a person: all of it in a copy, none of it left of one who went, and nothing beyond its time.

mod cleaned;
mod copied;
mod erased;

use passport::accounts::AccountId;
use passport::tables::{self, Kind, Table, Whose};
use shared::clock::Clock as _;
use shared::db::{Db, DbError, Row, sql};

use super::register::register_form;
use super::*;
use crate::support::site::OURS;

/// Texts by which whatever tells of the person is found again.
const MARKS: [&str; 7] = [EMAIL, "13800138000", "李华", "11010519491231002X", "127.0.0.1", "203.0.113.77", "trace"];

/// How far ahead the ends of what is under way lie, in milliseconds: `LATER` in [`FILLED`].
const LATER: i64 = 60 * 24 * 60 * 60 * 1_000;

/// Rows as they are while everything that there can be is under way at once. `$1` is the account, `$2` the moment, `$3` a
/// hash.
const FILLED: &[&str] = &[
    "UPDATE accounts SET email_verified_at = $2, mobile_verified_at = $2, province = '62' WHERE id = $1",
    "UPDATE sessions SET device = 'trace-device', province = '62' WHERE account_id = $1 AND created_at <= $2",
    "UPDATE grants SET province = '62' WHERE account_id = $1 AND redeemed_at <= $2",
    "UPDATE outbox SET last_error = 'trace' WHERE recipient IS NOT NULL AND $1 <> '' AND created_at <= $2",
    "INSERT INTO profiles (account_id, claims) VALUES ($1, '{\"nickname\":\"trace\"}')",
    "INSERT INTO contact_changes (id, account_id, kind, old_contact, new_contact, changed_at, undo_hash, undo_until) \
     VALUES ('01890000-0000-7000-8000-000000000001', $1, 'email', 'trace-1@example.com', 'trace-2@example.com', $2, $3, $2 + LATER)",
    "INSERT INTO number_claims (name, account_id, lang, asked_at, due_at, keep_hash) \
     VALUES ('trace-number', $1, 'zh-CN', $2, $2 + LATER, $3)",
    "INSERT INTO recoveries (id, account_id, token_hash, name, created_at, expires_at) \
     VALUES ('recovery', $1, $3, 'trace-name', $2, $2 + LATER)",
    "INSERT INTO proofs (id, purpose, account_id, name, contact, code_mac, tries, asked_from, message_id, created_at, \
     code_until, link_until) \
     VALUES ('proof', 'contact', $1, 'trace-name', 'trace-3@example.com', $3, 0, 'trace-place', 'm', $2, $2, $2 + LATER)",
    "INSERT INTO half_sign_ins (token_hash, account_id, password_set_at, expires_at) VALUES ($3, $1, $2, $2 + LATER)",
    "INSERT INTO ceremonies (id, purpose, browser, account_id, state, expires_at) \
     VALUES ('ceremony', 'add', $3, $1, 'trace', $2 + LATER)",
    "INSERT INTO guardians (account_id, state, why, known_at, consented_at, tries, contact_hash, link_hash, withdraw_hash) \
     VALUES ($1, 'consented', 'declared', $2, $2, 0, $3, $3, $3)",
    "INSERT INTO lock_notices (account_id, message_id, due_at) VALUES ($1, 'm', $2 + LATER)",
    "INSERT INTO cases (number, account_id, about, at, via, opened_at, network, device) \
     VALUES ('case', $1, 'signed_in', $2, 'email', $2, '203.0.113.77', 'trace-device')",
    "INSERT INTO alarms (token_hash, account_id, via, about, at, expires_at, case_number, network, device) \
     VALUES ($3, $1, 'email', 'signed_in', $2, $2 + LATER, 'case', '203.0.113.77', 'trace-device')",
    "INSERT INTO appeals (id, case_number, proof_id, document_mac, state, holder_id, begun_at, decided_at) \
     VALUES ('appeal', 'appeal-case', 'appeal-proof', $3, 'refused', $1, $2, $2)",
    "INSERT INTO passkeys (id, account_id, credential_id, credential, name, synced, created_at) \
     VALUES ('passkey', $1, $3, 'trace-credential', 'trace-key', 0, $2)",
    "INSERT INTO authenticators (account_id, secret_sealed, last_step, created_at) VALUES ($1, $3, 0, $2)",
    "INSERT INTO sms_steps (account_id, created_at) VALUES ($1, $2)",
    "INSERT INTO sms_codes (attempt, account_id, name, code_mac, tries, sent_at, expires_at, message_id) \
     VALUES ($3, $1, 'trace-name', $3, 0, $2, $2 + LATER, 'm')",
    "INSERT INTO recovery_codes (account_id, code_hash, created_at) VALUES ($1, $3, $2)",
    "INSERT INTO organisations (id, name, created_at, revision) \
     SELECT '01890000-0000-7000-8000-00000000000a', '机构', 0, 0 WHERE $1 <> ''",
    "INSERT INTO organisation_members (id, organisation_id, account_id, role, since) \
     VALUES ('01890000-0000-7000-8000-00000000000b', '01890000-0000-7000-8000-00000000000a', $1, 'viewer', $2)",
    "INSERT INTO organisation_invitations (id, organisation_id, email, role, token_hash, invited_by, invited_at, expires_at) \
     VALUES ('01890000-0000-7000-8000-00000000000c', '01890000-0000-7000-8000-00000000000a', 'guest@example.com', 'viewer', \
     $3, $1, $2, $2 + LATER)",
    "INSERT INTO staff (id, name, roles, state, made_at) \
     SELECT '01890000-0000-7000-8000-00000000000d', '王芳', 'support', 'active', 0 WHERE $1 <> ''",
    "INSERT INTO staff_proposals (id, act, payload, payload_hash, account_id, reason, state, proposed_by, proposed_at, expires_at) \
     VALUES ('01890000-0000-7000-8000-00000000000e', 'suspend', '{}', $3, $1, 'trace-reason', 'done', \
     '01890000-0000-7000-8000-00000000000d', $2, $2 + LATER)",
    "INSERT INTO staff_reads (id, staff_id, account_id, reason, at, expires_at) \
     VALUES ('01890000-0000-7000-8000-00000000000f', '01890000-0000-7000-8000-00000000000d', $1, 'owner', $2, $2 + LATER)",
    "INSERT INTO signal_subjects (account_id, client_id, entered_at) VALUES ($1, 'cet', $2)",
    "INSERT INTO unreachable (recipient, reason, refused_at) SELECT recipient, 'unknown', $2 FROM outbox \
     WHERE recipient IS NOT NULL AND $1 <> '' ON CONFLICT (recipient) DO NOTHING",
];

/// Somebody of whom everything is held that can be.
async fn somebody(passport: &Passport) -> AccountId {
    passport.register(&[OURS]).await;
    let mut browser = passport.browser();
    let filled = register_form(&mut browser).await;
    let filled = filled.set("id_type", "resident").set("id_number", "11010519491231002x").set("name", "李华");
    let answer = browser.submit(filled).await;
    browser.submit(form(&answer, "/sign-in").set("password", PASSWORD)).await;
    passport.tokens(&mut browser, "openid offline_access").await;
    let id = passport.app.accounts.locate(EMAIL).await.expect("an answer").expect("an account");
    for text in FILLED {
        let text: &'static str = text.replace("LATER", &LATER.to_string()).leak();
        let mut statement = sql(text).bind(id);
        if text.contains("$2") {
            statement = statement.bind(passport.clock.now());
        }
        if text.contains("$3") {
            statement = statement.bind([9_u8; 32]);
        }
        passport.db.execute(statement).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    id
}

/// What stands in a column, as text: what is sealed or hashed as well.
fn text_in(row: &Row, column: &'static str) -> String {
    if let Ok(text) = row.get::<Option<String>>(column) {
        return text.unwrap_or_default();
    }
    let bytes = row.get::<Option<Vec<u8>>>(column).ok().flatten().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The rows of a table, each column by its name.
async fn rows(db: &Db, table: &Table) -> Vec<Vec<(&'static str, Kind, String)>> {
    let text: &'static str = format!("SELECT * FROM {}", table.name).leak();
    let found = db.read::<_, DbError, _>(move |tx| Box::pin(async move { sql(text).fetch_all(tx).await }));
    let line = |row: &Row| table.each_column().map(|(name, kind, _)| (name, kind, text_in(row, name))).collect();
    found.await.expect("rows").iter().map(line).collect()
}

/// Every table and column in which one of these texts stands.
async fn found(db: &Db, texts: &[&str]) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    for table in tables::all() {
        for (column, _, text) in rows(db, table).await.into_iter().flatten() {
            if texts.iter().any(|mark| text.contains(mark)) && !found.contains(&(table.name, column)) {
                found.push((table.name, column));
            }
        }
    }
    found
}

/// The tables whose rows are found by a person's account or contact.
fn of_persons() -> impl Iterator<Item = &'static Table> {
    tables::all().filter(|table| matches!(table.whose, Whose::Account(_) | Whose::Receiver(_)))
}

/// Nothing is proved by a search for what was never there.
#[tokio::test]
async fn somebody_has_a_row_in_every_table_and_a_mark_in_every_column_that_identifies() {
    crate::support::on_both_with(PLAIN, |passport| async move {
        somebody(&passport).await;
        let found = found(&passport.db, &MARKS).await;
        for table in of_persons() {
            let rows = rows(&passport.db, table).await;
            assert!(!rows.is_empty() || table.name == "closures" || table.name == "audit_salts", "{}", table.name);
            for (column, kind, _) in table.each_column() {
                let marked = !matches!(kind, Kind::Identifies | Kind::SealedForAccount)
                    || found.contains(&(table.name, column))
                    // A word of ours for the kind of browser, which tests do not send.
                    || (table.name, column) == ("audit_events", "device");
                assert!(marked, "no mark in {}.{column}", table.name);
            }
        }
    })
    .await;
}
