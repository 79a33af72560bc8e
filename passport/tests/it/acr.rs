//! How well a person is to have shown who they are: asked for by clients (OIDC Core §3.1.2.1, §5.5.1.1; RFC 9470), reached
//! by a second factor, and told truly.

use std::time::Duration;

use serde_json::{Value, json};

use crate::accounts::factors::{App, halfway, second, with_app};
use crate::accounts::{EMAIL, PASSWORD, PLAIN, candidate, sign_in};
use crate::support::site::{OURS, Pairs, authorize, claims, encoded, redemption, request, token, with};
use crate::support::{ISSUER, Passport, on_both_with};
use shared::testkit::{Answer, Browser};

const ONE: &str = "urn:e-test:acr:1";
const TWO: &str = "urn:e-test:acr:2";

fn essential(acr: &str) -> String {
    json!({ "id_token": { "acr": { "essential": true, "values": [acr] } } }).to_string()
}

/// Sends the request as a person's browser does, and follows where it leads, up to the client.
async fn follow(browser: &mut Browser, pairs: &Pairs<'_>) -> Answer {
    browser.open(&format!("{ISSUER}/authorize?{}", encoded(pairs))).await
}

/// A browser that reaches the client as well: whatever it answers, the code stands in its address.
fn browser_of(passport: &Passport) -> Browser {
    passport.browser().program("https://cet.test", axum::Router::new())
}

/// The code that the client was given.
fn code_in(answer: &Answer) -> String {
    let code = answer.url.query_pairs().find(|(name, _)| name == "code");
    code.unwrap_or_else(|| panic!("no code: {} {}", answer.url, answer.text)).1.into_owned()
}

/// Context and methods, as the ID token for that code tells them.
async fn told(browser: &mut Browser, code: &str) -> (String, Value) {
    let tokens = token(browser, &redemption(code)).await.json();
    let claims = claims(tokens["id_token"].as_str().expect("an ID token"));
    (claims["acr"].as_str().expect("a context").to_owned(), claims["amr"].clone())
}

/// The candidate with an app, signed in by the password on a browser that is trusted; the app is a minute older.
async fn one_of_two(passport: &Passport) -> (Browser, App) {
    candidate(passport).await;
    let mut owner = passport.browser();
    sign_in(&mut owner).await;
    let (app, _) = with_app(passport, &mut owner).await;
    passport.clock.advance(Duration::from_secs(60));
    let mut browser = browser_of(passport);
    let answer = halfway(&mut browser).await;
    browser.submit(second(&answer).set("code", &app.code(passport)).with("trust", "on")).await;
    let answer = browser.open(&format!("{ISSUER}/sign-out")).await;
    browser.submit(answer.form("main form[action^='/sign-out']")).await;
    sign_in(&mut browser).await;
    passport.clock.advance(Duration::from_secs(60));
    (browser, app)
}

#[tokio::test]
async fn a_client_that_needs_two_factors_gets_them_shown() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, app) = one_of_two(&passport).await;
        let code = passport.code(&mut browser, &request()).await;
        assert_eq!(told(&mut browser, &code).await, (ONE.to_owned(), json!(["pwd"])), "a trusted browser is no factor");

        let claims = essential(TWO);
        let asking = with(request(), "claims", &claims);
        let silent = authorize(&mut browser, &with(asking.clone(), "prompt", "none")).await;
        assert_eq!(silent.parameter("error").as_deref(), Some("login_required"));
        let answer = follow(&mut browser, &asking).await;
        assert_eq!(answer.url.path(), "/sign-in");
        let form = answer.form("main form[action^='/sign-in']").set("username", EMAIL).set("password", PASSWORD);
        let answer = browser.submit(form).await;
        assert_eq!(answer.url.path(), "/sign-in/second-step", "trusted or not");
        let answer = browser.submit(second(&answer).set("code", &app.code(&passport))).await;
        let code = code_in(&answer);
        assert_eq!(told(&mut browser, &code).await, (TWO.to_owned(), json!(["pwd", "otp", "mfa"])));
    })
    .await;
}

#[tokio::test]
async fn what_the_account_has_not_is_offered_where_it_must_be_and_passed_over_as_a_wish() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        candidate(&passport).await;
        let mut browser = browser_of(&passport);
        sign_in(&mut browser).await;
        let wish = with(request(), "acr_values", TWO);
        let code = authorize(&mut browser, &wish).await.parameter("code").expect("a wish stops nobody");
        assert_eq!(told(&mut browser, &code).await.0, ONE);

        let claims = essential(TWO);
        let asking = with(request(), "claims", &claims);
        let silent = authorize(&mut browser, &with(asking.clone(), "prompt", "none")).await;
        assert_eq!(silent.parameter("error").as_deref(), Some("unmet_authentication_requirements"));
        let answer = follow(&mut browser, &asking).await;
        assert_eq!(answer.url.path(), "/account/security/needed");
        // From there the way leads over the app and its codes back to the client.
        let link = answer.attributes("a.button.primary", "href").concat();
        let answer = browser.click(&answer, &link).await;
        let app = App(answer.texts("#secret").concat());
        let form =
            answer.form("main form[action^='/account/security/authenticator']").set("code", &app.code(&passport));
        let answer = browser.submit(form).await;
        let kept = answer.form("main form[action^='/account/security/recovery-codes']").with("kept", "on");
        let answer = browser.submit(kept).await;
        let code = code_in(&answer);
        assert_eq!(told(&mut browser, &code).await, (TWO.to_owned(), json!(["pwd", "otp", "mfa"])));
    })
    .await;
}

#[tokio::test]
async fn a_wish_that_can_be_met_is_asked_for_once() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let (mut browser, app) = one_of_two(&passport).await;
        let wish = with(request(), "acr_values", TWO);
        let silent = authorize(&mut browser, &with(wish.clone(), "prompt", "none")).await;
        assert!(silent.parameter("code").is_some(), "no page may be shown, and none has to be");
        let answer = follow(&mut browser, &wish).await;
        assert_eq!(answer.url.path(), "/sign-in");
        let form = answer.form("main form[action^='/sign-in']").set("username", EMAIL).set("password", PASSWORD);
        let answer = browser.submit(form).await;
        let form = second(&answer).set("code", &app.code(&passport));
        let answer = browser.submit(form).await;
        let code = code_in(&answer);
        assert_eq!(told(&mut browser, &code).await.0, TWO);
        // Who has shown more than is asked for is told of as what was asked for.
        let less =
            authorize(&mut browser, &with(request(), "acr_values", ONE)).await.parameter("code").expect("a code");
        assert_eq!(told(&mut browser, &less).await.0, ONE);
    })
    .await;
}
