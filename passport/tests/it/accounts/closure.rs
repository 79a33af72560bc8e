//! 注销账号: who may, what it does at once and after a week, and how it is taken back.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use passport::accounts::closure::COOLING_OFF;
use serde_json::json;
use shared::db::sql;
use url::Position;

use super::contact::{code_in, link_in, messages};
use super::*;
use crate::back_channel::site;
use crate::support::on_both_with;
use crate::support::site::{OURS, THEIRS, claims, encoded, get, post, refreshing, request, token, with};

const NUMBER: &str = "+8613800138000";

/// What was sent to that address or number, the newest last.
pub(super) async fn sent_to(passport: &Passport, to: &str) -> Vec<String> {
    messages(passport).await.into_iter().filter(|message| message.contains(&format!("\"{to}\""))).collect()
}

async fn signed_in(passport: &Passport) -> Browser {
    candidate(passport).await;
    let mut browser = passport.browser();
    sign_in(&mut browser).await;
    browser
}

/// The answer to the wish.
async fn wish(browser: &mut Browser, password: &str) -> Answer {
    let answer = browser.open(&page("/account/close")).await;
    browser.submit(form(&answer, "/account/close").set("old_password", password)).await
}

/// Where signing in leads.
async fn lands(passport: &Passport) -> (Browser, Answer) {
    let mut browser = passport.browser();
    let form = sign_in_form(&mut browser, EMAIL, PASSWORD).await;
    let answer = browser.submit(form).await;
    (browser, answer)
}

/// What the passport does by itself, every so often.
async fn time_passes(passport: &Passport, by: Duration) -> u64 {
    passport.clock.advance(by);
    passport.app.accounts.close_due().await.expect("closed")
}

#[tokio::test]
async fn the_page_says_what_happens_what_stays_and_until_when_it_can_be_taken_back() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        let shown = browser.open(&page("/account/close")).await;
        for words in ["2027-03-25 09:00", "不能恢复", "成绩由考试机构保存", "至少保存6个月", "保留账号"]
        {
            assert!(shown.text.contains(words), "{words}: {}", shown.text);
        }
        let english = browser.open(&page("/account/close?lang=en")).await;
        assert!(english.text.contains("Cancel this Passport?"), "{}", english.text);
    })
    .await;
}

#[tokio::test]
async fn a_session_alone_ends_no_account_the_password_is_asked_for() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        for (password, told) in [("", "填写现在的密码"), ("wrong", "4")] {
            let refused = wish(&mut browser, password).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(summary(&refused)[0].contains(told), "{:?}", summary(&refused));
        }
        let shown = browser.open(&page("/account/close")).await;
        let foreign = form(&shown, "/account/close").set("csrf", "x").set("old_password", PASSWORD);
        assert_eq!(browser.submit(foreign).await.url.path(), "/account/close", "nothing was done");
        assert_eq!(browser.open(&page("/account/profile")).await.url.path(), "/account/profile", "still signed in");
        assert!(messages(&passport).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn with_the_wish_every_session_ends_and_every_contact_gets_a_link_that_takes_it_back() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        let mut other = passport.browser();
        sign_in(&mut other).await;
        let asked = wish(&mut browser, PASSWORD).await;
        assert!(asked.url.path() == "/" && asked.text.contains("已申请注销"), "{}", asked.text);
        for browser in [&mut browser, &mut other] {
            assert_eq!(browser.open(&page("/account/profile")).await.url.path(), "/sign-in", "it has ended");
        }
        let letters = (sent_to(&passport, EMAIL).await, sent_to(&passport, NUMBER).await);
        assert_eq!((letters.0.len(), letters.1.len()), (1, 1));
        assert!(letters.0[0].contains("2027-03-25 09:00"), "{}", letters.0[0]);
        let mut anybody = passport.browser();
        let seen = anybody.open(&link_in(&letters.1[0])).await;
        let kept = anybody.submit(form(&seen, "/close/take-back")).await;
        assert!(kept.text.contains("已撤回注销") && kept.has(".status-mark.ok"), "{}", kept.text);
        assert!(!kept.has("form[action='/sign-out']"), "it signs nobody in");
        let again = anybody.open(&link_in(&letters.0[0])).await;
        assert_eq!(again.status, StatusCode::GONE);
        assert_eq!(again.texts("main a.button.primary").len(), 1, "{}", again.text);
        assert_eq!(time_passes(&passport, COOLING_OFF).await, 0, "nothing is left to be done");
        assert_eq!(lands(&passport).await.1.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn who_signs_in_meanwhile_takes_it_back_with_one_button_and_goes_on_to_the_site() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = signed_in(&passport).await;
        wish(&mut browser, PASSWORD).await;
        let (mut back, offered) = lands(&passport).await;
        assert_eq!(offered.url.path(), "/account/close/take-back");
        // Neither home nor a site is reached by an address typed instead.
        assert_eq!(back.open(&page("/")).await.url.path(), "/account/close/take-back");
        assert_eq!(back.open(&page("/account/close")).await.url.path(), "/account/close/take-back");
        let silent = get(&mut back, &format!("/authorize?{}", encoded(&with(request(), "prompt", "none"))), &[]).await;
        assert_eq!(silent.parameter("error").as_deref(), Some("interaction_required"));
        let asked = get(&mut back, &format!("/authorize?{}", encoded(&request())), &[]).await;
        let offered = back.open(asked.location().expect("a way").as_str()).await;
        assert_eq!(offered.url.path(), "/account/close/take-back", "{}", offered.text);
        let button = form(&offered, "/account/close/take-back");
        let taken = post(&mut back, "/account/close/take-back", button.encoded(), &[]).await;
        let resumed = taken.location().expect("a way on");
        assert_eq!(resumed.path(), "/authorize/resume");
        let arrived = get(&mut back, &resumed[Position::BeforePath..], &[]).await;
        assert!(arrived.parameter("code").is_some(), "the site is reached: {:?}", arrived.location());
        assert_eq!(sent_to(&passport, EMAIL).await.len(), 2, "the contacts are told of that, too");
        assert_eq!(time_passes(&passport, COOLING_OFF).await, 0);
    })
    .await;
}

#[tokio::test]
async fn after_a_week_nothing_personal_stays_the_contacts_are_free_and_the_id_is_nobodys_for_ever() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        super::recovery::proven(&passport, &mut passport.browser(), EMAIL, EMAIL).await;
        passport.clock.advance(Duration::from_millis(1));
        wish(&mut browser, PASSWORD).await;
        let link = link_in(sent_to(&passport, EMAIL).await.last().expect("a letter"));
        let (mut waiting, _) = lands(&passport).await;
        assert_eq!(time_passes(&passport, COOLING_OFF - Duration::from_millis(1)).await, 0, "the week is not over");
        passport.clock.advance(Duration::from_millis(1));
        assert_eq!(browser.open(&link).await.status, StatusCode::GONE, "it is, however late the clean-up is");
        assert_eq!(time_passes(&passport, Duration::ZERO).await, 1);
        assert_eq!(passport.app.accounts.close_due().await.expect("closed"), 0, "once");
        assert!(sent_to(&passport, EMAIL).await.last().expect("a letter").contains("已注销"));
        assert_eq!(waiting.open(&page("/account/profile")).await.url.path(), "/sign-in", "its sessions have ended");
        assert_eq!(browser.open(&link).await.status, StatusCode::GONE);
        let (_, refused) = lands(&passport).await;
        assert!(summary(&refused)[0].contains("账号或密码不对"), "{:?}", summary(&refused));
        let query = "SELECT name, email, mobile, password_hash FROM accounts";
        let rows = passport.db.read(move |tx| Box::pin(async move { sql(query).fetch_all(tx).await }));
        let rows = rows.await.expect("rows");
        assert_eq!(rows.len(), 1, "its row stays");
        for column in ["name", "email", "mobile"] {
            assert_eq!(rows[0].get::<Option<String>>(column).expect("a column"), None, "{column}");
        }
        assert_eq!(rows[0].get::<String>("password_hash").expect("a column"), "");
        for query in ["SELECT COUNT(*) AS n FROM proofs", "SELECT COUNT(*) AS n FROM recoveries"] {
            assert_eq!(super::register::count(&passport, query).await, 0, "{query}");
        }
        let forgotten = "SELECT COUNT(*) AS n FROM audit_salts WHERE salt IS NULL";
        assert_eq!(super::register::count(&passport, forgotten).await, 1, "nobody reads from where they signed in");
        candidate(&passport).await;
        assert_eq!(lands(&passport).await.1.url.path(), "/", "the contacts are free, for another account");
    })
    .await;
}

#[tokio::test]
async fn what_sites_were_given_for_offline_use_ends_with_the_wish() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[OURS]).await;
        let mut browser = signed_in(&passport).await;
        let tokens = passport.tokens(&mut browser, "openid offline_access").await;
        assert_eq!(wish(&mut browser, PASSWORD).await.url.path(), "/");
        let refreshed = token(&mut browser, &refreshing(tokens["refresh_token"].as_str().expect("a token"))).await;
        assert_eq!(refreshed.json()["error"], "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn another_contact_that_was_asked_for_is_not_put_in_place_after_the_wish() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = signed_in(&passport).await;
        let asked = browser.open(&page("/account/contact/change?contact=email")).await;
        let asked = form(&asked, "/account/contact/change").set("email", "lihua2007@example.com");
        browser.submit(asked.set("old_password", PASSWORD)).await;
        let link = link_in(&sent_to(&passport, "lihua2007@example.com").await[0]);
        assert_eq!(wish(&mut browser, PASSWORD).await.url.path(), "/");
        let told = passport.browser().open(&link).await;
        assert!(!told.has("main form[action='/contact/confirm']"), "{}", told.text);
    })
    .await;
}

#[tokio::test]
async fn for_72_hours_after_a_reset_the_account_cannot_be_cancelled() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        let begun = browser.open(&page("/recover")).await;
        let waits = browser.submit(form(&begun, "/recover").set("username", EMAIL)).await;
        let code = code_in(sent_to(&passport, EMAIL).await.last().expect("a code"));
        let chosen = browser.submit(form(&waits, "/recover/code").set("code", &code)).await;
        let filled = form(&chosen, "/recover/password").set("password", PASSWORD).set("password_confirm", PASSWORD);
        browser.submit(filled).await;
        sign_in(&mut browser).await;
        assert!(browser.open(&page("/account/close")).await.text.contains("刚重置过密码"), "it is said beforehand");
        let refused = wish(&mut browser, PASSWORD).await;
        assert!(summary(&refused)[0].contains("刚重置过密码"), "{:?}", summary(&refused));
        passport.clock.advance(Duration::from_secs(72 * 60 * 60));
        sign_in(&mut browser).await;
        assert_eq!(wish(&mut browser, PASSWORD).await.url.path(), "/");
    })
    .await;
}

/// A passport whose site answers the question for open registrations with that status: the page of the wish, and whether it
/// was accepted.
async fn asked_of_a_site(status: StatusCode, told: Option<[&'static str; 2]>) {
    let site = site(status).await;
    let egress = format!("[egress]\nallow = ['site.localhost']\nca_file = '{}'\n", site.ca.display());
    let (url, heard) = (site.url.clone(), Arc::clone(&site.heard));
    on_both_with(&format!("{PLAIN}{egress}"), move |passport| {
        let (url, heard) = (url.clone(), Arc::clone(&heard));
        async move {
            passport.register(&[&format!("{OURS}open_registrations_uri = '{url}'\n")]).await;
            let mut browser = signed_in(&passport).await;
            assert_eq!(wish(&mut browser, "wrong").await.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(heard.lock().expect("a list").is_empty(), "no site is asked before the password is right");
            let answer = wish(&mut browser, PASSWORD).await;
            let question = heard.lock().expect("a list").pop().expect("a question");
            let question = claims(question.strip_prefix("question=").expect("a token"));
            assert_eq!((&question["iss"], &question["aud"]), (&json!(ISSUER), &json!("cet")));
            assert_eq!(question["events"], json!({ "urn:e-test:event:open-registrations": {} }));
            match told {
                None => assert_eq!(answer.url.path(), "/", "{:?}", summary(&answer)),
                Some([zh, en]) => {
                    assert!(summary(&answer)[0].contains(zh), "{:?}", summary(&answer));
                    let mut url = answer.url.clone();
                    url.query_pairs_mut().append_pair("lang", "en");
                    let english = browser.open(url.as_str()).await;
                    assert!(summary(&english)[0].contains(en), "{:?}", summary(&english));
                    assert!(messages(&passport).await.is_empty(), "nothing was done");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_site_without_an_open_registration_lets_the_account_go() {
    asked_of_a_site(StatusCode::NO_CONTENT, None).await;
}

#[tokio::test]
async fn a_site_with_an_open_registration_keeps_the_account_and_is_named() {
    asked_of_a_site(StatusCode::CONFLICT, Some(["四六级还有没有完成的报名", "an open registration at CET"])).await;
}

#[tokio::test]
async fn a_site_that_gives_no_answer_keeps_the_account_and_it_is_said_to_try_later() {
    for status in [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::OK, StatusCode::NOT_FOUND] {
        asked_of_a_site(status, Some(["四六级暂时没有回答", "CET did not answer"])).await;
    }
}

#[tokio::test]
async fn only_our_own_sites_may_be_asked() {
    on_both_with(PLAIN, |passport| async move {
        let stranger = format!("{THEIRS}open_registrations_uri = 'https://bei.test/open'\n");
        let metadata = passport::clients::Metadata::from_file(&stranger).expect("metadata");
        let refused = passport.app.clients.apply(passport::audit::Actor::Operator, metadata).await;
        let Err(passport::clients::ClientsError::Metadata(problems)) = refused else { panic!("it was taken") };
        assert_eq!(problems.iter().map(|problem| problem.field).collect::<Vec<_>>(), ["open_registrations_uri"]);
    })
    .await;
}

#[tokio::test]
async fn sites_are_told_of_the_sessions_that_end_with_the_wish() {
    on_both_with(PLAIN, |passport| async move {
        passport.register(&[&format!("{OURS}backchannel_logout_uri = 'https://site.test/out'\n")]).await;
        let mut browser = signed_in(&passport).await;
        passport.tokens(&mut browser, "openid").await;
        wish(&mut browser, PASSWORD).await;
        let told = passport.waiting().await;
        assert_eq!(told.iter().filter(|channel| *channel == "logout:cet").count(), 1, "{told:?}");
    })
    .await;
}
