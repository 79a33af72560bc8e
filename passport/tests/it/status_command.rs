//! `passport status`, as an operator runs it.

use passport::MIGRATIONS;
use serde_json::json;
use shared::clock::{Clock as _, SystemClock, Timestamp};
use shared::db::DbConfig;
use shared::testkit;

use crate::support::process::Installation;

/// So many hours from now, by the clock of the wall.
fn hence(hours: i64) -> String {
    Timestamp::from_seconds(SystemClock.now().seconds() + hours * 3_600).to_string()
}

#[tokio::test]
async fn an_operator_plans_announces_and_ends_and_is_told_clearly_why_not() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let status = |arguments: &[&str]| installation.command(&[&["status"], arguments].concat());
        assert_eq!(status(&["list"]), (true, json!([])));

        let (from, until) = (hence(24), hence(26));
        let window = ["--from", &from, "--until", &until];
        let (done, said) = status(&[&["plan"], &window[..], &["--part", "sign-in", "--part", "sms"]].concat());
        assert!(done && said["until"] == until.as_str(), "{said}");
        let words = ["--zh", "短信会晚到", "--en", "SMS are late"];
        let (done, said) = status(&[&["announce", "--for", "2h"], &words[..]].concat());
        assert!(done, "{said}");
        let id = said["id"].as_str().expect("an id").to_owned();
        let (_, listed) = status(&["list"]);
        let states: Vec<_> = listed.as_array().expect("notices").iter().map(|one| one["state"].clone()).collect();
        assert_eq!(states, ["running", "shown"]);
        assert_eq!((&listed[1]["parts"], &listed[1]["ends"]), (&json!(["sign-in", "sms"]), &json!(until)));

        let refused = |arguments: &[&str], exit: i64, says: &str| {
            let (done, said) = status(arguments);
            assert!(!done && said["exit"] == exit && said.to_string().contains(says), "{arguments:?}: {said}");
        };
        refused(&["plan", "--from", &until, "--until", &from], 5, "before it begins");
        refused(&[&["announce", "--for", "40d"], &words[..]].concat(), 5, "31 days");
        refused(&["announce", "--for", "1h", "--zh", "一", "--en", ""], 5, "both languages");
        refused(&["end", "nobody"], 5, "no such notice");

        assert!(status(&["end", &id]).0);
        refused(&["end", &id], 5, "it is over");
        assert_eq!(status(&["list"]).1.as_array().map(Vec::len), Some(1));
        assert_eq!(status(&["list", "--all"]).1.as_array().map(Vec::len), Some(2));
    })
    .await;
}
