//! 登录与设备 says of each sign-in how it was made: what was shown, and no more.

use std::time::Duration;

use super::passkeys::{USE, candidate_with, make, use_at};
use super::*;
use crate::support::authenticator::Authenticator;
use crate::support::on_both_with;

/// What the list says of the sign-in of this browser.
async fn how(browser: &mut Browser) -> String {
    let mut facts = said(browser, "/account/sessions").await;
    assert!(facts[3].starts_with("最近使用"), "{facts:?}");
    facts.remove(2)
}

async fn said(browser: &mut Browser, path: &str) -> Vec<String> {
    browser.open(&page(path)).await.texts(".device .pieces.num span")
}

/// Signs in with the second step, by a code; with boxes ticked.
async fn with_code(browser: &mut Browser, code: &str, boxes: &[&str]) {
    let mut filled = second(&halfway(browser).await).set("code", code);
    for name in boxes {
        filled = filled.with(name, "on");
    }
    assert_eq!(browser.submit(filled).await.url.path(), "/");
}

#[tokio::test]
async fn passwords_codes_and_the_step_that_is_left_out_are_told_apart() {
    on_both_with(PLAIN, |passport| async move {
        candidate(&passport).await;
        let mut owner = passport.browser();
        sign_in(&mut owner).await;
        assert_eq!(how(&mut owner).await, "用密码");
        let (app, codes) = with_app(&passport, &mut owner).await;
        assert_eq!(how(&mut owner).await, "用密码和身份验证器", "a code was shown to turn it on");

        passport.clock.advance(Duration::from_secs(60));
        let mut remembered = passport.browser();
        with_code(&mut remembered, &app.code(&passport), &["trust"]).await;
        assert_eq!(how(&mut remembered).await, "用密码和身份验证器");
        let answer = remembered.open(&page("/sign-out")).await;
        remembered.submit(form(&answer, "/sign-out")).await;
        sign_in(&mut remembered).await;
        assert_eq!(how(&mut remembered).await, "用密码，记住的设备免去第二步");
        let english = said(&mut remembered, "/account/sessions?lang=en").await;
        assert_eq!(english[2], "With the password; no second step, as the device is remembered");

        let mut lost = passport.browser();
        let answer = halfway(&mut lost).await;
        let link = answer.attributes("a[href*='with=recovery']", "href").concat();
        let answer = lost.click(&answer, &link).await;
        assert_eq!(lost.submit(second(&answer).set("code", &codes[3])).await.url.path(), "/");
        assert_eq!(how(&mut lost).await, "用密码和恢复码");
    })
    .await;
}

#[tokio::test]
async fn passkeys_are_told_from_passwords_with_a_passkey() {
    on_both_with(PLAIN, |passport| async move {
        let mut device = Authenticator::new();
        let mut owner = candidate_with(&passport, &mut device).await;
        assert_eq!(how(&mut owner).await, "用密码，接着添加了通行密钥");
        let mut alone = passport.browser();
        assert_eq!(use_at(&mut alone, &mut device).await.url.path(), "/");
        assert_eq!(how(&mut alone).await, "用通行密钥");
        let mut other = Authenticator::new();
        make(&mut alone, &mut other).await;
        assert_eq!(how(&mut alone).await, "用通行密钥", "it was shown already that there are two factors");

        let mut second = passport.browser();
        let answer = halfway(&mut second).await;
        let options = options(&mut second, &answer, USE).await.json();
        let form = answered(answer.form(USE), &options, &device.get(&options));
        assert_eq!(second.submit(form).await.url.path(), "/");
        assert_eq!(how(&mut second).await, "用密码和通行密钥");
    })
    .await;
}
