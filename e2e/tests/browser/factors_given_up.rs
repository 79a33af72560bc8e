//! Second factors that are given up: removed by their owner, replaced, and lost, every one.

use anyhow::ensure;
use e2e::demo::Demo;
use e2e::journey::Newcomer;
use e2e::window::{App, Opening};

use crate::axe::Findings;
use crate::second_factors::{at, keep_codes, with_app};
use crate::stage::{Browser, LastingDemo, newcomer, received, registered};

const NEW: &str = "Regen7!wolke";

/// Registers somebody in that browser, whose address is proven: notices go there.
async fn proven(browser: &Browser) -> anyhow::Result<Newcomer> {
    let who = newcomer();
    registered(browser, &who).await?;
    let mail = received(&browser.demo, &who.email, "请验证您的邮箱").await?;
    browser.goto(&mail.link("/contact/confirm")?).await?;
    browser.click("main form button.primary").await?;
    browser.shows("邮箱已验证").await?;
    Ok(who)
}

/// Signs in with the password elsewhere: where that leads.
async fn elsewhere(demo: &Demo, who: &Newcomer) -> anyhow::Result<Browser> {
    let browser = Browser::open_at(demo, 390, Opening::default()).await?;
    browser.goto(&format!("{}/sign-in", demo.passport)).await?;
    browser.sign_in(&who.email, &who.password).await?;
    Ok(browser)
}

#[tokio::test]
async fn an_app_that_is_removed_is_asked_for_nowhere_and_its_owner_is_told() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let who = proven(&browser).await?;
    with_app(&browser).await?;
    let mut found = Findings::default();
    browser.click("main a[href='/account/security/authenticator/remove']").await?;
    browser.appears("#remove").await?;
    found.look(&browser).await?;
    browser.click("#remove").await?;
    browser.shows("身份验证器已关闭").await?;
    browser.shows("只有密码保护您的账号").await?;
    found.look(&browser).await?;
    received(&browser.demo, &who.email, "身份验证器已关闭").await?.link("/alarm")?;
    let other = elsewhere(&browser.demo, &who).await?;
    other.appears(".tiles").await?;
    other.close().await?;
    browser.close().await?;
    found.verdict()
}

#[tokio::test]
async fn a_passkey_that_is_removed_signs_nobody_in_and_its_owner_is_told() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let authenticator = browser.add_authenticator().await?;
    let who = proven(&browser).await?;
    at(&browser, "/passkeys").await?;
    browser.submit().await?;
    keep_codes(&browser).await?;
    browser.click("main a.factor-change").await?;
    browser.appears("#remove").await?;
    browser.click("#remove").await?;
    browser.shows("通行密钥已移除").await?;
    received(&browser.demo, &who.email, "通行密钥已移除").await?.link("/alarm")?;
    // The device still offers it, and it is none.
    browser.sign_out_at_the_passport().await?;
    browser.goto(&format!("{}/sign-in", browser.demo.passport)).await?;
    browser.click("form[data-passkey] button").await?;
    browser.arrives_at(&format!("{}/sign-in/passkey", browser.demo.passport)).await?;
    browser.shows("这个通行密钥已经不能用了").await?;
    let mut found = Findings::default();
    found.look(&browser).await?;
    browser.remove_authenticator(&authenticator).await?;
    browser.one_button_leads_on().await?;
    browser.sign_in(&who.email, &who.password).await?;
    browser.appears(".tiles").await?;
    browser.close().await?;
    found.verdict()
}

#[tokio::test]
async fn of_two_sets_of_recovery_codes_the_newer_counts_and_its_owner_is_told() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let who = proven(&browser).await?;
    let (_, former) = with_app(&browser).await?;
    browser.click("main a[href='/account/security/recovery-codes']").await?;
    browser.shows("旧的10个立即失效").await?;
    let mut found = Findings::default();
    found.look(&browser).await?;
    let present = keep_codes(&browser).await?;
    received(&browser.demo, &who.email, "恢复码已更换").await?.link("/alarm")?;
    let other = elsewhere(&browser.demo, &who).await?;
    other.click("a[href*='with=recovery']").await?;
    other.fill("code", &former).await?;
    other.submit().await?;
    other.appears("#code-error").await?;
    found.look(&other).await?;
    other.fill("code", &present).await?;
    other.submit().await?;
    other.appears(".tiles").await?;
    at(&other, "").await?;
    other.shows("10个中还剩9个").await?;
    other.close().await?;
    browser.close().await?;
    found.verdict()
}

/// Stands before the second step on the way to CET with nothing left, proves the address, and waits.
async fn waits(browser: &Browser, who: &Newcomer) -> anyhow::Result<()> {
    browser.asked_to_sign_in(&browser.demo.cet).await?;
    browser.sign_in(&who.email, &who.password).await?;
    browser.arrives_at(&format!("{}/sign-in/second-step", browser.demo.passport)).await?;
    browser.click("main details.fold summary").await?;
    browser.click("main details.fold a").await?;
    browser.arrives_at(&format!("{}/recover", browser.demo.passport)).await?;
    browser.fill("username", &who.email).await?;
    browser.prove().await?;
    browser.submit().await?;
    browser.appears("[name=code]").await?;
    browser.fill("code", &received(&browser.demo, &who.email, "重置密码").await?.code()?).await?;
    browser.submit().await?;
    browser.shows("还需要一步").await?;
    browser.click("[name=lost]").await?;
    browser.click("#wait").await?;
    browser.shows("正在等待").await
}

#[tokio::test]
async fn who_has_lost_every_factor_waits_three_days_and_ends_at_the_site_with_a_password_alone() -> anyhow::Result<()> {
    let begun = LastingDemo::begin("demo-all-lost")?;
    let owner = Browser::open_at(begun.demo(), 1280, Opening::default()).await?;
    let who = proven(&owner).await?;
    let _lost: (App, String) = with_app(&owner).await?;
    owner.close().await?;
    let browser = Browser::open_at(begun.demo(), 390, Opening::default()).await?;
    waits(&browser, &who).await?;
    let mut found = Findings::default();
    found.look(&browser).await?;
    received(&browser.demo, &who.email, "有人要重置").await?.link("/recover/cancel")?;

    let later = begun.later("73h")?;
    browser.goto(&received(later.demo(), &who.email, "等待结束").await?.link("/recover/resume")?).await?;
    browser.arrives_at(&format!("{}/recover/password", browser.demo.passport)).await?;
    found.look(&browser).await?;
    browser.fill("password", NEW).await?;
    browser.fill("password_confirm", NEW).await?;
    browser.submit().await?;
    browser.shows("新密码已保存").await?;
    browser.fill("province", "31").await?;
    browser.fill("password", NEW).await?;
    browser.submit().await?;
    browser.stands_at_the_desk_of(&browser.demo.cet).await?;
    at(&browser, "").await?;
    browser.shows("只有密码保护您的账号").await?;
    received(later.demo(), &who.email, "全部验证方式已移除").await?.link("/alarm")?;
    browser.close().await?;
    found.verdict()
}

#[tokio::test]
async fn a_wait_for_somebody_elses_factors_to_go_ends_by_the_link_of_its_notice() -> anyhow::Result<()> {
    let owner = Browser::open(1280).await?;
    let who = proven(&owner).await?;
    with_app(&owner).await?;
    let thief = Browser::open(390).await?;
    waits(&thief, &who).await?;
    let mut found = Findings::default();
    owner.goto(&received(&owner.demo, &who.email, "有人要重置").await?.link("/recover/cancel")?).await?;
    found.look(&owner).await?;
    owner.click("main form button.danger").await?;
    owner.shows("已取消重置").await?;
    found.look(&owner).await?;
    thief.reload().await?;
    thief.shows("请从头开始").await?;
    thief.one_button_leads_on().await?;
    thief.close().await?;
    at(&owner, "").await?;
    ensure!(owner.has("main a[href='/account/security/authenticator/remove']").await?, "the app is gone");
    owner.close().await?;
    found.verdict()
}
