//! `passport accounts export`: a person's data for who answers a request of theirs.

use std::os::unix::fs::PermissionsExt as _;

use passport::MIGRATIONS;
use passport::accounts::appeals::model::Staff;
use passport::tables::copy::{self, Reason};
use serde_json::Value;
use shared::db::DbConfig;
use shared::testkit;

use super::*;
use crate::support::on_both_with;
use crate::support::process::Installation;

async fn copied(passport: &Passport, id: AccountId) -> Value {
    let staff = Staff::parse("li.wei").expect("a name");
    let held = copy::copy(&passport.app.accounts, id, (&staff, Reason::Request)).await.expect("an answer");
    serde_json::to_value(held.expect("an account")).expect("JSON")
}

#[tokio::test]
async fn the_copy_holds_everything_that_identifies_and_no_secret() {
    on_both_with(PLAIN, |passport| async move {
        let id = somebody(&passport).await;
        passport.app.chain.seal_all().await.expect("sealed");
        let copy = copied(&passport, id).await;
        let text = copy.to_string();
        for mark in MARKS {
            assert!(text.contains(mark), "{mark} is missing: {text}");
        }
        for table in of_persons() {
            let listed = copy["held"][table.name].as_array().unwrap_or_else(|| panic!("{} is missing", table.name));
            for row in rows(&passport.db, table).await {
                for (column, kind, stored) in row {
                    let told = stored.is_empty() || is_told(listed, column, &stored);
                    match kind {
                        Kind::Identifies => assert!(told, "{}.{column}: {stored} is missing", table.name),
                        Kind::Secret if !stored.is_empty() => {
                            assert!(!is_told(listed, column, &stored), "{}.{column} is shown", table.name);
                        }
                        _ => {}
                    }
                }
            }
        }
        assert_eq!(copy["held"]["accounts"][0]["password_hash"], "stored, never shown");
        assert_eq!(copy["held"]["identities"][0]["number_sealed"], "11010519491231002X");
        assert_eq!(copy["held"]["accounts"][0]["created_at"], crate::support::BEGIN.to_string());
        assert_eq!(copy["held"]["profiles"][0]["claims"]["nickname"], "trace");
        let networks = copy["held"]["audit_events"].as_array().expect("events").iter().map(|one| &one["network"]);
        assert!(networks.filter(|network| *network == "127.0.0.1").count() > 1, "{}", copy["held"]["audit_events"]);
        assert!(copy["not_included"]["limits"].as_str().is_some_and(|why| why.contains("keyed hash")));
    })
    .await;
}

/// Whether that stands in the column of a row of the copy.
fn is_told(rows: &[Value], column: &str, stored: &str) -> bool {
    rows.iter().any(|row| match &row[column] {
        Value::String(told) => told == stored,
        // What is stored as JSON is told as such.
        other => serde_json::from_str::<Value>(stored).is_ok_and(|stored| stored == *other),
    })
}

#[tokio::test]
async fn the_copy_of_one_holds_nothing_of_another() {
    on_both_with(PLAIN, |passport| async move {
        somebody(&passport).await;
        let other = Seed { email: Email::parse("other@example.com").ok(), mobile: None, name: None, plain_name: None };
        let ids = passport.app.accounts.seed(vec![other], &SecretString::new(PASSWORD), false).await.expect("added");
        let text = copied(&passport, ids[0]).await.to_string();
        for mark in MARKS {
            assert!(!text.contains(mark), "{mark}: {text}");
        }
        assert!(text.contains("other@example.com"));
    })
    .await;
}

#[tokio::test]
async fn the_person_sees_that_their_data_was_read_and_why() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let id = passport.app.accounts.locate(EMAIL).await.expect("an answer").expect("an account");
        let copy = copied(&passport, id).await;
        assert!(copy["held"]["audit_events"].to_string().contains("li.wei"), "that it was read is part of it: {copy}");
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let shown = browser.open(&page("/account/activity")).await;
        assert!(shown.text.contains("工作人员应本人要求，导出了账号的全部数据"), "{}", shown.text);
    })
    .await;
}

#[tokio::test]
async fn an_operator_exports_to_a_file_of_their_own_and_says_who_and_why() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let out = folder.path().join("data.json");
        let to = out.to_str().expect("a path");
        let run = |arguments: &[&str]| installation.exit(&[&["accounts", "export"], arguments].concat());
        let asked = ["--reason", "authority", "--staff", "li.wei"];
        assert_eq!(run(&["lihua@example.cn", "--staff", "li.wei"]).0, 2, "the reason is missing");
        assert_eq!(run(&[&["nobody@example.cn", "--to", to], &asked[..]].concat()).0, 5);
        assert_eq!(run(&["lihua@example.cn", "--to", to, "--reason", "request", "--staff", "Li Wei"]).0, 5);
        assert!(!out.exists(), "nothing is left behind");
        assert_eq!(run(&[&["lihua@example.cn", "--to", to], &asked[..]].concat()).0, 0);
        assert_eq!(out.metadata().expect("a file").permissions().mode() & 0o777, 0o600);
        let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        let copy = read(&std::fs::read_to_string(&out).expect("a file"));
        assert!(copy["held"]["accounts"][0]["email"] == "lihua@example.cn" && copy["reason"] == "authority", "{copy}");
        assert_eq!(run(&[&["lihua@example.cn", "--to", to], &asked[..]].concat()).0, 1, "the file is there");
        let (code, said) = run(&[&["lihua@example.cn"], &asked[..]].concat());
        assert_eq!((code, &read(&said)["account"]), (0, &copy["account"]));
        let (_, events) = installation.command(&["audit", "search", "--kind", "data_read"]);
        assert_eq!(events.as_array().map(Vec::len), Some(2), "those that were refused read nothing: {events}");
    })
    .await;
}
