//! Passkeys: made, used alone and as the second step, and every rule of the answer that can be broken.

use std::time::Duration;

use http::StatusCode;

use super::super::register::count;
use super::*;
use crate::support::authenticator::Authenticator;
use crate::support::on_both_with;

pub(super) const ADD: &str = "form[data-passkey=create]";
pub(super) const USE: &str = "form[data-passkey=get]";

/// Makes a passkey for who has just signed in with this browser; the page after it.
pub(in crate::accounts) async fn make(browser: &mut Browser, device: &mut Authenticator) -> Answer {
    let answer = browser.open(&page("/account/security/passkeys")).await;
    let options = options(browser, &answer, ADD).await.json();
    let made = answered(answer.form(ADD), &options, &device.create(&options));
    browser.submit(made.set("name", "我的手机")).await
}

/// Signs in with a passkey, on the sign-in page of that browser.
pub(super) async fn use_at(browser: &mut Browser, device: &mut Authenticator) -> Answer {
    let answer = browser.open(&page("/sign-in")).await;
    use_on(browser, &answer, device, &[]).await
}

/// Signs in with a passkey on the page in sight, on which those boxes are ticked.
pub(in crate::accounts) async fn use_on(
    browser: &mut Browser,
    answer: &Answer,
    device: &mut Authenticator,
    boxes: &[&str],
) -> Answer {
    let options = options(browser, answer, USE).await.json();
    let form = answered(answer.form(USE), &options, &device.get(&options));
    browser.submit(boxes.iter().fold(form, |form, name| form.set(name, "on"))).await
}

/// The candidate with a passkey on that device, and recovery codes.
pub(super) async fn candidate_with(passport: &Passport, device: &mut Authenticator) -> Browser {
    candidate(passport).await;
    let mut browser = passport.browser();
    sign_in(&mut browser).await;
    let answer = make(&mut browser, device).await;
    assert_eq!(answer.url.path(), "/account/security/recovery-codes", "{}", answer.text);
    keep_codes(&mut browser, &answer).await;
    browser
}

#[tokio::test]
async fn a_passkey_signs_in_without_name_and_password() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        let mut owner = candidate_with(&passport, &mut device).await;
        let answer = owner.open(&page("/account/security")).await;
        assert!(answer.text.contains("我的手机") && answer.text.contains("还没用过"));
        let mut elsewhere = passport.browser();
        assert_eq!(use_at(&mut elsewhere, &mut device).await.url.path(), "/");
        assert!(is_in(&elsewhere).await);
        let answer = owner.open(&page("/account/security")).await;
        assert!(answer.text.contains("今天 09:00用过"), "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn with_a_passkey_the_password_alone_is_not_enough_and_the_passkey_is_the_second_step() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        candidate_with(&passport, &mut device).await;
        let mut elsewhere = passport.browser();
        let answer = halfway(&mut elsewhere).await;
        assert!(!is_in(&elsewhere).await);
        let options = options(&mut elsewhere, &answer, USE).await.json();
        let form = answered(answer.form(USE), &options, &device.get(&options));
        assert_eq!(elsewhere.submit(form).await.url.path(), "/");
        assert!(is_in(&elsewhere).await);
    })
    .await;
}

#[tokio::test]
async fn who_shows_a_passkey_after_the_password_of_another_has_shown_the_passkey_alone() {
    on_both_with(PLAIN, |passport| async move {
        candidate_with(&passport, &mut Authenticator::new()).await;
        let (mut other, mut theirs) = (passport.browser(), Authenticator::new());
        passport.sign_in(&mut other, None, None).await;
        make(&mut other, &mut theirs).await;
        let mut browser = passport.browser();
        let answer = halfway(&mut browser).await;
        let options = options(&mut browser, &answer, USE).await.json();
        let form = answered(answer.form(USE), &options, &theirs.get(&options));
        assert_eq!(browser.submit(form).await.url.path(), "/");
        let told = count(&passport, "SELECT COUNT(*) AS n FROM sessions WHERE amr = 'pop user mfa'").await;
        assert_eq!(told, 1, "sites are told what was shown of this account");
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_breaks_a_rule_signs_nobody_in() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        candidate_with(&passport, &mut device).await;
        let refused = async |device: &mut Authenticator, why: &str| {
            let mut browser = passport.browser();
            let answer = use_at(&mut browser, device).await;
            assert_eq!(answer.url.path(), "/sign-in/passkey", "{why}");
            assert!(answer.has("a.button.primary[href^='/sign-in']"), "one button leads on");
            assert!(!is_in(&browser).await, "{why}");
        };
        device.verifies_user = false;
        refused(&mut device, "nobody was verified").await;
        device.verifies_user = true;
        device.origin = "https://passport.test.evil.example".to_owned();
        refused(&mut device, "a page of another site asked").await;
        device.origin = ISSUER.to_owned();
        assert_eq!(use_at(&mut passport.browser(), &mut device).await.url.path(), "/");
        device.counter -= 1;
        refused(&mut device, "its counter stands still: there is a copy").await;
        refused(&mut Authenticator::new(), "nobody knows it").await;
        for broken in ["{}", "null", "x", "[]"] {
            let mut browser = passport.browser();
            let answer = browser.open(&page("/sign-in")).await;
            let options = options(&mut browser, &answer, USE).await.json();
            let answer = browser.submit(answered(answer.form(USE), &options, broken)).await;
            assert_eq!((answer.status, answer.url.path()), (StatusCode::OK, "/sign-in/passkey"), "{broken}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_challenge_is_answered_once_in_its_browser_and_within_five_minutes() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        candidate_with(&passport, &mut device).await;
        let begin = async || {
            let mut browser = passport.browser();
            let answer = browser.open(&page("/sign-in")).await;
            let options = options(&mut browser, &answer, USE).await.json();
            (browser, answer, options)
        };
        let (_, _, theirs) = begin().await;
        let (mut browser, answer, _) = begin().await;
        let stolen = answered(answer.form(USE), &theirs, &device.get(&theirs));
        assert_eq!(browser.submit(stolen).await.url.path(), "/sign-in/passkey", "another browser's");

        let (mut browser, answer, options) = begin().await;
        let form = answered(answer.form(USE), &options, &device.get(&options));
        assert_eq!(browser.submit(form.clone()).await.url.path(), "/");
        browser.cookies.clear();
        let again = browser.submit(form).await;
        assert_eq!(again.url.path(), "/sign-in/passkey", "a second time");

        let (mut browser, answer, options) = begin().await;
        passport.clock.advance(Duration::from_secs(5 * 60));
        let late = answered(answer.form(USE), &options, &device.get(&options));
        assert!(browser.submit(late).await.text.contains("等待太久了"));
    })
    .await;
}

#[tokio::test]
async fn a_challenge_for_making_one_is_no_challenge_for_signing_in_nor_another_accounts() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        let mut owner = candidate_with(&passport, &mut device).await;
        let adding = owner.open(&page("/account/security/passkeys")).await;
        let for_making = options(&mut owner, &adding, ADD).await.json();
        let mut out = owner.clone();
        let form_cookie = out.cookies.get("passport.test", "__Host-pp_form").cloned().expect("it was given");
        out.cookies.clear();
        out.cookies.put(form_cookie);
        let signing_in = out.open(&page("/sign-in")).await;
        let mixed = answered(signing_in.form(USE), &for_making, &device.get(&json_for_get(&for_making)));
        assert_eq!(out.submit(mixed).await.url.path(), "/sign-in/passkey");

        // The same browser, another account: what one person began the next does not finish.
        let mut other_device = Authenticator::new();
        let made = answered(adding.form(ADD), &for_making, &other_device.create(&for_making));
        passport.sign_in(&mut owner, None, None).await;
        let answer = owner.submit(made).await;
        assert!(summary(&answer)[0].contains("等待太久了"), "{:?}", summary(&answer));
    })
    .await;
}

/// The challenge as options of a sign-in would carry it.
fn json_for_get(options: &Value) -> Value {
    serde_json::json!({ "publicKey": {
        "challenge": options["publicKey"]["challenge"], "userVerification": "required",
    } })
}

#[tokio::test]
async fn one_device_holds_one_passkey_of_an_account_and_of_no_two_accounts() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        let mut owner = candidate_with(&passport, &mut device).await;
        let answer = make(&mut owner, &mut device).await;
        assert!(summary(&answer)[0].contains("没有添加成功"), "{:?}", summary(&answer));
        let mut other = passport.browser();
        passport.sign_in(&mut other, None, None).await;
        let answer = make(&mut other, &mut device).await;
        assert!(summary(&answer)[0].contains("没有添加成功"), "{:?}", summary(&answer));
    })
    .await;
}

#[tokio::test]
async fn a_passkey_that_was_removed_signs_nobody_in_and_the_page_says_so() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        let mut owner = candidate_with(&passport, &mut device).await;
        let answer = owner.open(&page("/account/security")).await;
        let link = answer.attributes("a.factor-change", "href").concat();
        let answer = owner.click(&answer, &link).await;
        let rename = form(&answer, "/account/security/passkeys/change").set("name", "旧手机").without("action");
        let answer = owner.submit(rename).await;
        assert!(answer.text.contains("旧手机"));
        let answer = owner.click(&answer, &link).await;
        let answer = owner.submit(answer.form("form.danger-frame").with("action", "remove")).await;
        assert_eq!(answer.url.path(), "/account/security");
        assert_eq!(enrolled(&passport).await, Enrolled::default(), "the codes went with it");
        let answer = use_at(&mut passport.browser(), &mut device).await;
        assert!(answer.text.contains("已经不能用了"), "{}", answer.text);
        sign_in(&mut passport.browser()).await;
    })
    .await;
}

#[tokio::test]
async fn a_locked_account_is_not_opened_by_its_passkey() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        candidate_with(&passport, &mut device).await;
        let account = passport.app.accounts.locate(EMAIL).await.expect("an answer").expect("an account");
        passport.app.accounts.lock(account).await.expect("locked");
        let answer = use_at(&mut passport.browser(), &mut device).await;
        assert!(answer.text.contains("暂时不能登录"), "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn an_account_that_is_shut_is_not_opened_by_its_passkey() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        candidate_with(&passport, &mut device).await;
        crate::accounts::recovery::change(&passport, "UPDATE accounts SET frozen_at = 1").await;
        let mut browser = passport.browser();
        let answer = use_at(&mut browser, &mut device).await;
        assert!(answer.text.contains("请先重置密码") && !is_in(&browser).await, "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn an_account_has_twenty_passkeys_at_most() {
    on_both_with(PLAIN, |passport| async move {
        let mut owner = candidate_with(&passport, &mut Authenticator::new()).await;
        for _ in 1..20 {
            let answer = make(&mut owner, &mut Authenticator::new()).await;
            assert_eq!(answer.url.path(), "/account/security", "{:?}", summary(&answer));
        }
        let answer = make(&mut owner, &mut Authenticator::new()).await;
        assert!(summary(&answer)[0].contains("已经有20个"), "{:?}", summary(&answer));
    })
    .await;
}

#[tokio::test]
async fn options_are_given_to_our_own_pages_only() {
    on_both_with(PLAIN, |passport| async move {
        let mut browser = passport.browser();
        let answer = browser.open(&page("/sign-in")).await;
        browser.cookies.clear();
        assert_eq!(options(&mut browser, &answer, USE).await.status, StatusCode::CONFLICT);
        // Those for making one name the passkeys that there are: a session alone does not read them.
        candidate(&passport).await;
        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        let answer = owner.open(&page("/account/security/passkeys")).await;
        assert_eq!(options(&mut owner, &answer, ADD).await.status, StatusCode::OK);
        passport.clock.advance(Duration::from_secs(5 * 60));
        assert_eq!(options(&mut owner, &answer, ADD).await.status, StatusCode::FORBIDDEN);
    })
    .await;
}

/// Signs in on the page that asked for it, once too much time has passed, with the second step too.
async fn sign_in_again(browser: &mut Browser, asked: &Answer, device: &mut Authenticator) -> Answer {
    assert_eq!(asked.url.path(), "/sign-in", "{}", asked.text);
    let options = options(browser, asked, USE).await.json();
    browser.submit(answered(asked.form(USE), &options, &device.get(&options))).await
}

#[tokio::test]
async fn the_new_name_of_a_passkey_waits_over_a_sign_in() {
    // A session that was over, and one that is there but not fresh any more.
    for hours in [13, 1] {
        on_both_with(PLAIN, |passport| async move {
            let mut device = Authenticator::new();
            let mut owner = candidate_with(&passport, &mut device).await;
            let link = owner.open(&page("/account/security")).await.attributes("a.factor-change", "href").concat();
            let shown = owner.open(&page(&link)).await;
            let typed = form(&shown, "/account/security/passkeys/change").set("name", "妈妈的手机").without("action");
            passport.clock.advance(Duration::from_secs(hours * 60 * 60));
            let asked = owner.submit(typed).await;
            let back = sign_in_again(&mut owner, &asked, &mut device).await;
            let again = form(&back, "/account/security/passkeys/change").without("action");
            assert_eq!(again.value("name"), Some("妈妈的手机"), "{}", back.text);
            assert!(owner.submit(again).await.text.contains("妈妈的手机"));
            let later = owner.open(back.url.as_str()).await;
            assert!(later.has("h1"), "the draft that was used is gone, and the page is not");
        })
        .await;
    }
}

#[tokio::test]
async fn the_name_of_a_passkey_to_be_added_waits_over_a_sign_in_for_its_writer_and_for_nobody_else() {
    for hours in [13, 1] {
        on_both_with(PLAIN, |passport| async move {
            candidate(&passport).await;
            let mut owner = passport.browser();
            sign_in(&mut owner).await;
            let shown = owner.open(&page("/account/security/passkeys")).await;
            let typed = shown.form(ADD).set("name", "妈妈的手机");
            passport.clock.advance(Duration::from_secs(hours * 60 * 60));
            let asked = owner.submit(typed).await;
            assert_eq!(asked.url.path(), "/sign-in", "{}", asked.text);
            let mut another = owner.clone();
            let filled = form(&asked, "/sign-in").set("username", EMAIL).set("password", PASSWORD);
            let back = owner.submit(filled).await;
            assert_eq!(back.form(ADD).value("name"), Some("妈妈的手机"), "{}", back.text);
            passport.sign_in(&mut another, None, None).await;
            let theirs = another.open(back.url.as_str()).await;
            assert!(theirs.has(ADD) && !theirs.text.contains("妈妈的手机"), "{}", theirs.text);
        })
        .await;
    }
}
