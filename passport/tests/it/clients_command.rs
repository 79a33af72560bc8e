//! `passport clients apply` and `lint`, as an operator runs them.

use std::path::Path;

use passport::MIGRATIONS;
use serde_json::Value;
use shared::db::{Db, DbConfig, sql};
use shared::testkit;

use crate::support::process::Installation;

/// A client of a file.
fn described(id: &str, more: &str) -> String {
    format!(
        "[[clients]]\nclient_id = '{id}'\nclient_name = {{ zh = '甲', en = 'A' }}\n\
         redirect_uris = ['https://{id}.example/cb']\nsecret_file = '{id}.secret'\n{more}\n"
    )
}

/// A file of clients, and what came of applying it.
struct File<'i> {
    installation: &'i Installation,
    path: String,
}

impl<'i> File<'i> {
    fn new(installation: &'i Installation, folder: &Path) -> Self {
        Self { installation, path: folder.join("clients.toml").display().to_string() }
    }

    /// How it ended, and what was done with each client.
    fn apply(&self, text: &str, flags: &[&str]) -> (i32, Vec<(String, String)>) {
        std::fs::write(&self.path, text).expect("a file");
        let (code, said) = self.installation.exit(&[&["clients", "apply", &*self.path], flags].concat());
        let steps: Vec<Value> = serde_json::from_str(&said).unwrap_or_default();
        let text = |step: &Value, name: &str| step[name].as_str().expect("a text").to_owned();
        (code, steps.iter().map(|step| (text(step, "client_id"), text(step, "result"))).collect())
    }
}

fn registered(installation: &Installation) -> Vec<String> {
    let (done, said) = installation.command(&["clients", "list"]);
    assert!(done, "{said}");
    let all = said.as_array().expect("clients").iter();
    all.map(|client| client["client_id"].as_str().expect("an id").to_owned()).collect()
}

fn steps(steps: &[(&str, &str)]) -> Vec<(String, String)> {
    steps.iter().map(|(id, result)| ((*id).to_owned(), (*result).to_owned())).collect()
}

#[tokio::test]
async fn the_registry_becomes_what_a_file_says_and_the_same_file_changes_nothing() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let file = File::new(&installation, folder.path());
        let both = described("one", "") + &described("two", "");
        let would = file.apply(&both, &["--dry-run"]);
        assert_eq!(would, (6, steps(&[("one", "registered"), ("two", "registered")])));
        assert_eq!(registered(&installation), Vec::<String>::new(), "it only told");

        assert_eq!(file.apply(&both, &[]), (0, would.1));
        let secret = |id: &str| std::fs::read_to_string(folder.path().join(format!("{id}.secret"))).expect("a secret");
        let first = secret("one");
        assert!(first.starts_with("pp_secret_") && first != secret("two"));
        let unchanged = (0, steps(&[("one", "unchanged"), ("two", "unchanged")]));
        assert_eq!(file.apply(&both, &[]), unchanged);
        assert_eq!(file.apply(&both, &["--dry-run"]), unchanged);
        assert_eq!(secret("one"), first);
        let (_, shown) = installation.command(&["clients", "show", "one"]);
        assert_eq!(shown["secrets"].as_array().map(Vec::len), Some(1), "{shown}");

        let changed = described("one", "scopes = ['openid', 'email']") + &described("two", "");
        std::fs::write(&file.path, &changed).expect("a file");
        let (code, text) = installation.outcome(&["clients", "apply", &file.path, "--dry-run"]);
        assert!(code == Some(6) && text.contains("~ one: would be changed"), "{text}");
        assert!(text.contains(r#"scopes: ["openid"] → ["openid","email"]"#), "{text}");
        assert_eq!(file.apply(&changed, &[]), (0, steps(&[("one", "changed"), ("two", "unchanged")])));

        // What the file does not name stays, unless it is asked for.
        assert_eq!(file.apply(&described("two", ""), &[]), (0, steps(&[("two", "unchanged")])));
        assert_eq!(registered(&installation), ["one", "two"]);
        let pruned = (0, steps(&[("two", "unchanged"), ("one", "removed")]));
        assert_eq!(file.apply(&described("two", ""), &["--prune"]), pruned);
        assert_eq!(registered(&installation), ["two"]);
    })
    .await;
}

#[tokio::test]
async fn what_registered_itself_is_not_pruned() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let file = File::new(&installation, folder.path());
        file.apply(&(described("one", "") + &described("two", "") + &described("three", "")), &[]);
        let db = Db::connect(&config).await.expect("a database");
        let own = sql("UPDATE clients SET registration_hash = $1 WHERE client_id = 'one'").bind(vec![7_u8; 32]);
        db.execute(own).await.expect("as if it had registered itself");
        db.close().await;
        let pruned = (0, steps(&[("two", "unchanged"), ("three", "removed")]));
        assert_eq!(file.apply(&described("two", ""), &["--prune"]), pruned);
        assert_eq!(registered(&installation), ["one", "two"]);
    })
    .await;
}

#[tokio::test]
async fn a_mistake_in_one_client_keeps_all_of_a_file_from_being_applied() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let path = folder.path().join("clients.toml");
        for (second, says) in [
            (described("two", "grant_types = ['refresh_token']"), "two: grant_types: refresh_token needs"),
            (described("two", "redirect_uri = 'x'"), "two: there is no field `redirect_uri`"),
            (described("one", ""), "one is described twice"),
            (described("two", "").replace("secret_file = 'two.secret'", ""), "two: needs secret_file"),
        ] {
            std::fs::write(&path, described("one", "") + &second).expect("a file");
            let (code, said) = installation.outcome(&["clients", "apply", &path.display().to_string()]);
            assert!(code == Some(5) && said.contains(says), "{says}: {said}");
            assert_eq!(registered(&installation), Vec::<String>::new(), "{says}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_secret_in_use_is_not_ended_because_its_file_is_on_another_machine() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let file = File::new(&installation, folder.path());
        file.apply(&described("one", ""), &[]);
        let secret = folder.path().join("one.secret");
        std::fs::remove_file(&secret).expect("removed");
        assert_eq!(file.apply(&described("one", ""), &[]), (0, steps(&[("one", "unchanged")])));
        assert!(!secret.exists());
        let (_, shown) = installation.command(&["clients", "show", "one"]);
        let secrets = shown["secrets"].as_array().expect("secrets");
        assert_eq!((secrets.len(), &secrets[0]["expires_at"]), (1, &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn a_client_is_looked_at_before_it_is_registered_and_after() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let path = folder.path().join("clients.toml");
        let lint = |text: &str| {
            std::fs::write(&path, text).expect("a file");
            installation.exit(&["clients", "lint", "--file", &path.display().to_string()])
        };
        let (code, said) = lint(&described("one", "scopes = ['profile']"));
        let said: Value = serde_json::from_str(&said).expect("JSON");
        assert_eq!((code, said[0]["findings"][0]["name"].as_str()), (6, Some("no-openid")), "{said}");
        let (code, said) = lint(&described("one", "grant_types = ['refresh_token']"));
        let said: Value = serde_json::from_str(&said).expect("JSON");
        assert_eq!((code, said[0]["refused"][0]["field"].as_str()), (6, Some("grant_types")), "{said}");
        let (code, _) = lint(&described("one", ""));
        assert_eq!(code, 0, "what is risky is told, and is no failure");

        let file = File::new(&installation, folder.path());
        file.apply(&described("one", "scopes = ['profile']"), &[]);
        let (code, text) = installation.outcome(&["clients", "lint"]);
        assert!(code == Some(6) && text.contains("one: fails: no-openid: scopes"), "{text}");
        assert!(text.contains("OpenID Connect Core 1.0 3.1.2.1"), "{text}");
        assert_eq!(installation.outcome(&["clients", "lint", "nobody"]).0, Some(5));
    })
    .await;
}
