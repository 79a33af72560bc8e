//! `passport dev suite-config`: what it writes leads a browser without script through our pages, as the suite's would.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::response::Html;
use passport::MIGRATIONS;
use passport::clients::Client;
use serde_json::{Value, json};
use shared::db::{Db, DbConfig};
use shared::testkit::{self, Answer, Browser};

use crate::support::process::Installation;
use crate::support::site::{basic, encoded, get, post, userinfo};
use crate::support::{ISSUER, Passport};

const SUITE: &str = "https://suite.test";
const PLAN: &str = "openid-connect.json";
const CALLBACK: &str = "https://suite.test/test/a/etest/callback";

fn run(installation: &Installation, folder: &Path) -> (bool, Value) {
    run_with(installation, folder, "")
}

fn run_with(installation: &Installation, folder: &Path, more: &str) -> (bool, Value) {
    let file = folder.join("suite.toml");
    fs::write(&file, format!("alias = 'etest'\nsuite = '{SUITE}'\n{more}")).expect("a file");
    let out = folder.join("plans");
    let text = |path: &Path| path.display().to_string();
    installation.command(&["dev", "suite-config", "--file", &text(&file), "--folder", &text(&out)])
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join("plans").join(name)).expect("written")
}

/// A plan, for the passport of these tests.
fn plan(installation: &Installation, folder: &Path, name: &str) -> Value {
    let text = read(folder, name).replace(&installation.issuer(), ISSUER);
    serde_json::from_str(&text).expect("JSON")
}

/// A browser that finds the suite at its address.
fn browser(passport: &Passport) -> Browser {
    const PAGE: &str = "<!doctype html><html lang='en'><title>Suite</title><p id='submission_complete'>Done</p>";
    let complete = || async { Html(PAGE) };
    passport.browser().program(SUITE, Router::new().fallback(complete))
}

/// Whether the address is one of those that the pattern of the suite means.
fn matches(pattern: &str, url: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == url, |beginning| url.starts_with(beginning))
}

/// Walks from that address as the plan says; where it ends.
async fn drive(browser: &mut Browser, automation: &Value, start: &str) -> Answer {
    drive_again(browser, automation, start, 0).await
}

/// The same after that many visits, which count for entries that have a limit.
async fn drive_again(browser: &mut Browser, automation: &Value, start: &str, visits: u64) -> Answer {
    let mut page = browser.open(start).await;
    let entries = automation.as_array().expect("entries");
    let is_left = |entry: &Value| entry["match-limit"].as_u64().is_none_or(|limit| visits < limit);
    let mut fitting = entries.iter().filter(|entry| is_left(entry) && matches(text(&entry["match"]), start));
    let entry = fitting.next().expect("an entry for it");
    for task in entry["tasks"].as_array().expect("tasks") {
        if !matches(text(&task["match"]), page.url.as_str()) {
            assert_eq!(task["optional"], true, "{}: the page is {}", task["task"], page.url);
            continue;
        }
        let mut typed = Vec::new();
        for command in task["commands"].as_array().expect("commands") {
            let words: Vec<&str> = command.as_array().expect("words").iter().filter_map(Value::as_str).collect();
            let element = format!("#{}", words[2]);
            assert!(page.has(&element), "{element} is not on {}: {}", page.url, page.text);
            let name = page.attributes(&element, "name").pop();
            match words[0] {
                "text" => typed.push((name.expect("a field"), words[3].to_owned())),
                "click" => {
                    let mut form = page.form(&format!("form:has({element})"));
                    for (name, value) in typed.drain(..) {
                        form = form.set(&name, &value);
                    }
                    if let (Some(name), Some(value)) = (name, page.attributes(&element, "value").pop()) {
                        form = form.with(&name, &value);
                    }
                    page = browser.submit(form).await;
                }
                "wait" => {}
                other => panic!("{other} is no command"),
            }
        }
    }
    page
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn authorize(client: &Value, scope: &str) -> String {
    let pairs = [
        ("client_id", text(&client["client_id"])),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", scope),
        ("state", "s"),
        ("nonce", "n"),
    ];
    format!("{ISSUER}/authorize?{}", encoded(&pairs))
}

async fn started(config: &DbConfig) -> (tempfile::TempDir, Installation, Passport) {
    let folder = tempfile::tempdir().expect("a folder");
    let installation = Installation::new(folder.path(), config).in_development();
    let (done, said) = run(&installation, folder.path());
    assert!(done, "{said}");
    let db = Db::connect(config).await.expect("the same database");
    let passport = Passport::start(db, "[accounts]\ncaptcha = 'off'\n").await;
    (folder, installation, passport)
}

#[tokio::test]
async fn a_browser_finds_its_way_by_the_plan_and_the_candidate_holds_every_claim() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let (folder, installation, passport) = started(&config).await;
        let plan = plan(&installation, folder.path(), PLAN);
        let mut browser = browser(&passport);
        let start = authorize(&plan["client"], text(&plan["client"]["scope"]));
        let end = drive(&mut browser, &plan["browser"], &start).await;
        let code = end.url.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();

        let (id, secret) = (text(&plan["client"]["client_id"]), text(&plan["client"]["client_secret"]));
        let by = basic(id, secret);
        let redemption = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
        let tokens = post(&mut browser, "/token", encoded(&redemption), &[("authorization", &by)]).await;
        assert_eq!(tokens.status, 200, "{}", tokens.text);
        let told = userinfo(&mut browser, text(&tokens.json()["access_token"])).await.json();
        let supported = get(&mut browser, "/.well-known/openid-configuration", &[]).await.json();
        let personal =
            supported["claims_supported"].as_array().expect("claims").iter().map(text).skip_while(|c| *c != "name");
        for claim in personal.filter(|claim| !["exam_province", "id_verified", "locale"].contains(claim)) {
            assert!(told.get(claim).is_some(), "no {claim} in {told}");
        }

        // Signing out, by the plan too.
        let pairs =
            [("client_id", id), ("post_logout_redirect_uri", "https://suite.test/test/a/etest/post_logout_redirect")];
        let end = drive(&mut browser, &plan["browser"], &format!("{ISSUER}/logout?{}", encoded(&pairs))).await;
        assert!(end.url.as_str() != ISSUER && !end.url.as_str().contains("/logout"), "{}", end.url);
        passport.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_plan_knows_the_page_that_sends_nobody_on_and_the_button_that_declines() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let (folder, installation, passport) = started(&config).await;
        let openid = plan(&installation, folder.path(), PLAN);
        let good = authorize(&openid["client"], "openid");
        for (module, wrong) in [
            ("oidcc-ensure-registered-redirect-uri", good.replace("callback", "elsewhere")),
            ("oidcc-ensure-redirect-uri-in-authorization-request", good.replace("redirect_uri", "nothing")),
            ("oidcc-redirect-uri-query-added", good.replace("callback", "callback%3Fx%3D1")),
            ("oidcc-redirect-uri-query-mismatch", good.replace("callback", "callback%3Fdummy1%3Dother")),
        ] {
            let refusal = &openid["override"][module]["browser"];
            assert_eq!(drive(&mut browser(&passport), refusal, &wrong).await.status, 400, "{module}");
        }

        let fapi = plan(&installation, folder.path(), "fapi2.json");
        let rejection = &fapi["override"]["fapi2-security-profile-final-user-rejects-authentication"]["browser"];
        let end = drive(&mut browser(&passport), rejection, &authorize(&openid["client2"], "openid")).await;
        assert!(end.url.query().expect("an answer").contains("error=access_denied"), "{}", end.url);
        let key = &fapi["client"]["jwks"]["keys"][0];
        assert!(key["d"].is_string() && key["kty"] == "EC", "the suite signs with it");
        let client = passport.app.clients.find(text(&fapi["client"]["client_id"])).await.expect("an answer");
        let registered = serde_json::to_value(&client.expect("a client").metadata).expect("JSON");
        assert_eq!((&registered["jwks"]["keys"][0]["x"], registered["jwks"]["keys"][0].get("d")), (&key["x"], None));
        passport.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_request_that_was_pushed_is_looked_at_before_it_is_used_and_refused_after() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let (folder, installation, passport) = started(&config).await;
        let ways = plan(&installation, folder.path(), "fapi2.json")["override"].clone();
        let way = |name: &str| ways[format!("fapi2-security-profile-final-{name}")]["browser"].clone();
        let client = plan(&installation, folder.path(), PLAN)["client"].clone();
        let push = async || {
            let by = basic(text(&client["client_id"]), text(&client["client_secret"]));
            let query = authorize(&client, "openid");
            let form = query.split_once('?').expect("a query").1.to_owned();
            let pushed = post(&mut browser(&passport), "/par", form, &[("authorization", &by)]).await.json();
            let handle = [("client_id", text(&client["client_id"])), ("request_uri", text(&pushed["request_uri"]))];
            format!("{ISSUER}/authorize?{}", encoded(&handle))
        };

        let (mut person, start) = (browser(&passport), push().await);
        let twice = way("par-ensure-reused-request-uri-prior-to-auth-completion-succeeds");
        assert_eq!(drive_again(&mut person, &twice, &start, 0).await.url.path(), "/sign-in");
        let end = drive_again(&mut person, &twice, &start, 1).await;
        assert!(end.url.as_str().starts_with(CALLBACK), "{}", end.url);

        let (mut person, start) = (browser(&passport), push().await);
        let reuse = way("par-attempt-reuse-request_uri");
        assert!(drive_again(&mut person, &reuse, &start, 0).await.url.as_str().starts_with(CALLBACK));
        assert_eq!(drive_again(&mut person, &reuse, &start, 1).await.status, 400);
        for name in ["par-attempt-to-use-expired-request_uri", "par-attempt-to-use-request_uri-for-different-client"] {
            assert_eq!(drive(&mut person, &way(name), &start).await.status, 400, "{name}");
        }
        passport.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn plans_with_certificates_have_clients_whose_tokens_are_bound_to_them() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let (folder, installation, passport) = started(&config).await;
        assert!(!folder.path().join("plans/fapi2-mtls.json").exists(), "nothing takes certificates yet");
        let address = "mtls_address = 'https://mtls.test:9443'\nmtls_listen = '127.0.0.1:9443'\n";
        let (done, said) = run_with(&installation, folder.path(), address);
        assert!(done, "{said}");
        let plan = plan(&installation, folder.path(), "fapi2-mtls.json");
        assert_eq!(plan["resource"]["resourceUrl"], "https://mtls.test:9443/userinfo");
        assert!(plan["mtls"]["cert"].is_string() && plan["mtls2"]["key"].is_string());
        let other = plan_clients(&passport, &plan).await;
        assert_eq!(other.map(|client| (client.certificate_bound, client.dpop_bound)), [(true, false); 2]);
        passport.db.close().await;
    })
    .await;
}

/// The clients of a plan as they are registered.
async fn plan_clients(passport: &Passport, plan: &Value) -> [Arc<Client>; 2] {
    let find = async |name: &str| {
        let id = text(&plan[name]["client_id"]).to_owned();
        passport.app.clients.find(&id).await.expect("an answer").expect("a client")
    };
    passport.clock.advance(std::time::Duration::from_secs(1));
    [find("client").await, find("client2").await]
}

#[tokio::test]
async fn a_second_run_changes_nothing_and_production_is_left_alone() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let production = Installation::new(folder.path(), &config);
        let (done, said) = run(&production, folder.path());
        assert_eq!((done, &said["exit"]), (false, &json!(5)), "{said}");
        assert!(!folder.path().join("plans").exists());

        let installation = production.in_development();
        let files = [PLAN, "fapi2.json", "suite.env", "secrets.json"];
        let all = || files.map(|name| read(folder.path(), name));
        assert!(run(&installation, folder.path()).0);
        let first = all();
        assert!(run(&installation, folder.path()).0);
        assert_eq!(first, all());
        assert!(first[2].contains("PASSPORT__ACCOUNTS__CAPTCHA=off\n") && first[2].contains("suite.test"));

        // Without its secrets nobody could sign in as the candidate that is there.
        fs::remove_dir_all(folder.path().join("plans")).expect("removed");
        let (done, said) = run(&installation, folder.path());
        assert_eq!((done, &said["exit"]), (false, &json!(5)), "{said}");
    })
    .await;
}
