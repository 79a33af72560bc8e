//! `passport keys`, as an operator runs it.

use std::collections::BTreeMap;

use passport::MIGRATIONS;
use serde_json::{Value, json};
use shared::db::{Db, DbConfig, DbError, sql};
use shared::testkit;

use crate::support::process::{Installation, SignIn};
use crate::support::site::{OURS, THEIRS};

/// How many keys the operator sees in each state.
fn states(installation: &Installation) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for key in listed(installation) {
        *states.entry(key["state"].as_str().expect("a state").to_owned()).or_default() += 1;
    }
    states
}

fn listed(installation: &Installation) -> Vec<Value> {
    let (done, said) = installation.command(&["keys", "list"]);
    assert!(done, "{said}");
    said["keys"].as_array().expect("keys").clone()
}

/// The id of the ES256 key in that state.
fn key(installation: &Installation, state: &str) -> String {
    let keys = listed(installation).into_iter();
    let mut keys = keys.filter(|key| key["alg"] == "ES256" && key["state"] == state);
    keys.next().expect("a key")["kid"].as_str().expect("an id").to_owned()
}

fn counted(states: &[(&str, usize)]) -> BTreeMap<String, usize> {
    states.iter().map(|(state, count)| ((*state).to_owned(), *count)).collect()
}

#[tokio::test]
async fn an_operator_sees_the_keys_and_the_year_ahead_and_plans_a_change() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        let made = counted(&[("active", 4), ("staged", 4)]);
        assert_eq!(states(&installation), made);
        let (_, year) = installation.command(&["keys", "plan"]);
        for to in ["active", "retiring", "archived", "destroyed", "staged"] {
            let steps =
                year.as_array().expect("steps").iter().filter(|step| step["alg"] == "RS256" && step["to"] == to);
            assert!(steps.count() >= 2, "{to}: {year}");
        }

        for (arguments, says) in [
            (&["keys", "rotate", "--alg", "ES256"][..], "only just now"),
            (&["keys", "rotate", "--alg", "ES256", "--dry-run", "--at", &tomorrow()], "nothing was changed"),
        ] {
            let (done, said) = installation.command(arguments);
            assert!(done && said.to_string().contains(says), "{arguments:?}: {said}");
            assert_eq!(states(&installation), made, "{arguments:?}");
        }
        assert!(listed(&installation).iter().all(|key| key["next"]["at"].as_str() > Some(tomorrow().as_str())));
        let (done, said) = installation.command(&["keys", "rotate", "--alg", "ES256", "--at", &tomorrow()]);
        assert!(done, "{said}");
        let staged = key(&installation, "staged");
        let keys = listed(&installation).into_iter().find(|key| key["kid"] == *staged).expect("the key");
        assert_eq!(
            (&keys["next"]["state"], keys["next"]["at"].as_str()),
            (&"active".into(), Some(tomorrow().as_str()))
        );
        for wrong in ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"] {
            let (done, said) = installation.command(&["keys", "rotate", "--at", wrong]);
            assert!(!done && said["exit"] == 5, "{wrong}: {said}");
        }
    })
    .await;
}

/// Within 90 days of the day that these tests run on, to the second.
fn tomorrow() -> String {
    use shared::clock::{Clock as _, SystemClock, Timestamp};
    let day = SystemClock.now().seconds() / 86_400 + 2;
    Timestamp::from_seconds(day * 86_400).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_gives_up_a_key_and_ends_sessions_if_asked_to() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        installation.add_client(folder.path(), &format!("{OURS}contacts = ['ops@cet.test']\n"));
        installation.add_client(folder.path(), THEIRS);
        let process = installation.start();
        let SignIn::Acknowledged(session) = process.visitor().sign_in().await else { panic!("no session") };

        let (done, said) = installation.command(&["keys", "compromise", "nobody"]);
        assert!(!done && said["exit"] == 5, "{said}");
        let (first, next) = (key(&installation, "active"), key(&installation, "staged"));
        let (done, said) = installation.command(&["keys", "compromise", &first]);
        assert!(done && said["sessions_ended"].is_null() && said["sites_exposed_until"].is_string(), "{said}");
        assert_eq!((&said["clients_told"], &said["clients_without_contact"]), (&json!(1), &json!(["bei"])));
        assert_eq!(key(&installation, "active"), next);
        assert_eq!(key(&installation, "destroyed"), first);
        assert!(process.is_signed_in(&session).await);

        let (done, said) = installation.command(&["keys", "compromise", &next, "--end-sessions"]);
        assert!(done && said["sessions_ended"] == 1, "{said}");
        assert!(!process.is_signed_in(&session).await);
        assert_eq!(states(&installation), counted(&[("active", 4), ("destroyed", 2), ("staged", 4)]));
        process.kill();
    })
    .await;
}

/// Makes the keys old enough to be tried and changed: their time on the clock of the wall.
async fn known_for_long(config: &DbConfig) {
    let db = Db::connect(config).await.expect("the same database");
    let age = db.write::<_, DbError, _>(|tx| {
        let text = "UPDATE signing_keys SET state_since = state_since - 3600000";
        Box::pin(async move { sql(text).execute(tx).await })
    });
    assert_eq!(age.await.expect("aged"), 8);
    db.close().await;
}

#[tokio::test]
async fn an_operator_tries_keys_and_is_told_clearly_why_not() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        installation.add_client(folder.path(), OURS);
        let refused = |arguments: &[&str], says: &str| {
            let (done, said) = installation.command(arguments);
            assert!(!done && said["exit"] == 5 && said.to_string().contains(says), "{arguments:?}: {said}");
        };
        let an_hour = ["keys", "trial", "--for", "1h"];
        refused(&an_hour, "has not been published for long enough");
        refused(&["keys", "trial", "--stop"], "no key is on trial");
        known_for_long(&config).await;
        refused(&["keys", "trial", "--client", "nobody"], "there is no client nobody");
        refused(&["keys", "trial", "--for", "25h"], "a trial lasts from 5 minutes to 24 hours");

        let (done, said) = installation.command(&["keys", "trial", "--alg", "ES256", "--client", "cet"]);
        assert!(done, "{said}");
        let staged = key(&installation, "staged");
        let on_trial: Vec<_> = listed(&installation).into_iter().filter(|key| key["trial_until"].is_string()).collect();
        assert_eq!((on_trial.len(), &on_trial[0]["kid"]), (1, &json!(staged)));
        refused(&an_hour, &format!("ES256 key {staged} is on trial until"));
        let (_, report) = installation.command(&["keys", "trial", "--report"]);
        let clients = json!([{ "client": "cet", "outcome": "unknown", "basis": "—", "given": 0, "seen": [] }]);
        assert_eq!((&report[0]["kid"], &report[0]["clients"]), (&json!(staged), &clients));
        let (done, said) = installation.command(&["keys", "trial", "--stop"]);
        assert!(done && said.to_string().contains("trial over (stopped)"), "{said}");

        let (_, followers) = installation.command(&["keys", "followers", &staged]);
        let cet = &followers["clients"][0];
        assert_eq!(
            (&cet["client"], &cet["signed_for_it"], &cet["basis"]),
            (&json!("cet"), &json!(true), &json!("guess"))
        );
        refused(&["keys", "followers", "nobody"], "there is no key nobody");
    })
    .await;
}

#[tokio::test]
async fn an_operator_goes_back_to_the_key_before_where_that_was_asked_for() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let plain = Installation::new(folder.path(), &config);
        let kept = plain.on(&config).told("PASSPORT__KEYS__RETURN_WITHIN", "1d");
        let refused = |installation: &Installation, why: &str| {
            let (done, said) = installation.command(&["keys", "return"]);
            assert!(!done && said["exit"] == 5 && said.to_string().contains(why), "{said}");
        };
        known_for_long(&config).await;
        let (before, next) = (key(&kept, "active"), key(&kept, "staged"));
        refused(&kept, "no ES256 key can sign again");
        assert!(kept.command(&["keys", "rotate", "--alg", "ES256"]).0);
        assert_eq!((key(&kept, "active"), key(&kept, "retiring")), (next.clone(), before.clone()));
        let (_, all) = kept.command(&["keys", "list", "--all"]);
        assert!(all.to_string().contains("kept for a way back"), "{all}");

        let (done, said) = kept.command(&["keys", "return", "--dry-run"]);
        let says = format!("ES256 key {before}: would be active");
        assert!(done && said.to_string().contains(&says), "{said}");
        assert_eq!(key(&kept, "active"), next, "nothing was changed");
        let (done, said) = kept.command(&["keys", "return"]);
        assert!(done, "{said}");
        assert_eq!((key(&kept, "active"), key(&kept, "retiring")), (before, next));

        // Without the setting, what was kept goes.
        let (done, said) = plain.command(&["keys", "rotate", "--data"]);
        assert!(done, "{said}");
        refused(&plain, "no ES256 key can sign again");
    })
    .await;
}

#[tokio::test]
async fn an_operator_pins_a_client_to_its_key_for_a_while() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &config);
        installation.add_client(folder.path(), OURS);
        let pin = |more: &[&str]| installation.command(&[&["keys", "pin"], more].concat());
        let (day, staged) = (tomorrow(), key(&installation, "staged"));
        for (arguments, says) in [
            (&["nobody", "--until", &day][..], "there is no client nobody"),
            (&["cet", "--until", "2020-01-01"], "a pin ends within 90 days"),
            (&["cet", "--until", "2999-01-01"], "a pin ends within 90 days"),
            (&["cet", "--until", &day, "--alg", "PS256"], "nothing of cet is signed with PS256: it verifies ES256"),
            (&["cet", "--until", &day, "--key", "nothing"], "there is no key nothing"),
            (&["cet", "--until", &day, "--key", &staged], "is staged and signs nothing"),
            (&["cet", "--lift"], "cet stays with no key"),
        ] {
            let (done, said) = pin(arguments);
            assert!(!done && said["exit"] == 5 && said.to_string().contains(says), "{arguments:?}: {said}");
        }
        assert_eq!(pin(&["--list"]).1["pins"], json!([]));

        let active = key(&installation, "active");
        let (done, said) = pin(&["cet", "--until", &day, "--key", &active]);
        assert!(done && said.to_string().contains("no contact with a mail address"), "{said}");
        let listed = &pin(&["--list"]).1["pins"];
        let one = json!({ "client": "cet", "alg": "ES256", "kid": active, "state": "active", "until": day });
        assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
        for (name, value) in one.as_object().expect("members") {
            assert_eq!(&listed[0][name], value, "{name}");
        }
        pins_are_seen(&installation, &active, &day);
        let (done, said) = pin(&["cet", "--lift"]);
        assert!(done && said.to_string().contains("lifted"), "{said}");
        assert_eq!(pin(&["--list"]).1["pins"], json!([]));
    })
    .await;
}

/// Wherever operators look for keys they see that `cet` stays with that one.
fn pins_are_seen(installation: &Installation, kid: &str, day: &str) {
    let pinned: Vec<_> = listed(installation).into_iter().filter(|key| key["pinned"] != json!([])).collect();
    assert_eq!((pinned.len(), &pinned[0]["kid"]), (1, &json!(kid)));
    assert_eq!(pinned[0]["pinned"], json!([{ "client": "cet", "until": day }]));
    let (_, plan) = installation.command(&["keys", "plan"]);
    let ends: Vec<_> = plan.as_array().expect("steps").iter().filter(|step| step["from"] == "pinned").collect();
    assert_eq!((ends.len(), &ends[0]["at"], &ends[0]["client"]), (1, &json!(day), &json!("cet")));
    let (_, followers) = installation.command(&["keys", "followers", kid]);
    assert_eq!(followers["clients"][0]["stays"], json!({ "kid": kid, "until": day }));
    let (done, all) = installation.command(&["keys", "list", "--all"]);
    assert!(done && !all.to_string().contains("private half, kept"), "the key has not retired: {all}");
}
