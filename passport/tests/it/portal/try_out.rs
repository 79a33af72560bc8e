//! A sign-in in the sandbox on which every message is shown.

use std::time::Duration;

use shared::testkit::Answer;

use super::Person;
use super::sandbox::{Made, NAME, register, registered, stand_ins};
use crate::support::sandbox::{Sandbox, on_both_with_sandbox};

/// Begins an attempt; the page that shows the request, and where that leads.
async fn begin(person: &mut Person, site: &Made) -> (Answer, String) {
    let path = format!("{}/try", site.path);
    let page = person.send(&path, &path, &[]).await;
    assert_eq!(page.url.path(), "/portal/try", "{}", page.text);
    let go = page.attributes("a.button.primary", "href").remove(0);
    (page, go)
}

/// An owner whose browser comes to the sandbox too, with a site and the first stand-in's name and password.
async fn owner(passport: &crate::support::Passport, sandbox: &Sandbox) -> (Person, Made, [String; 2]) {
    let mut owner = Person::new(passport).await;
    let ours = owner.found(NAME).await;
    let site = register(&mut owner, &ours).await;
    let (password, logins) = stand_ins(&mut owner, &ours).await;
    owner.browser = sandbox.known_to(owner.browser);
    (owner, site, [logins[0].clone(), password])
}

/// Signs in at the sandbox; the page of consent.
async fn sign_in(person: &mut Person, go: &str, [login, password]: &[String; 2]) -> Answer {
    let page = person.browser.open(go).await;
    let form = page.form("main form[action^='/sign-in']").set("username", login).set("password", password);
    person.browser.submit(form).await
}

#[tokio::test]
async fn every_message_of_a_sign_in_is_shown_and_nothing_that_would_let_somebody_in() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let (mut owner, site, who) = owner(&passport, &sandbox).await;
        let (page, go) = begin(&mut owner, &site).await;
        assert!(page.text.contains("code_challenge") && go.starts_with(&format!("{}/authorize?", sandbox.issuer)));
        assert_eq!(registered(&sandbox).await, 2, "the portal has a client of its own for it");
        let consent = sign_in(&mut owner, &go, &who).await;
        assert_eq!(consent.url.path(), "/consent", "{}", consent.text);
        let form = consent.form("main form");
        let button = consent.attributes("main form button.primary", "value").remove(0);
        let name = consent.attributes("main form button.primary", "name").remove(0);
        let done = owner.browser.submit(form.with(&name, &button)).await;
        assert!(done.url.path() == "/portal/try" && done.has(".notice.ok"), "{}", done.text);
        let checks = (done.texts("#checks .tag.ok").len(), done.has("#checks .tag.error"));
        assert_eq!(checks, (7, false), "{}", done.text);
        for shown in ["id_token", "access_token", "auth_time", "HTTP 200 OK", "POST /token"] {
            assert!(done.text.contains(shown), "{shown}");
        }
        let url = done.url.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
        assert!(!done.texts("dd").concat().contains(&url) && !done.text.contains("pp_secret_"));
        assert!(!done.text.contains("eyJhbGc"), "of tokens the beginning is shown at most");
        assert_eq!(registered(&sandbox).await, 1, "the client is gone again");

        // Back and Reload find nothing that counts any more.
        let again = owner.browser.open(done.url.as_str()).await;
        assert!(again.url.path() == "/portal" && again.has(".notice.info"), "{}", again.text);
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_that_is_refused_shows_where_it_stopped() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let (mut owner, site, who) = owner(&passport, &sandbox).await;
        let (_, go) = begin(&mut owner, &site).await;
        let consent = sign_in(&mut owner, &go, &who).await;
        let deny = consent.attributes("main form button:not(.primary)", "value").remove(0);
        let name = consent.attributes("main form button:not(.primary)", "name").remove(0);
        let over = owner.browser.submit(consent.form("main form").with(&name, &deny)).await;
        assert!(over.has(".notice.warn") && over.text.contains("access_denied"), "{}", over.text);
        assert_eq!(over.texts("#checks .tag.error").len(), 1);
        assert_eq!(registered(&sandbox).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_answer_counts_in_the_browser_that_asked_and_if_the_sandbox_gave_it() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let (mut owner, site, _) = owner(&passport, &sandbox).await;
        let (page, _) = begin(&mut owner, &site).await;
        let state = page.url.query_pairs().find(|(name, _)| name == "draft").expect("an attempt").1.into_owned();
        let mut other = Person::new(&passport).await;
        other.found("另一个机构").await;
        let elsewhere = other.open(&format!("/portal/try?state={state}&code=x")).await;
        assert!(elsewhere.url.path() == "/portal" && elsewhere.has(".notice.info"), "{}", elsewhere.text);
        // Of another issuer: the code is not even sent on (RFC 9207).
        let answer = format!("/portal/try?state={state}&code=x&iss=https%3A%2F%2Felsewhere.example");
        let mixed = owner.open(&answer).await;
        assert!(mixed.has(".notice.warn") && !mixed.text.contains("POST /token"), "{}", mixed.text);
    })
    .await;
}

#[tokio::test]
async fn an_attempt_that_nobody_ends_leaves_nothing_in_the_sandbox_for_long() {
    on_both_with_sandbox(|passport, sandbox| async move {
        let (mut owner, site, _) = owner(&passport, &sandbox).await;
        for expected in [2, 3] {
            begin(&mut owner, &site).await;
            assert_eq!(registered(&sandbox).await, expected);
        }
        sandbox.passport.clock.advance(Duration::from_secs(60 * 60 + 1));
        begin(&mut owner, &site).await;
        assert_eq!(registered(&sandbox).await, 2, "the site and the attempt of now");
    })
    .await;
}
