//! What stands between an account and somebody who guesses its password, as a person meets it.

use anyhow::ensure;
use e2e::window::Opening;

use crate::stage::{Browser, OwnDemo, newcomer, received};

const CAPTCHA: &str = "main [name=captcha_id]";

/// With the settings of production, in a demo whose address block no other test has failed from.
#[tokio::test]
async fn two_failures_bring_a_captcha_and_five_lock_the_account() -> anyhow::Result<()> {
    let own = OwnDemo::running("demo-guarded", &[], &["passport"])?;
    let (demo, sign_in_page) = (&own.demo, format!("{}/sign-in", own.demo.passport));
    let browser = Browser::open_at(demo, 1280, Opening::default()).await?;
    browser.goto(&sign_in_page).await?;
    browser.appears("main [name=password]").await?;
    ensure!(!browser.has(CAPTCHA).await?, "a captcha is asked for before anything failed");
    browser.sign_in(&demo.email, "Wrong-pass-1").await?;
    browser.shows("还可以试4次").await?;
    ensure!(!browser.has(CAPTCHA).await?, "one failure brings a captcha already");
    browser.sign_in(&demo.email, "Wrong-pass-1").await?;
    browser.shows("还可以试3次").await?;
    ensure!(browser.has(CAPTCHA).await?, "two failures bring no captcha");

    // Without its answer not even the right password is looked at, and no try is lost.
    let stopped = "window.Worker = class { constructor() { throw new Error('no worker'); } };";
    browser.run(stopped).await?;
    browser.fill("password", &demo.password).await?;
    browser.shows("请改为看图").await?;
    browser.submit().await?;
    browser.appears("#captcha-error").await?;
    ensure!(browser.value("username").await? == demo.email, "the account was lost");
    browser.sign_in(&demo.email, "Wrong-pass-1").await?;
    browser.shows("还可以试2次").await?;
    browser.sign_in(&demo.email, "Wrong-pass-1").await?;
    browser.shows("还可以试1次").await?;
    browser.sign_in(&demo.email, "Wrong-pass-1").await?;
    browser.shows("为保护您的账号").await?;
    ensure!(browser.text().await?.contains("以后再试，或现在重置密码"), "it is not said what to do");
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.shows("为保护您的账号").await?;
    ensure!(browser.url().await?.starts_with(&sign_in_page), "a locked account was signed in to");

    // The block of addresses has failed too: whoever comes from it is asked at once.
    let neighbour = Browser::open_at(demo, 390, Opening::default()).await?;
    neighbour.goto(&sign_in_page).await?;
    neighbour.appears(CAPTCHA).await?;
    neighbour.close().await?;
    browser.close().await
}

#[tokio::test]
async fn the_buttons_of_the_captcha_keep_what_was_typed_passwords_too() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let who = newcomer();
    browser.goto(&format!("{}/register", browser.demo.passport)).await?;
    browser.fill("email", &who.email).await?;
    browser.fill("password", &who.password).await?;
    browser.click("[name=captcha_action][value=shrink]").await?;
    browser.appears("img.captcha-picture").await?;
    browser.click("[name=captcha_action][value=enlarge]").await?;
    browser.appears(".captcha.large [name=captcha_action][value=shrink]").await?;
    browser.prove().await?;
    ensure!(browser.value("password").await? == who.password, "the password was lost");
    browser.reload().await?;
    ensure!(browser.value("email").await? == who.email, "a reload lost the mail address");
    browser.leads_on().await?;
    browser.close().await
}

/// Whoever sends the form before the browser is done, or has not touched it, need not press anything twice.
#[tokio::test]
async fn a_form_sent_before_the_work_is_done_goes_by_itself_when_it_is() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    browser.goto(&format!("{}/recover", browser.demo.passport)).await?;
    browser.appears(".captcha[data-work]").await?;
    ensure!(browser.value("pow_solution").await?.is_empty(), "it works before anybody has touched the form");
    browser.run("document.querySelector('[name=username]').value = 'nobody@example.com'").await?;
    browser.submit().await?;
    browser.arrives_at(&format!("{}/recover/code", browser.demo.passport)).await?;
    browser.close().await
}

#[tokio::test]
async fn without_script_who_cannot_read_the_picture_registers_by_a_code() -> anyhow::Result<()> {
    let browser = Browser::open_without_script().await?;
    let who = newcomer();
    browser.goto(&format!("{}/register", browser.demo.passport)).await?;
    browser.fill("email", &who.email).await?;
    browser.fill("mobile", &who.mobile).await?;
    browser.fill("captcha", "00000").await?;
    browser.submit().await?;
    browser.shows("验证码不对，已换了一张").await?;
    ensure!(browser.value("email").await? == who.email, "a wrong answer lost the mail address");
    browser.click("[name=captcha_action][value=enlarge]").await?;
    browser.appears(".captcha.large").await?;
    browser.click("[name=captcha_action][value=code]").await?;
    browser.shows("6位数字验证码会发到那里").await?;
    ensure!(browser.value("email").await? == who.email, "the other way lost the mail address");
    let code = received(&browser.demo, &who.email, "验证码").await?.code()?;
    browser.fill("captcha", &code).await?;
    browser.fill("password", &who.password).await?;
    browser.fill("password_confirm", &who.password).await?;
    browser.fill("age", "over").await?;
    browser.click("[name=agree]").await?;
    browser.submit().await?;
    browser.shows("注册成功，请登录").await?;
    browser.close().await
}
