//! The record, as operators verify it, search in it and hand it out.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use passport::MIGRATIONS;
use passport::audit::{Actor, Audit, Event};
use serde_json::Value;
use shared::db::{Db, DbConfig, DbError, Engine, sql};
use shared::testkit;

use crate::support::process::Installation;

/// How long a node is waited for that seals every ten seconds. Not what is promised.
const PATIENCE: Duration = Duration::from_secs(60);

/// An installation with one locked account and a client, on record with more; the id of the account.
fn installed(folder: &Path, config: &DbConfig) -> (Installation, String) {
    let installation = Installation::new(folder, config);
    let own = format!("\n[audit]\nseal_every = '10s'\nheads_file = '{}'\n", folder.join("heads.jsonl").display());
    let settings = folder.join("passport.toml");
    let text = std::fs::read_to_string(&settings).expect("the settings");
    std::fs::write(&settings, text + &own).expect("the settings");
    installation.add_client(folder, crate::support::site::OURS);
    let operate = |arguments: &[&str]| {
        let (done, said) = installation.command(arguments);
        assert!(done, "{arguments:?}: {said}");
        said
    };
    operate(&["accounts", "lock", "lihua@example.cn"]);
    let found = operate(&["audit", "search", "--kind", "account_locked"]);
    let account = found[0]["account"].as_str().expect("an account").to_owned();
    (installation, account)
}

/// What a command says that finds something wrong: its result, though it does not succeed.
fn findings(installation: &Installation, arguments: &[&str]) -> (i32, Value) {
    let (code, said) = installation.exit(arguments);
    (code, serde_json::from_str(&said).expect("JSON"))
}

async fn sealed(db: &Db) -> i64 {
    let found = db.find(sql("SELECT COUNT(*) AS n FROM audit_batches WHERE number > $1").bind(0_i64)).await;
    found.expect("an answer").expect("a row").get("n").expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_seals_the_record_and_whoever_rewrites_it_is_found_out() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let (installation, account) = installed(folder.path(), &config);
        let db = Db::connect(&config).await.expect("a database");
        let running = installation.start();
        let waiting = async { while sealed(&db).await == 0 {} };
        tokio::time::timeout(PATIENCE, waiting).await.expect("it is sealed");
        running.says("the record is sealed up to here").await;
        let (code, said) = findings(&installation, &["audit", "verify"]);
        assert_eq!(
            (code, &said["report"]["flaws"], &said["report"]["heads"]),
            (0, &Value::Array(Vec::new()), &1.into())
        );
        let (_, jobs) = findings(&installation, &["doctor", "--offline"]);
        let jobs = jobs.as_array().expect("findings").iter().find(|finding| finding["check"] == "jobs");
        assert_eq!(jobs.expect("a finding")["severity"], "ok");

        let engine = db.engine();
        let rewritten = db.write::<_, DbError, _>(move |tx| {
            async move {
                let lift = match engine {
                    Engine::Postgres => "SET LOCAL session_replication_role = replica",
                    Engine::Sqlite => "DROP TRIGGER audit_events_stay",
                };
                sql(lift).execute(tx).await?;
                sql("UPDATE audit_events SET actor = 'system' WHERE kind = 'account_locked'").execute(tx).await
            }
            .boxed()
        });
        assert_eq!(rewritten.await.expect("rewritten"), 1);
        let (code, said) = findings(&installation, &["audit", "verify"]);
        let flaw = &said["report"]["flaws"][0];
        assert_eq!((code, &flaw["batch"], &flaw["what"]), (6, &1.into(), &"event_changed".into()), "{said}");
        let (_, found) = installation.command(&["audit", "search", "--account", &account, "--kind", "account_locked"]);
        assert_eq!((&found[0]["id"], &found[0]["actor"]), (&flaw["event"], &"system".into()), "{found}");
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_record_is_searched_by_organisation() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let (installation, _) = installed(folder.path(), &config);
        let db = Db::connect(&config).await.expect("a database");
        let clock = Arc::new(shared::clock::SystemClock);
        let audit = Audit::new(clock.clone(), Arc::new(shared::entropy::SystemEntropy::new()));
        let (ours, theirs) = ("01890000-0000-7000-8000-000000000001", "01890000-0000-7000-8000-000000000002");
        let written = db.write::<_, DbError, _>(move |tx| {
            let audit = audit.clone();
            async move {
                for organisation in [ours, theirs] {
                    let made =
                        Event::OrganisationCreated { organisation: organisation.to_owned(), account: String::new() };
                    audit.record(tx, &Actor::Operator, &made).await?;
                }
                let renamed = Event::OrganisationRenamed { organisation: ours.to_owned() };
                audit.record(tx, &Actor::Operator, &renamed).await
            }
            .boxed()
        });
        written.await.expect("recorded");
        db.close().await;
        let found = |organisation: &str| {
            let (done, found) = installation.command(&["audit", "search", "--organisation", organisation]);
            assert!(done, "{found}");
            found.as_array().expect("events").len()
        };
        assert_eq!([ours, theirs, "01890000-0000-7000-8000-000000000003"].map(found), [2, 1, 0]);
    })
    .await;
}

#[tokio::test]
async fn the_record_is_searched_by_what_what_is_asked_for_and_handed_out_whole() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let (installation, account) = installed(folder.path(), &config);
        let kinds = |arguments: &[&str]| {
            let (done, found) = installation.command(&[&["audit", "search"], arguments].concat());
            assert!(done, "{arguments:?}: {found}");
            let kinds = found
                .as_array()
                .expect("events")
                .iter()
                .map(|event| event["kind"].as_str().expect("a kind").to_owned());
            kinds.collect::<Vec<_>>()
        };
        let all = kinds(&["--limit", "1000"]);
        assert_eq!(all[0], "account_locked", "newest first");
        assert!(all.len() > 10, "{all:?}");
        let of_client = kinds(&["--client", "cet"]);
        assert!(of_client.iter().all(|kind| kind.starts_with("client_")), "{of_client:?}");
        assert!(of_client.contains(&"client_registered".to_owned()), "{of_client:?}");
        assert_eq!(kinds(&["--account", &account, "--actor", "operator", "--limit", "1"]), ["account_locked"]);
        assert_eq!(kinds(&["--account", &account, "--client", "cet"]), [""; 0]);
        assert_eq!(kinds(&["--until", "2020-01-01T00:00:00Z"]), [""; 0]);
        assert_eq!(kinds(&["--since", "2020-01-01T00:00:00Z", "--limit", "1000"]), all);

        let (code, lines) = installation.exit(&["audit", "export"]);
        let exported: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!((code, exported.len()), (0, all.len()));
        assert!(exported.is_sorted_by_key(|event| event["at_millis"].as_i64()));
        let file = folder.path().join("record.csv");
        let out = file.to_str().expect("a path");
        let (done, said) =
            installation.command(&["audit", "export", "--format", "csv", "--out", out, "--account", &account]);
        assert!(done, "{said}");
        let written = std::fs::read_to_string(&file).expect("a file");
        let rows: Vec<&str> = written.split_terminator("\r\n").collect();
        assert_eq!(rows.len() as u64, said["written"].as_u64().expect("a number") + 1);
        assert!(rows.last().expect("a row").contains(",account_locked,operator,"), "{written}");
        let (done, said) = installation.command(&["audit", "export", "--out", out]);
        assert!(!done && said.to_string().contains("exists"), "nothing is overwritten: {said}");
    })
    .await;
}
