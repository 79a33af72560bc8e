//! A forgotten password of an account that has more than a password: no reset passes by a factor.

use std::time::Duration;

use super::super::recovery::{NEW, PHONE, choose, last_to, proven};
use super::passkeys::{USE, make};
use super::passwordless::without_password;
use super::*;
use crate::accounts::contact::link_in;
use crate::support::authenticator::Authenticator;
use crate::support::on_both_with;
use crate::support::site::{OURS, encoded, request};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const THREE_DAYS: Duration = Duration::from_secs(72 * 60 * 60);

/// What the candidate has, a day later. Every rule of a reset holds for each.
enum Kept {
    /// A password, and an app.
    App(App),
    /// A passkey, and no password.
    PasskeyAlone(Authenticator),
}

/// Runs a test with every kind of account; the recovery codes are those of the account.
async fn on_each<F, Fut>(test: F)
where
    F: Fn(Passport, Kept, Vec<String>) -> Fut + Copy,
    Fut: Future<Output = ()>,
{
    on_both_with(PLAIN, |passport| async move {
        let Protected { app, codes, .. } = protected(&passport).await;
        passport.clock.advance(DAY);
        test(passport, Kept::App(app), codes).await;
    })
    .await;
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        let codes = without_password(&passport, &mut device).await.1;
        passport.clock.advance(DAY);
        test(passport, Kept::PasskeyAlone(device), codes).await;
    })
    .await;
}

impl Kept {
    /// Shows the factor itself on the page that asks for one.
    async fn show(&mut self, passport: &Passport, browser: &mut Browser, answer: &Answer) -> Answer {
        match self {
            Self::App(app) => browser.submit(by_code(answer).set("code", &app.code(passport))).await,
            Self::PasskeyAlone(device) => show_passkey(browser, answer, device).await,
        }
    }
}

/// The form for a code of the app, or a recovery code.
fn by_code(answer: &Answer) -> Form {
    answer.form("form:has([name=code])").with("action", "factor")
}

/// Answers with a passkey on that page.
async fn show_passkey(browser: &mut Browser, answer: &Answer, device: &mut Authenticator) -> Answer {
    let options = options(browser, answer, USE).await.json();
    browser.submit(answered(answer.form(USE), &options, &device.get(&options))).await
}

/// Where name and new password lead.
async fn leads_to(passport: &Passport) -> String {
    let mut browser = passport.browser();
    let form = sign_in_form(&mut browser, EMAIL, NEW).await;
    browser.submit(form).await.url.path().to_owned()
}

fn may_choose(answer: &Answer) -> bool {
    answer.has("[name=password_confirm]")
}

#[tokio::test]
async fn one_channel_and_a_factor_are_enough_and_the_factor_stays() {
    on_each(|passport, mut kept, codes| async move {
        for with_code in [false, true] {
            let mut browser = passport.browser();
            let answer = proven(&passport, &mut browser, EMAIL, EMAIL).await;
            assert!(!may_choose(&answer), "a mail alone was enough without the factor");
            let answer = browser.submit(by_code(&answer).set("code", "000000")).await;
            assert!(summary(&answer)[0].contains("还可以试"), "{:?}", summary(&answer));
            let answer = if with_code {
                browser.submit(by_code(&answer).set("code", &codes[0])).await
            } else {
                kept.show(&passport, &mut browser, &answer).await
            };
            assert!(may_choose(&answer), "{}", answer.text);
            assert_eq!(choose(&mut browser, &answer).await.url.path(), "/sign-in");
            assert_eq!(leads_to(&passport).await, "/sign-in/second-step", "the factor is asked for as before");
        }
    })
    .await;
}

#[tokio::test]
async fn who_stands_before_the_second_step_with_nothing_left_reads_there_what_to_do_and_begins_by_its_link() {
    on_both_with(PLAIN, |passport| async move {
        protected(&passport).await;
        let mut browser = passport.browser();
        let answer = halfway(&mut browser).await;
        assert_eq!(answer.texts("main details.fold summary"), ["都用不了了？"]);
        let told = answer.texts("main details.fold p");
        assert!(told.concat().contains("72小时") && told.concat().contains("可以取消"), "{told:?}");
        let links = answer.attributes("main details.fold a", "href");
        assert_eq!(links.len(), 1, "{links:?}");
        let begun = browser.click(&answer, &links[0]).await;
        assert_eq!(begun.url.path(), "/recover");
        assert!(begun.form("main form[action^='/recover']").has("username"));
    })
    .await;
}

#[tokio::test]
async fn who_has_nothing_left_on_the_way_to_a_site_keeps_that_way_by_the_link_and_back_again() {
    on_both_with(PLAIN, |passport| async move {
        protected(&passport).await;
        passport.register(&[OURS]).await;
        let mut browser = passport.browser();
        let asked = browser.open(&page(&format!("/authorize?{}", encoded(&request())))).await;
        let named = form(&asked, "/sign-in").set("username", EMAIL).set("password", PASSWORD);
        let stopped = browser.submit(named).await;
        assert_eq!(stopped.url.path(), "/sign-in/second-step", "{}", stopped.text);
        let begun = browser.click(&stopped, &stopped.attributes("main details.fold a", "href").concat()).await;
        assert_eq!(begun.url.path(), "/recover");
        let back = begun.attributes("main a[href^='/sign-in']", "href");
        let returned = browser.click(&begun, &back.concat()).await;
        assert_eq!(returned.url.path(), "/sign-in");
        assert!(returned.text.contains("四六级"), "the way to the site is lost: {}", returned.text);
    })
    .await;
}

#[tokio::test]
async fn another_persons_passkey_is_no_factor_of_the_account() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        without_password(&passport, &mut device).await;
        let (mut other, mut theirs) = (passport.browser(), Authenticator::new());
        passport.sign_in(&mut other, None, None).await;
        make(&mut other, &mut theirs).await;
        let mut browser = passport.browser();
        let answer = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        let answer = show_passkey(&mut browser, &answer, &mut theirs).await;
        assert!(!may_choose(&answer) && answer.text.contains("没有完成"), "{}", answer.text);
        // An answer is good once, also here.
        let options = options(&mut browser, &answer, USE).await.json();
        let form = answered(answer.form(USE), &options, &device.get(&options));
        device.verifies_user = false;
        let unverified = answered(answer.form(USE), &options, &device.get(&options));
        assert!(!may_choose(&browser.submit(unverified).await), "the user was not verified");
        assert!(!may_choose(&browser.submit(form).await), "the challenge is spent");
    })
    .await;
}

#[tokio::test]
async fn who_proves_a_contact_that_was_only_claimed_stops_nobodys_second_step() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { browser: mut owner, app, .. } = protected(&passport).await;
        passport.clock.advance(DAY);
        super::super::recovery::change(&passport, "UPDATE accounts SET email_verified_at = NULL").await;
        let mut browser = passport.browser();
        let answer = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        let forged = form(&answer, "/recover/password").with("action", "factor").with("code", "000000");
        for _ in 0..5 {
            assert_eq!(browser.submit(forged.clone()).await.url.path(), "/recover/password");
        }
        let answer = halfway(&mut owner).await;
        let answer = owner.submit(second(&answer).set("code", &app.code(&passport))).await;
        assert_eq!(answer.url.path(), "/", "{:?}", summary(&answer));
    })
    .await;
}

#[tokio::test]
async fn both_channels_are_enough_and_the_factor_stays() {
    on_each(|passport, _, _| async move {
        let mut browser = passport.browser();
        let answer = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        assert!(answer.has("button[value=mobile]"), "the other channel is offered");
        let answer = proven(&passport, &mut browser, MOBILE, PHONE).await;
        assert!(may_choose(&answer));
        choose(&mut browser, &answer).await;
        assert_eq!(leads_to(&passport).await, "/sign-in/second-step");
    })
    .await;
}

#[tokio::test]
async fn who_has_lost_everything_waits_and_every_channel_can_cancel() {
    on_each(|passport, _, _| async move {
        let begin = async || {
            let mut browser = passport.browser();
            let answer = proven(&passport, &mut browser, EMAIL, EMAIL).await;
            passport.clock.advance(Duration::from_millis(1));
            let form = answer.form("form:has(button[value=wait])").with("lost", "on").with("action", "wait");
            let answer = browser.submit(form).await;
            assert!(answer.text.contains("正在等待"), "{}", answer.text);
            (browser, last_to(&passport, EMAIL).await)
        };
        let (mut thief, _) = begin().await;
        let sms = last_to(&passport, PHONE).await;
        let mut owner = passport.browser();
        let answer = owner.open(&link_in(&sms)).await;
        owner.submit(form(&answer, "/recover/cancel")).await;
        passport.clock.advance(THREE_DAYS);
        assert_eq!(thief.open(&page("/recover/password")).await.status, http::StatusCode::GONE, "cancelled");
        assert!(enrolled(&passport).await.any());

        let (mut browser, _) = begin().await;
        assert!(!may_choose(&browser.open(&page("/recover/password")).await));
        passport.clock.advance(THREE_DAYS);
        let answer = browser.open(&page("/recover/password")).await;
        assert!(may_choose(&answer));
        choose(&mut browser, &answer).await;
        assert_eq!(enrolled(&passport).await, Enrolled::default(), "all of it is removed");
        assert_eq!(leads_to(&passport).await, "/");
        assert!(messages(&passport).await.iter().any(|told| told.contains("移除了通行密钥")), "and told of");
    })
    .await;
}

#[tokio::test]
async fn whoever_says_that_all_is_lost_waits_even_with_both_channels() {
    on_each(|passport, _, _| async move {
        let mut browser = passport.browser();
        proven(&passport, &mut browser, EMAIL, EMAIL).await;
        let answer = proven(&passport, &mut browser, MOBILE, PHONE).await;
        assert!(may_choose(&answer));
        let answer = browser.submit(answer.form("form:has(#lost)").with("action", "wait")).await;
        assert!(!may_choose(&answer) && answer.text.contains("正在等待"), "{}", answer.text);
        let forged = form(&answer, "/recover/password").with("password", NEW).with("password_confirm", NEW);
        browser.submit(forged).await;
        assert!(enrolled(&passport).await.any(), "no form is a way around the wait");
    })
    .await;
}

#[tokio::test]
async fn for_three_days_after_a_reset_no_factor_is_removed() {
    on_both_with(PLAIN, |passport| async move {
        let Protected { app, codes, .. } = protected(&passport).await;
        passport.clock.advance(DAY);
        let mut browser = passport.browser();
        let answer = proven(&passport, &mut browser, EMAIL, EMAIL).await;
        let answer = browser.submit(by_code(&answer).set("code", &codes[0])).await;
        choose(&mut browser, &answer).await;
        let enter = async || {
            let mut browser = passport.browser();
            let form = sign_in_form(&mut browser, EMAIL, NEW).await;
            let answer = browser.submit(form).await;
            browser.submit(second(&answer).set("code", &app.code(&passport))).await;
            browser
        };
        let mut browser = enter().await;
        let path = "/account/security/authenticator/remove";
        let answer = browser.open(&page(path)).await;
        let answer = browser.submit(super::form(&answer, path)).await;
        assert!(summary(&answer)[0].contains("刚重置过密码"), "{:?}", summary(&answer));
        assert!(enrolled(&passport).await.authenticator);
        // Nor does another app take its place.
        let answer = browser.open(&page("/account/security/authenticator")).await;
        let another = App(answer.texts("#secret").concat());
        let turned_on = super::form(&answer, "/account/security/authenticator").set("code", &another.code(&passport));
        let answer = browser.submit(turned_on).await;
        assert!(summary(&answer)[0].contains("刚重置过密码"), "{:?}", summary(&answer));
        passport.clock.advance(THREE_DAYS);
        let mut browser = enter().await;
        let answer = browser.open(&page(path)).await;
        browser.submit(super::form(&answer, path)).await;
        assert!(!enrolled(&passport).await.authenticator);
    })
    .await;
}
