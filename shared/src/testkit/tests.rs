//! The test kit holds the programs to what a real browser would.

use axum::Router;
use axum::extract::Form as Posted;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_SECURITY_POLICY, COOKIE, SET_COOKIE};
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::{get, post};
use futures_util::FutureExt;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::*;
use crate::db::{Db, DbError, Migrations, sql};

const A: &str = "https://a.localhost:1";
const B: &str = "https://b.localhost:2";

const PAGE: &str = r#"<!doctype html><html lang="en"><title>A</title><form method="post" action="/save"><input name="csrf" type="hidden" value="t">
    <input name="name" value="Li"><input type="checkbox" name="agree" value="yes"><input type="submit" name="x" value="y">
    <select name="province"><option value="11">北京</option><option value="12" selected>天津</option></select>
    <textarea name="note">hi</textarea></form><h1> A  page </h1>"#;

async fn save(headers: HeaderMap, Posted(fields): Posted<Vec<(String, String)>>) -> impl IntoResponse {
    let seen = headers.get("sec-fetch-site").map(|site| site.to_str().unwrap_or_default().to_owned());
    (
        [(SET_COOKIE, "__Host-s=1; Secure; HttpOnly; SameSite=Lax; Path=/")],
        Redirect::to(&format!("/done?fields={}&site={}", fields.len(), seen.unwrap_or_default())),
    )
}

async fn cookies(headers: HeaderMap) -> String {
    headers.get(COOKIE).map_or_else(String::new, |cookies| cookies.to_str().unwrap_or_default().to_owned())
}

fn a() -> Router {
    Router::new()
        .route("/", get(|| async { Html(PAGE) }))
        .route("/save", post(save))
        .route("/done", get(cookies).post(cookies))
        .route("/circle", get(|| async { Redirect::to("/circle") }))
        .route("/forget", get(|| async { [(SET_COOKIE, "__Host-s=; Secure; Path=/; Max-Age=0")] }))
        .route("/twice", get(|| async { Html(PAGE.replace("<h1>", "<h1 id=\"a\"><b id=\"a\"></b>")) }))
        .route("/bad", get(|| async { [(SET_COOKIE, "__Host-s=1; Path=/")] }))
}

fn to_a(policy: &'static str) -> Router {
    let page = r#"<!doctype html><html lang="en"><title>B</title><form method="post" action="#;
    let page = format!(r#"{page}"{A}/done"><input name="n"></form>"#);
    Router::new().route("/", get(move || async move { ([(CONTENT_SECURITY_POLICY, policy)], Html(page)) }))
}

fn browser(policy: &'static str) -> Browser {
    Browser::new().program(A, a()).program(B, to_a(policy))
}

#[tokio::test]
async fn a_form_is_found_filled_sent_and_the_redirect_followed() {
    let mut browser = browser("");
    let page = browser.open(&format!("{A}/")).await;
    assert_eq!(page.texts("h1"), ["A page"]);
    let form = page.form("form");
    assert_eq!((form.value("csrf"), form.value("province"), form.value("note")), (Some("t"), Some("12"), Some("hi")));
    assert!(form.has("agree") && form.value("agree").is_none() && !form.has("x"));
    let done = browser.submit(form.set("name", "Han").set("agree", "yes")).await;
    assert_eq!(done.url.path(), "/done");
    assert_eq!(
        (done.parameter("fields").as_deref(), done.parameter("site").as_deref()),
        (Some("5"), Some("same-origin"))
    );
    assert_eq!(done.text, "__Host-s=1");
    assert_eq!(done.way.len(), 2);
}

#[tokio::test]
async fn cookies_stay_with_their_host_and_go_when_told() {
    let mut browser = browser("form-action *");
    let page = browser.open(&format!("{A}/")).await;
    browser.submit(page.form("form")).await;
    assert_eq!(browser.cookies.get("a.localhost", "__Host-s").map(|cookie| cookie.value.as_str()), Some("1"));
    assert!(browser.cookies.get("b.localhost", "__Host-s").is_none());
    let page_of_b = browser.open(&format!("{B}/")).await;
    // A Lax cookie goes along with a link from elsewhere, not with a form.
    assert_eq!(browser.submit(page_of_b.form("form")).await.text, "");
    assert_eq!(browser.click(&page_of_b, &format!("{A}/done")).await.text, "__Host-s=1");
    browser.open(&format!("{A}/forget")).await;
    assert!(browser.cookies.get("a.localhost", "__Host-s").is_none());
}

#[tokio::test]
#[should_panic(expected = "a browser refuses this cookie")]
async fn a_cookie_that_browsers_refuse_stops_the_test() {
    browser("").open(&format!("{A}/bad")).await;
}

#[tokio::test]
#[should_panic(expected = "the id “a” stands twice")]
async fn a_page_whose_html_is_at_fault_stops_the_test() {
    browser("").open(&format!("{A}/twice")).await;
}

#[tokio::test]
#[should_panic(expected = "a browser stops this form")]
async fn a_form_that_the_policy_stops_stops_the_test() {
    let mut browser = browser("default-src 'none'; form-action 'self'");
    let page = browser.open(&format!("{B}/")).await;
    browser.submit(page.form("form")).await;
}

#[tokio::test]
async fn a_form_that_the_policy_names_goes_on() {
    let mut browser = browser("form-action 'self' https://a.localhost:1");
    let page = browser.open(&format!("{B}/")).await;
    assert_eq!(browser.submit(page.form("form")).await.status, 200);
}

#[tokio::test]
#[should_panic(expected = "in a circle")]
async fn a_circle_of_redirects_stops_the_test() {
    browser("").open(&format!("{A}/circle")).await;
}

/// The first so many migrations.
fn migrations(count: usize) -> Migrations {
    let texts = ["CREATE TABLE things (name TEXT NOT NULL UNIQUE)", "ALTER TABLE things ADD COLUMN colour TEXT"];
    let migrator = || -> &'static Migrator {
        let one = |(version, text): (i64, &'static str)| {
            Migration::new(version, "things".into(), MigrationType::Simple, sqlx::SqlStr::from_static(text), false)
        };
        let migrations: Vec<_> = (1..).zip(texts).take(count).map(one).collect();
        Box::leak(Box::new(Migrator { migrations: migrations.into(), ..Migrator::DEFAULT }))
    };
    Migrations { sqlite: migrator(), postgres: migrator() }
}

async fn insert(db: &Db) -> Result<u64, DbError> {
    db.write(|tx| async move { sql("INSERT INTO things (name) VALUES ('a')").execute(tx).await }.boxed()).await
}

#[tokio::test]
async fn every_test_has_a_migrated_empty_database_of_its_own() {
    for _ in 0..2 {
        on_both(&migrations(1), |db| async move { assert_eq!(insert(&db).await.expect("an empty table"), 1) }).await;
    }
}

#[tokio::test]
async fn a_database_that_a_test_migrated_further_is_not_handed_out_again() {
    for _ in 0..2 {
        let further = |db: Db| async move {
            db.migrate(&migrations(2)).await.expect("the second migration was not applied yet");
            assert_eq!(insert(&db).await.expect("an empty table"), 1);
        };
        on_both(&migrations(1), further).await;
    }
}

#[tokio::test]
#[should_panic(expected = "the rule is broken")]
async fn a_failure_on_one_engine_is_a_failure() {
    on_both(&migrations(1), |_| async { panic!("the rule is broken") }).await;
}
