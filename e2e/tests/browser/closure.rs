//! 注销账号, as a person meets it: asked for, taken back on the way to a site, and taken back by the link in a message.

use anyhow::ensure;

use crate::axe::Findings;
use crate::stage::{Browser, received};

/// Asks for the end of the account that is signed in here.
async fn cancels(browser: &Browser, password: &str) -> anyhow::Result<()> {
    browser.goto(&format!("{}/account/close", browser.demo.passport)).await?;
    browser.fill("old_password", password).await?;
    browser.click("main form[action='/account/close'] button.danger").await?;
    browser.shows("已申请注销").await
}

#[tokio::test]
async fn an_account_that_is_cancelled_is_had_back_with_one_button_on_the_way_to_a_site() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    let who = browser.at_the_desk().await?;
    let mut found = Findings::default();
    found.look_at_every_way(&browser, &format!("{}/account/close", demo.passport)).await?;
    browser.fill("old_password", "Wrong-pass-1").await?;
    browser.click("main form[action='/account/close'] button.danger").await?;
    browser.appears("#old_password-error").await?;
    found.look(&browser).await?;
    cancels(&browser, &who.password).await?;
    let told = async || {
        browser.goto(&demo.cet).await?;
        Ok(!browser.has("form[action='/sign-out']").await?)
    };
    browser.until("CET to have been told", told).await?;

    browser.asked_to_sign_in(&demo.cet).await?;
    browser.sign_in(&who.email, &who.password).await?;
    browser.shows("这个账号即将注销").await?;
    found.look_at_every_way(&browser, &browser.url().await?).await?;
    // Neither another site nor the home is a way around it.
    for around in [format!("{}/registration", demo.pets), demo.passport.clone()] {
        browser.goto(&around).await?;
        browser.shows("这个账号即将注销").await?;
    }
    browser.goto(&format!("{}/registration", demo.cet)).await?;
    browser.shows("这个账号即将注销").await?;
    browser.one_button_leads_on().await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.back().await?;
    browser.leads_on().await?;
    found.verdict()?;
    browser.close().await
}

#[tokio::test]
async fn the_link_in_a_message_takes_it_back_in_any_browser_and_twice_leads_on() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let who = browser.at_the_desk().await?;
    cancels(&browser, &who.password).await?;
    let by_mail = received(&browser.demo, &who.email, "即将注销").await?.link("/close/take-back")?;
    let by_sms =
        received(&browser.demo, &format!("+86{}", who.mobile), "申请了注销").await?.link("/close/take-back")?;
    let other = Browser::open_without_script().await?;
    other.goto(&by_sms).await?;
    other.click("main form button.primary").await?;
    other.shows("已撤回注销").await?;
    other.appears(".status-mark.ok").await?;
    other.goto(&by_mail).await?;
    other.shows("没有什么要撤回的").await?;
    other.one_button_leads_on().await?;
    ensure!(!other.has(".tiles").await?, "the link signed somebody in");
    other.close().await?;
    browser.goto(&format!("{}/sign-in", browser.demo.passport)).await?;
    browser.sign_in(&who.mobile, &who.password).await?;
    browser.appears(".tiles").await?;
    browser.close().await
}
