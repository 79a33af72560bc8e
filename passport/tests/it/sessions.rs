//! A session outlives a second sign-in of its owner: sites know it by its id, and must hear of its end.

use std::time::Duration;

use axum::Router;
use passport::accounts::admin::Seed;
use passport::accounts::model::Email;
use passport::accounts::sessions::Progress;
use shared::secret::SecretString;
use shared::testkit::{Answer, Browser};

use crate::accounts::{EMAIL, PASSWORD, PLAIN, candidate, sign_in};
use crate::support::site::{
    OURS, SECRET, authorize, basic, claims, encoded, get, post, redemption, request, token, with,
};
use crate::support::{ISSUER, Passport, on_both_with};

/// One of our own sites that wants to be told.
const TOLD: &str = "backchannel_logout_uri = 'https://site.test/backchannel-logout'\n";

const OTHER: &str = "wangfang@example.com";

/// A browser that reaches the site as well.
fn browser(passport: &Passport) -> Browser {
    passport.browser().program("https://cet.test", Router::new().fallback(async || "the site"))
}

/// Signs in by the page that the site's request leads to.
async fn sign_in_for(browser: &mut Browser, pairs: &[(&str, &str)], email: &str) -> Answer {
    let page = browser.open(&format!("{ISSUER}/authorize?{}", encoded(pairs))).await;
    assert_eq!(page.url.path(), "/sign-in", "{}", page.text);
    let form = page.form("main form[action^='/sign-in']").set("username", email).set("password", PASSWORD);
    browser.submit(form).await
}

/// The claims of the ID token that the answer's code gives.
async fn id_token(browser: &mut Browser, code: &str) -> serde_json::Value {
    let answer = token(browser, &redemption(code)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    claims(answer.json()["id_token"].as_str().expect("an ID token"))
}

#[tokio::test]
async fn who_signs_in_again_in_the_same_browser_keeps_the_session_and_its_sites() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        passport.register(&[&format!("{OURS}{TOLD}"), &other_site()]).await;
        let mut browser = browser(&passport);
        sign_in(&mut browser).await;
        let code = passport.code(&mut browser, &request()).await;
        let hint =
            token(&mut browser, &redemption(&code)).await.json()["id_token"].as_str().expect("a token").to_owned();
        let before = claims(&hint);
        let mut copy = browser.clone();

        for asked in [("prompt", "login"), ("max_age", "30")] {
            passport.clock.advance(Duration::from_secs(31));
            let back = sign_in_for(&mut browser, &with(request(), asked.0, asked.1), EMAIL).await;
            let after = id_token(&mut browser, &back.parameter("code").expect("a code")).await;
            assert_eq!(after["sid"], before["sid"], "{asked:?}");
            assert!(after["auth_time"].as_i64() > before["auth_time"].as_i64(), "{asked:?}");
            assert_eq!(after["acr"], before["acr"]);
        }
        let stolen = get(&mut copy, "/account/profile", &[]).await;
        assert_eq!(stolen.status, 303, "the token of before opens nothing any more");
        assert!(passport.waiting().await.is_empty(), "nothing ended");

        // The site's ID token of before means this session still.
        let answer = get(&mut browser, &format!("/logout?{}", encoded(&[("id_token_hint", &hint)])), &[]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(passport.waiting().await, ["logout:cet"], "known from before the second sign-in only");
    })
    .await;
}

#[tokio::test]
async fn a_session_that_is_over_gives_no_site_a_code() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        passport.register(&[OURS]).await;
        let silent = with(with(request(), "scope", "openid"), "prompt", "none");
        let refusal = async |browser: &mut Browser| authorize(browser, &silent).await.parameter("error");
        let hour = Duration::from_secs(60 * 60);
        let (mut idle, mut used) = (passport.browser(), passport.browser());
        sign_in(&mut idle).await;
        sign_in(&mut used).await;
        for hours in 1..12 {
            passport.clock.advance(hour);
            assert_eq!(refusal(&mut used).await, None, "{hours}");
            if hours == 2 {
                assert_eq!(refusal(&mut idle).await.as_deref(), Some("login_required"), "two hours without use");
            }
        }
        passport.clock.advance(hour);
        assert_eq!(refusal(&mut used).await.as_deref(), Some("login_required"), "twelve hours in any case");
        sign_in(&mut used).await;
        let mut copy = used.clone();
        let asked = used.open(&format!("{ISSUER}/sign-out")).await;
        used.submit(asked.form("main form[action^='/sign-out']")).await;
        assert_eq!(refusal(&mut copy).await.as_deref(), Some("login_required"), "its owner has signed out");
    })
    .await;
}

/// A site at which nobody signs in.
fn other_site() -> String {
    format!("{OURS}{TOLD}").replace("'cet'", "'silent'").replace("cet.test", "silent.test")
}

#[tokio::test]
async fn a_session_that_goes_on_lives_as_long_as_a_new_one() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        passport.register(&[OURS]).await;
        let mut browser = browser(&passport);
        sign_in(&mut browser).await;
        for _ in 0..8 {
            passport.clock.advance(Duration::from_secs(90 * 60));
            sign_in_for(&mut browser, &with(request(), "prompt", "login"), EMAIL).await;
        }
        // Thirteen and a half hours after the first sign-in, one and a half after the last.
        passport.clock.advance(Duration::from_secs(90 * 60));
        assert_eq!(get(&mut browser, "/account/profile", &[]).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn another_person_in_the_same_browser_ends_the_session_and_its_sites_are_told() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let seed = Seed { email: Email::parse(OTHER).ok(), ..Seed::default() };
        passport.app.accounts.seed(vec![seed], &SecretString::new(PASSWORD), false).await.expect("an account");
        passport.register(&[&format!("{OURS}{TOLD}")]).await;
        let mut browser = browser(&passport);
        sign_in(&mut browser).await;
        let code = passport.code(&mut browser, &request()).await;
        let first = id_token(&mut browser, &code).await;

        passport.clock.advance(Duration::from_secs(1));
        let back = sign_in_for(&mut browser, &with(request(), "prompt", "select_account"), OTHER).await;
        assert_eq!(passport.waiting().await, ["logout:cet"]);
        assert_eq!(back.url.path(), "/cb", "nobody has to be told by a page");
        let second = id_token(&mut browser, &back.parameter("code").expect("a code")).await;
        assert_ne!((&second["sid"], &second["sub"]), (&first["sid"], &first["sub"]));
        assert_ne!(second["sid"], first["sid"]);
    })
    .await;
}

#[tokio::test]
async fn a_changed_password_tells_the_sites_of_the_other_sessions() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let told = format!("{OURS}{TOLD}");
        passport.register(&[&told, &other_site()]).await;
        let (mut here, mut elsewhere) = (browser(&passport), browser(&passport));
        sign_in(&mut here).await;
        sign_in(&mut elsewhere).await;
        let code = passport.code(&mut elsewhere, &request()).await;
        id_token(&mut elsewhere, &code).await;
        let at_other = with(with(request(), "client_id", "silent"), "redirect_uri", "https://silent.test/cb");
        let code = passport.code(&mut here, &at_other).await;
        let pairs = with(redemption(&code), "redirect_uri", "https://silent.test/cb");
        let by = basic("silent", SECRET);
        assert_eq!(post(&mut here, "/token", encoded(&pairs), &[("authorization", &by)]).await.status, 200);

        let page = here.open(&format!("{ISSUER}/account/password")).await;
        let form = page.form("main form[action^='/account/password']").set("old_password", PASSWORD);
        here.submit(form.set("password", "Regen7!wolke").set("password_confirm", "Regen7!wolke")).await;
        let told = passport.waiting().await.into_iter().filter(|channel| channel.starts_with("logout:"));
        assert_eq!(told.collect::<Vec<_>>(), ["logout:cet"], "the session in which it was changed goes on");
    })
    .await;
}

#[tokio::test]
async fn another_person_passes_by_the_page_in_which_sites_sign_out_the_one_before() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let seed = Seed { email: Email::parse(OTHER).ok(), ..Seed::default() };
        passport.app.accounts.seed(vec![seed], &SecretString::new(PASSWORD), false).await.expect("an account");
        passport.register(&[&format!("{OURS}frontchannel_logout_uri = 'https://cet.test/bye'\n")]).await;
        let mut browser = browser(&passport);
        sign_in(&mut browser).await;
        let code = passport.code(&mut browser, &request()).await;
        let first = id_token(&mut browser, &code).await;

        passport.clock.advance(Duration::from_secs(1));
        let page = sign_in_for(&mut browser, &with(request(), "prompt", "login"), OTHER).await;
        assert_eq!((page.url.path(), page.texts("h1").concat().as_str()), ("/signed-out", "正在让前一位退出"));
        let frames = page.attributes("iframe", "src");
        assert_eq!(frames.len(), 1);
        assert!(frames[0].contains(first["sid"].as_str().expect("a sid")), "{frames:?}");
        let onward = page.attributes("#signed-out-back", "href");
        let back = browser.click(&page, &onward[0]).await;
        let second = id_token(&mut browser, &back.parameter("code").expect("a code")).await;
        assert_ne!(second["sub"], first["sub"]);
    })
    .await;
}

#[tokio::test]
async fn the_sessions_of_everybody_end_batch_by_batch_until_none_is_left() {
    on_both_with(PLAIN, |passport| async move {
        let (mut first, session) = passport.signed_in(None).await;
        for _ in 1..240 {
            passport.sign_in(&mut passport.browser(), Some(session.account), None).await;
        }
        let (mut last, _) = passport.signed_in(None).await;
        let (mut done, mut batches) = (Progress::default(), Vec::new());
        while let Some(further) = passport.app.accounts.end_everybodys(done).await.expect("an answer") {
            batches.push(further.ended - done.ended);
            done = further;
        }
        assert_eq!(batches, [100, 100, 41]);
        for browser in [&mut first, &mut last] {
            assert_eq!(browser.open(&format!("{ISSUER}/account/profile")).await.url.path(), "/sign-in");
        }
    })
    .await;
}
