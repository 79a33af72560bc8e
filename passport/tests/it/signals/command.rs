//! `passport clients signals`, as an operator runs it.

use passport::MIGRATIONS;
use passport::delivery::store::Failing;
use serde_json::json;
use shared::clock::{Clock as _, SystemClock};
use shared::db::{Db, DbConfig};
use shared::testkit;

use super::*;
use crate::support::process::Installation;

const SECRET_WORD: &str = "mEhr-als-geheim";

#[tokio::test]
async fn an_operator_sets_a_stream_up_sees_its_last_delivery_and_never_its_secret() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        installation.add_client(folder.path(), THEIRS);
        let run = |arguments: &[&str]| installation.command(&[&["clients", "signals"][..], arguments].concat());
        let (done, said) = run(&["show", "bei"]);
        assert!(!done && said["exit"] == 5, "{said}");
        for wrong in [
            &["set", "bei"][..],
            &["set", "bei", "--endpoint", "http://bei.test/"],
            &["set", "bei", "--endpoint", "https://bei.test/", "--event", "everything"],
            &["set", "nobody", "--endpoint", "https://bei.test/"],
            &["pause", "bei"],
            &["verify", "bei"],
        ] {
            let (done, said) = run(wrong);
            assert!(!done && said["exit"] == 5, "{wrong:?}: {said}");
        }

        let file = folder.path().join("authorization");
        std::fs::write(&file, format!("Bearer {SECRET_WORD}\n")).expect("a file");
        let file = file.to_str().expect("a path");
        let all =
            ["clients", "signals", "set", "bei", "--endpoint", "https://bei.test/signals", "--authorization-file"];
        let mut said = installation.outcome(&[&all[..], &[file]].concat()).1;
        let (done, shown) = run(&["set", "bei", "--event", "session-revoked", "--event", "account-purged"]);
        assert!(done && shown["authorization"] == true, "{shown}");
        assert_eq!(shown["events"], json!(["account-purged", "session-revoked"]));
        said += &installation.outcome(&["clients", "signals", "show", "bei"]).1;
        said += &installation.outcome(&["--json", "clients", "signals", "show", "bei"]).1;
        assert!(said.contains("https://bei.test/signals") && !said.contains(SECRET_WORD), "{said}");
        let (_, shown) = run(&["show", "bei"]);
        assert_eq!((&shown["state"], &shown["last_delivery"]), (&json!("enabled"), &json!(null)));

        let (_, asked) = run(&["verify", "bei", "--state", "s1"]);
        let id = asked["message"].as_str().expect("an id").parse().expect("an id");
        assert_eq!(run(&["show", "bei"]).1["waiting"], 1);
        let db = Db::connect(&config).await.expect("the same database");
        let now = SystemClock.now();
        let given_up = db.write::<_, DbError, _>(move |tx| {
            let failing = Failing { error: "the site answered 400: invalid_key", reason: None, keep: true };
            async move { store::failed(tx, id, failing, now).await }.boxed()
        });
        given_up.await.expect("given up");
        let (_, shown) = run(&["show", "bei"]);
        assert_eq!((&shown["waiting"], &shown["given_up"]), (&json!(0), &json!(1)));
        assert_eq!(shown["last_delivery"]["state"], "given_up");
        assert_eq!(shown["last_delivery"]["error"], "the site answered 400: invalid_key");

        assert_eq!(run(&["pause", "bei"]), (true, json!({ "client_id": "bei", "state": "paused" })));
        let (done, said) = run(&["verify", "bei"]);
        assert!(!done && said["exit"] == 5, "{said}");
        assert_eq!(run(&["show", "bei"]).1["state"], "paused");
        assert_eq!(run(&["resume", "bei"]).1["state"], "enabled");
        assert_eq!(run(&["disable", "bei"]).1["state"], "disabled");
        db.close().await;
    })
    .await;
}
