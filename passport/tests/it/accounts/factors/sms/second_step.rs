//! Turned on, asked for, turned off; and what its code is worth.

use futures_util::future::join;

use super::*;
use crate::accounts::contact::messages;
use crate::accounts::progress::tells_all;
use crate::accounts::register::count;
use crate::support::on_both_with;
use crate::support::site::{OURS, authorize, encoded, request, with};

const CODES: &str = "SELECT COUNT(*) AS n FROM sms_codes";

#[tokio::test]
async fn who_waits_for_its_code_reads_how_far_the_sms_has_come() {
    on_both_with(ALLOWED, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let shown = browser.open(&page(SMS)).await;
        let waits = sent(&passport, &mut browser, &shown, SMS).await;
        let code = code_to(&passport, PHONE).await;
        tells_all(&passport, &mut browser, &waits, false).await;
        let on = browser.submit(form(&waits, SMS).set("code", &code)).await;
        keep_codes(&mut browser, &on).await;
        passport.clock.advance(MINUTE);
        let mut elsewhere = passport.browser();
        let (waits, _) = asked(&passport, &mut elsewhere).await;
        assert!(waits.text.contains("09:01:00开始发送，还没有交给运营商"), "{}", waits.text);
    })
    .await;
}

#[tokio::test]
async fn it_is_on_once_its_code_was_typed_and_asked_for_from_then_on() {
    on_both_with(ALLOWED, |passport| async move {
        candidate(&passport).await;
        let mut browser = passport.browser();
        sign_in(&mut browser).await;
        let answer = browser.open(&page("/account/security")).await;
        assert!(answer.has("a[href='/account/security/sms']"), "{}", answer.text);
        let answer = browser.open(&page(SMS)).await;
        assert!(
            answer.text.contains("短信是最弱的一种") && answer.has("main a[href='/account/security/authenticator']")
        );
        let before = messages(&passport).await.len();
        let answer = sent(&passport, &mut browser, &answer, SMS).await;
        assert_eq!(messages(&passport).await.len(), before + 1);
        assert!(answer.text.contains("138****8000"), "{}", answer.text);
        assert!(answer.has("input[name=code][inputmode=numeric][autocomplete=one-time-code]"));
        let code = code_to(&passport, PHONE).await;
        let answer = browser.submit(form(&answer, SMS).set("code", other(&code))).await;
        assert!(summary(&answer)[0].contains("验证码不对"), "{:?}", summary(&answer));
        assert_eq!(enrolled(&passport).await, Enrolled::default());
        let answer = browser.submit(form(&answer, SMS).set("code", &code)).await;
        keep_codes(&mut browser, &answer).await;
        assert_eq!(shown(&passport).await[1..], ["pwd sms mfa", "password_sms_code"]);
        let told = messages(&passport).await;
        let of =
            |to: &str| told.iter().any(|told| told.contains(&format!("\"{to}\"")) && told.contains("开启了短信验证"));
        assert!(of(EMAIL) && of(PHONE), "every proven contact hears of it");

        passport.clock.advance(MINUTE);
        let mut elsewhere = passport.browser();
        let before = messages(&passport).await.len();
        let answer = halfway(&mut elsewhere).await;
        assert!(!is_in(&elsewhere).await, "the password alone is not enough any more");
        assert_eq!(messages(&passport).await.len(), before, "nothing is sent before the button is pressed");
        assert!(answer.text.contains("把验证码发到+86 138****8000"), "{}", answer.text);
        let answer = sent(&passport, &mut elsewhere, &answer, "/sign-in/second-step").await;
        assert!(answer.has("input[name=code][inputmode=numeric][autocomplete=one-time-code]"));
        let code = code_to(&passport, PHONE).await;
        let answer = elsewhere.submit(second(&answer).set("code", other(&code))).await;
        assert!(summary(&answer)[0].contains("还可以试4次"), "{:?}", summary(&answer));
        let spaced = code.chars().map(|digit| format!("{digit} ")).collect::<String>();
        assert_eq!(elsewhere.submit(second(&answer).set("code", &spaced)).await.url.path(), "/");
        assert!(is_in(&elsewhere).await);
        assert_eq!(shown(&passport).await, ["urn:e-test:acr:1", "pwd sms mfa", "password_sms_code"]);
        assert_eq!(count(&passport, CODES).await, 0, "it is spent");
    })
    .await;
}

#[tokio::test]
async fn a_code_is_good_for_the_attempt_that_it_was_sent_for_and_once() {
    on_both_with(ALLOWED, |passport| async move {
        owner(&passport).await;
        let (mut one, mut two) = (passport.browser(), passport.browser());
        let (first, code) = asked(&passport, &mut one).await;
        let answer = halfway(&mut two).await;
        let forged = second(&answer).without("action").with("code", &code);
        let answer = two.submit(forged).await;
        assert!(summary(&answer)[0].contains("没有可用的验证码"), "none was sent for this one: {:?}", summary(&answer));
        passport.clock.advance(MINUTE);
        let answer = sent(&passport, &mut two, &answer, "/sign-in/second-step").await;
        let answer = two.submit(second(&answer).set("code", &code)).await;
        assert!(summary(&answer)[0].contains("验证码不对"), "it is the other's: {:?}", summary(&answer));

        let mut again = one.clone();
        let press = second(&first).set("code", &code);
        let (here, there) = join(one.submit(press.clone()), again.submit(press)).await;
        let home = [&here, &there].into_iter().filter(|answer| answer.url.path() == "/").count();
        assert_eq!(home, 1, "{:?} {:?}", here.url, there.url);
    })
    .await;
}

#[tokio::test]
async fn five_wrong_codes_and_ten_minutes_end_a_code_and_another_takes_its_place_after_a_minute() {
    on_both_with(ALLOWED, |passport| async move {
        owner(&passport).await;
        let mut browser = passport.browser();
        let (answer, former) = asked(&passport, &mut browser).await;
        let hasty = sent(&passport, &mut browser, &answer, "/sign-in/second-step").await;
        assert!(summary(&hasty)[0].contains("以后"), "{:?}", summary(&hasty));
        assert_eq!(code_to(&passport, PHONE).await, former, "nothing was sent");
        passport.clock.advance(MINUTE);
        let answer = sent(&passport, &mut browser, &answer, "/sign-in/second-step").await;
        let code = code_to(&passport, PHONE).await;
        assert_ne!(code, former);
        let answer = browser.submit(second(&answer).set("code", &former)).await;
        assert!(summary(&answer)[0].contains("验证码不对"), "the former one is none any more: {:?}", summary(&answer));
        let mut answer = answer;
        for _ in 0..4 {
            answer = browser.submit(second(&answer).set("code", other(&code))).await;
        }
        assert!(summary(&answer)[0].contains("以后再试"), "{:?}", summary(&answer));
        assert!(messages(&passport).await.last().is_some_and(|told| told.contains("正确的密码")), "its owner is told");
        let answer = browser.submit(second(&answer).set("code", &code)).await;
        assert_ne!(answer.url.path(), "/", "the right one comes too late");

        passport.clock.advance(15 * MINUTE);
        let mut late = passport.browser();
        let (answer, _) = asked(&passport, &mut late).await;
        passport.clock.advance(9 * MINUTE);
        let mut fresh = passport.browser();
        let (again, code) = asked(&passport, &mut fresh).await;
        passport.clock.advance(MINUTE);
        let answer = late.submit(second(&answer).set("code", &code)).await;
        assert_eq!(answer.url.path(), "/sign-in", "ten minutes are over");
        assert_eq!(fresh.submit(second(&again).set("code", &code)).await.url.path(), "/");
    })
    .await;
}

#[tokio::test]
async fn ten_are_sent_to_one_account_a_day_and_a_reset_still_gets_its_own() {
    on_both_with(ALLOWED, |passport| async move {
        owner(&passport).await;
        for n in 1..10 {
            if n % 5 == 0 {
                // Six an hour go to one contact for one network.
                passport.clock.advance(60 * MINUTE);
            }
            passport.clock.advance(MINUTE);
            asked(&passport, &mut passport.browser()).await;
        }
        passport.clock.advance(61 * MINUTE);
        let mut browser = passport.browser();
        let answer = halfway(&mut browser).await;
        let before = messages(&passport).await.len();
        let answer = sent(&passport, &mut browser, &answer, "/sign-in/second-step").await;
        assert_eq!(messages(&passport).await.len(), before, "{}", answer.text);
        assert!(summary(&answer)[0].contains("以后"), "{:?}", summary(&answer));
        super::super::super::recovery::proven(&passport, &mut passport.browser(), MOBILE, PHONE).await;
    })
    .await;
}

#[tokio::test]
async fn no_browser_leaves_it_out_and_a_forged_box_changes_nothing() {
    on_both_with(ALLOWED, |passport| async move {
        owner(&passport).await;
        let mut browser = passport.browser();
        let (answer, code) = asked(&passport, &mut browser).await;
        assert!(!answer.has("[name=trust]"));
        let answer = browser.submit(second(&answer).set("code", &code).with("trust", "on")).await;
        assert_eq!(answer.url.path(), "/");
        super::super::super::recovery::change(&passport, "UPDATE known_devices SET trusted_until = 9000000000000")
            .await;
        let answer = browser.open(&page("/sign-out")).await;
        browser.submit(form(&answer, "/sign-out")).await;
        passport.clock.advance(MINUTE);
        halfway(&mut browser).await;
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_stands_in_for_it_and_proves_no_more() {
    on_both_with(ALLOWED, |passport| async move {
        let (_, codes) = owner(&passport).await;
        let mut browser = passport.browser();
        let answer = halfway(&mut browser).await;
        let link = answer.attributes("a[href*='with=recovery']", "href").concat();
        let answer = browser.click(&answer, &link).await;
        assert!(answer.text.contains("用短信验证"), "and back: {}", answer.text);
        assert_eq!(browser.submit(second(&answer).set("code", &codes[0])).await.url.path(), "/");
        assert_eq!(shown(&passport).await, ["urn:e-test:acr:1", "pwd otp mfa", "password_sms_recovery_code"]);
    })
    .await;
}

#[tokio::test]
async fn what_protects_the_account_is_changed_only_after_both_steps() {
    on_both_with(ALLOWED, |passport| async move {
        candidate(&passport).await;
        let (mut owner, mut elsewhere) = (passport.browser(), passport.browser());
        sign_in(&mut owner).await;
        sign_in(&mut elsewhere).await;
        with_sms(&passport, &mut owner).await;
        for path in ["/account/security/sms/remove", "/account/security/recovery-codes", "/account/password"] {
            assert_eq!(elsewhere.clone().open(&page(path)).await.url.path(), "/sign-in", "{path}");
            assert_eq!(owner.clone().open(&page(path)).await.url.path(), path);
        }
        passport.clock.advance(MINUTE);
        let mut later = passport.browser();
        enter(&passport, &mut later).await;
        let path = "/account/security/sms/remove";
        let answer = later.open(&page(path)).await;
        let answer = later.submit(form(&answer, path)).await;
        assert_eq!(answer.url.path(), "/account/security");
        assert!(answer.text.contains("短信验证已关闭"), "{}", answer.text);
        assert_eq!(enrolled(&passport).await, Enrolled::default(), "with the codes that stood in for it");
        assert!(messages(&passport).await.iter().any(|told| told.contains("关闭了短信验证")));
    })
    .await;
}

#[tokio::test]
async fn an_app_takes_its_place_and_is_asked_for_alone() {
    on_both_with(ALLOWED, |passport| async move {
        let (_, codes) = owner(&passport).await;
        let mut owner = passport.browser();
        enter(&passport, &mut owner).await;
        let answer = owner.open(&page("/account/security/authenticator")).await;
        let app = App(answer.texts("#secret").concat());
        let turned_on = form(&answer, "/account/security/authenticator").set("code", &app.code(&passport));
        assert_eq!(owner.submit(turned_on).await.url.path(), "/account/security");
        let has = Enrolled { authenticator: true, recovery_code: true, ..Enrolled::default() };
        assert_eq!(enrolled(&passport).await, has);
        assert_eq!(count(&passport, "SELECT COUNT(*) AS n FROM sms_steps").await, 0);
        assert!(messages(&passport).await.iter().any(|told| told.contains("关闭了短信验证")), "and told of");
        assert_eq!(owner.open(&page(SMS)).await.url.path(), "/account/security", "beside it there is none");
        passport.clock.advance(MINUTE);
        let mut browser = passport.browser();
        let answer = halfway(&mut browser).await;
        assert!(!answer.text.contains("短信"), "{}", answer.text);
        let forged = form(&answer, "/sign-in/second-step").set("with", "sms").with("action", "resend");
        assert_eq!(browser.submit(forged).await.url.path(), "/sign-in", "no SMS is a way past it");
        let answer = halfway(&mut browser).await;
        assert_eq!(browser.submit(second(&answer).set("code", &app.code(&passport))).await.url.path(), "/");
        assert_eq!(shown(&passport).await[0], "urn:e-test:acr:2");
        assert_eq!(codes.len(), 10);
    })
    .await;
}

#[tokio::test]
async fn a_site_that_asks_for_two_factors_does_not_get_them_by_sms() {
    on_both_with(ALLOWED, |passport| async move {
        passport.register(&[OURS]).await;
        owner(&passport).await;
        let mut browser = passport.browser();
        enter(&passport, &mut browser).await;
        let essential = r#"{"id_token":{"acr":{"essential":true,"values":["urn:e-test:acr:2"]}}}"#;
        let asking = with(request(), "claims", essential);
        let silent = authorize(&mut browser, &with(asking.clone(), "prompt", "none")).await;
        assert_eq!(silent.parameter("error").as_deref(), Some("unmet_authentication_requirements"));
        let answer = browser.open(&format!("{ISSUER}/authorize?{}", encoded(&asking))).await;
        assert_eq!(answer.url.path(), "/account/security/needed");
        assert!(answer.text.contains("短信验证不算在内"), "{}", answer.text);
    })
    .await;
}
