//! 已授权的网站, from outside: what the list says, and that what is taken back is gone.

use std::time::Duration;

use passport::accounts::Session;
use serde_json::Value;
use shared::db::sql;
use shared::testkit::{Answer, Browser};

use crate::support::site::{
    OURS, Pairs, SECRET, agreed_code, authorize, basic, encoded, post, redemption, refreshing, request, userinfo, with,
};
use crate::support::{ISSUER, Passport, on_both};

/// A third party's site that gets refresh tokens and wants to be told.
const BEICHEN: &str = "client_id = 'bei'\nclient_name = { zh = '北辰', en = 'Beichen' }\n\
    redirect_uris = ['https://bei.test/cb']\nscopes = ['openid', 'profile', 'email', 'phone', 'offline_access']\n\
    grant_types = ['authorization_code', 'refresh_token']\n\
    backchannel_logout_uri = 'https://bei.test/backchannel-logout'\n";

fn at_beichen() -> Pairs<'static> {
    let pairs = with(with(request(), "client_id", "bei"), "redirect_uri", "https://bei.test/cb");
    with(pairs, "scope", "openid profile email phone offline_access")
}

async fn redeem(browser: &mut Browser, code: &str) -> Answer {
    let pairs = with(redemption(code), "redirect_uri", "https://bei.test/cb");
    post(browser, "/token", encoded(&pairs), &[("authorization", &basic("bei", SECRET))]).await
}

/// The tokens of a site that the person has just agreed to.
async fn let_in(browser: &mut Browser) -> Value {
    let code = agreed_code(browser, &at_beichen()).await;
    let answer = redeem(browser, &code).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn refresh(browser: &mut Browser, tokens: &Value) -> Answer {
    let token = tokens["refresh_token"].as_str().expect("a refresh token");
    post(browser, "/token", encoded(&refreshing(token)), &[("authorization", &basic("bei", SECRET))]).await
}

/// What userinfo says to the access token.
async fn status(browser: &mut Browser, tokens: &Value) -> u16 {
    userinfo(browser, tokens["access_token"].as_str().expect("an access token")).await.status.as_u16()
}

async fn sites(browser: &mut Browser) -> Answer {
    browser.open(&format!("{ISSUER}/account/sites?lang=en")).await
}

/// Presses the button on the page that asks.
async fn withdraw(browser: &mut Browser) -> Answer {
    let list = sites(browser).await;
    let link = list.attributes("a[href^='/account/sites/withdraw']", "href").remove(0);
    let page = browser.click(&list, &link).await;
    let form = page.form("form[action='/account/sites/withdraw']");
    browser.submit(form).await
}

/// Ready to be told apart: a passport with both sites, and a person.
async fn prepared(passport: &Passport) -> (Browser, Session) {
    passport.register(&[BEICHEN, OURS]).await;
    passport.signed_in(None).await
}

#[tokio::test]
async fn the_list_says_who_may_see_what_and_when_they_last_did() {
    on_both(|passport| async move {
        let (mut browser, _) = prepared(&passport).await;
        passport.tokens(&mut browser, "openid").await;
        let empty = sites(&mut browser).await;
        assert!(empty.has(".empty") && !empty.text.contains("cet.test"), "our own site was let in by nobody");

        let page = browser.open(&format!("{ISSUER}/authorize?{}", encoded(&at_beichen()))).await;
        let form = page.form("form[action='/consent']").without("phone").with("decision", "allow");
        post(&mut browser, "/consent", form.encoded(), &[("origin", ISSUER)]).await;
        let list = sites(&mut browser).await;
        assert_eq!(list.texts(".site h2"), ["Beichen"]);
        let facts = list.texts(".site dd");
        assert!(facts[0].contains("Name and profile") && facts[0].contains("E-mail"), "{facts:?}");
        assert!(!facts[0].contains("Mobile number") && facts[1].contains("Mobile number"), "{facts:?}");
        assert_eq!(facts[2..], ["today", "today"]);
    })
    .await;
}

#[tokio::test]
async fn the_last_use_is_a_sign_in_or_a_refresh() {
    on_both(|passport| async move {
        let (mut browser, session) = prepared(&passport).await;
        let tokens = let_in(&mut browser).await;
        let day = Duration::from_secs(24 * 60 * 60);
        let dates = async |browser: &mut Browser| sites(browser).await.texts(".site dd")[1..].to_vec();
        passport.clock.advance(3 * day);
        passport.sign_in(&mut browser, Some(session.account), None).await;
        assert_eq!(dates(&mut browser).await, ["18 March", "18 March"]);
        assert_eq!(refresh(&mut browser, &tokens).await.status, 200);
        assert_eq!(dates(&mut browser).await, ["18 March", "today"]);
        passport.clock.advance(3 * day);
        passport.sign_in(&mut browser, Some(session.account), None).await;
        assert_eq!(dates(&mut browser).await, ["18 March", "21 March"]);
        assert!(authorize(&mut browser, &at_beichen()).await.parameter("code").is_some());
        assert_eq!(dates(&mut browser).await, ["18 March", "today"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_back_ends_and_the_site_is_told() {
    on_both(|passport| async move {
        let (mut browser, _) = prepared(&passport).await;
        let ours = passport.tokens(&mut browser, "openid").await;
        let tokens = let_in(&mut browser).await;
        assert_eq!(status(&mut browser, &tokens).await, 200);

        let list = withdraw(&mut browser).await;
        assert_eq!((list.url.path(), list.has(".notice.ok"), list.has(".site")), ("/account/sites", true, false));
        assert_eq!(status(&mut browser, &tokens).await, 401);
        let refused = refresh(&mut browser, &tokens).await;
        assert_eq!((refused.status.as_u16(), refused.json()["error"].as_str()), (400, Some("invalid_grant")));
        let asked = encoded(&[("token", tokens["access_token"].as_str().expect("a token"))]);
        let seen = post(&mut browser, "/introspect", asked, &[("authorization", &basic("bei", SECRET))]).await;
        assert_eq!(seen.json()["active"], false);
        assert_eq!(passport.waiting().await, ["logout:bei"]);
        assert_eq!(recorded(&passport).await, 1);

        // Everything else goes on.
        assert_eq!(status(&mut browser, &ours).await, 200);
        assert_eq!(sites(&mut browser).await.url.path(), "/account/sites");
        assert!(authorize(&mut browser, &request()).await.parameter("code").is_some());
        assert_eq!(authorize(&mut browser, &at_beichen()).await.location().expect("a page").path(), "/consent");
    })
    .await;
}

#[tokio::test]
async fn who_takes_a_site_back_has_just_signed_in_or_does_so_first() {
    on_both(|passport| async move {
        let (mut browser, _) = prepared(&passport).await;
        let tokens = let_in(&mut browser).await;
        let asking = browser.open(&format!("{ISSUER}/account/sites/withdraw?client=bei")).await;
        passport.clock.advance(Duration::from_secs(5 * 60));
        let late = browser.submit(asking.form("form[action='/account/sites/withdraw']")).await;
        assert_eq!(late.url.path(), "/sign-in");
        let again = browser.open(&format!("{ISSUER}/account/sites/withdraw?client=bei")).await;
        assert_eq!(again.url.path(), "/sign-in");
        assert_eq!(
            (status(&mut browser, &tokens).await, recorded(&passport).await),
            (200, 0),
            "nothing was taken back"
        );
    })
    .await;
}

/// How often a withdrawal stands in the record.
async fn recorded(passport: &Passport) -> i64 {
    let statement = sql("SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'consent_withdrawn'");
    passport.db.find(statement).await.expect("an answer").expect("a row").get("n").expect("a number")
}

#[tokio::test]
async fn agreeing_again_brings_nothing_back() {
    on_both(|passport| async move {
        let (mut browser, _) = prepared(&passport).await;
        let tokens = let_in(&mut browser).await;
        let code = authorize(&mut browser, &at_beichen()).await.parameter("code").expect("a code");
        withdraw(&mut browser).await;
        let late = redeem(&mut browser, &code).await;
        assert_eq!((late.status.as_u16(), late.json()["error"].as_str()), (400, Some("invalid_grant")));

        passport.clock.advance(Duration::from_secs(1));
        let again = let_in(&mut browser).await;
        assert_eq!(status(&mut browser, &again).await, 200);
        assert_eq!(status(&mut browser, &tokens).await, 401);
        assert_eq!(refresh(&mut browser, &tokens).await.status, 400);
        assert_eq!(refresh(&mut browser, &again).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_taken_back_by_accident() {
    on_both(|passport| async move {
        let (mut browser, _) = prepared(&passport).await;
        let tokens = let_in(&mut browser).await;
        let asking = browser.open(&format!("{ISSUER}/account/sites/withdraw?client=bei")).await;
        let form = asking.form("form[action='/account/sites/withdraw']");
        let send = |form: &str, origin: &'static str| (form.to_owned(), [("origin", origin)]);

        // From another site; with another person's page; without a session.
        let (body, headers) = send(&form.encoded(), "https://evil.test");
        post(&mut browser, "/account/sites/withdraw", body, &headers).await;
        let other = form.encoded().replace("account=", "account=0");
        let (body, headers) = send(&other, ISSUER);
        let answer = post(&mut browser, "/account/sites/withdraw", body, &headers).await;
        assert_eq!(answer.location().expect("the list").query(), Some("notice=other-account"));
        let mut stranger = passport.browser();
        let (body, headers) = send(&form.encoded(), ISSUER);
        let answer = post(&mut stranger, "/account/sites/withdraw", body, &headers).await;
        assert_eq!(answer.location().expect("a page").path(), "/sign-in");
        assert_eq!(status(&mut browser, &tokens).await, 200);
        assert_eq!(recorded(&passport).await, 0);

        // A site that has nothing, and one that does not exist.
        for id in ["cet", "nobody", "%00", ""] {
            let page = browser.open(&format!("{ISSUER}/account/sites/withdraw?client={id}")).await;
            assert_eq!((page.status.as_u16(), page.url.path()), (200, "/account/sites"), "{id}");
        }
    })
    .await;
}

#[tokio::test]
async fn our_own_site_loses_what_it_was_given_for_offline_use() {
    on_both(|passport| async move {
        let (mut browser, _) = prepared(&passport).await;
        let offline = passport.tokens(&mut browser, "openid offline_access").await;
        withdraw(&mut browser).await;
        assert_eq!(status(&mut browser, &offline).await, 401);
        assert!(authorize(&mut browser, &request()).await.parameter("code").is_some());
    })
    .await;
}
