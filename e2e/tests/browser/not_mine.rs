//! A contact that is not theirs: mistyped by its owner, or named by a stranger, whose reader says so.

use anyhow::ensure;
use e2e::journey::Newcomer;

use crate::axe::Findings;
use crate::stage::{Browser, newcomer, received, registered};

const REFUSE: &str = "main form button[value=refuse]";

/// Somebody new whose code page for the address is in sight.
async fn waits_for_a_code() -> anyhow::Result<(Browser, Newcomer)> {
    let (browser, who) = (Browser::open(390).await?, newcomer());
    registered(&browser, &who).await?;
    browser.goto(&format!("{}/account/contact", browser.demo.passport)).await?;
    browser.click("#email").await?;
    browser.appears("[name=code]").await?;
    Ok((browser, who))
}

#[tokio::test]
async fn an_address_that_was_mistyped_is_corrected_where_its_code_is_awaited() -> anyhow::Result<()> {
    let (browser, wrong) = waits_for_a_code().await?;
    let stray = received(&browser.demo, &wrong.email, "通行证验证码").await?.link("/contact/confirm")?;
    let right = newcomer();
    browser.click("main details.fold summary").await?;
    browser.fill("email", "nobody").await?;
    browser.click("main button[value=correct]").await?;
    browser.appears("#email-error").await?;
    let mut found = Findings::default();
    found.look(&browser).await?;
    browser.fill("email", &right.email).await?;
    browser.click("main button[value=correct]").await?;
    let code = received(&browser.demo, &right.email, "验证").await?.code()?;
    browser.until("the page of the next code", async || Ok(!browser.has("#email-error").await?)).await?;
    browser.fill("code", &code).await?;
    browser.submit().await?;
    browser.arrives_at(&format!("{}/account/contact", browser.demo.passport)).await?;
    browser.shows("已验证").await?;

    // Whoever has the other address can do nothing with what went there, and the new one is a name to sign in by.
    let stranger = Browser::open(1280).await?;
    stranger.goto(&stray).await?;
    ensure!(!stranger.has(REFUSE).await?, "the stray link still asks somebody");
    stranger.one_button_leads_on().await?;
    stranger.goto(&format!("{}/sign-in", stranger.demo.passport)).await?;
    stranger.sign_in(&right.email, &wrong.password).await?;
    stranger.appears(".tiles").await?;
    stranger.close().await?;
    browser.close().await?;
    found.verdict()
}

#[tokio::test]
async fn whose_address_somebody_else_named_has_it_taken_off_and_the_code_is_none_any_more() -> anyhow::Result<()> {
    let (browser, who) = waits_for_a_code().await?;
    let mail = received(&browser.demo, &who.email, "通行证验证码").await?;
    let (reader, mut found) = (Browser::open(1280).await?, Findings::default());
    reader.goto(&mail.link("/contact/confirm")?).await?;
    reader.shows("来自网络地址").await?;
    found.look(&reader).await?;
    reader.click(REFUSE).await?;
    reader.shows("已经取消登记").await?;
    found.look(&reader).await?;
    reader.goto(&mail.link("/contact/confirm")?).await?;
    reader.leads_on().await?;
    ensure!(!reader.has(REFUSE).await?, "the link still asks");
    reader.close().await?;

    browser.fill("code", &mail.code()?).await?;
    browser.submit().await?;
    browser.leads_on().await?;
    browser.goto(&format!("{}/account/contact", browser.demo.passport)).await?;
    ensure!(!browser.text().await?.contains("已验证"), "the address counts as proven");
    browser.close().await?;
    found.verdict()
}

#[tokio::test]
async fn a_reset_that_somebody_else_began_ends_by_one_button_of_its_mail() -> anyhow::Result<()> {
    let (owner, who) = (Browser::open(390).await?, newcomer());
    registered(&owner, &who).await?;
    let proof = received(&owner.demo, &who.email, "请验证您的邮箱").await?.link("/contact/confirm")?;
    owner.goto(&proof).await?;
    owner.click("main form button.primary").await?;
    owner.shows("邮箱已验证").await?;

    let thief = Browser::open(1280).await?;
    thief.goto(&format!("{}/recover", thief.demo.passport)).await?;
    thief.fill("username", &who.email).await?;
    thief.prove().await?;
    thief.submit().await?;
    thief.appears("[name=code]").await?;
    let mail = received(&thief.demo, &who.email, "重置密码").await?;
    let mut found = Findings::default();
    owner.goto(&mail.link("/recover/link")?).await?;
    found.look(&owner).await?;
    owner.click(REFUSE).await?;
    owner.shows("密码没有改变").await?;
    found.look(&owner).await?;
    owner.one_button_leads_on().await?;

    thief.fill("code", &mail.code()?).await?;
    thief.submit().await?;
    thief.shows("收件人表示不是本人操作").await?;
    thief.leads_on().await?;
    thief.close().await?;
    owner.goto(&format!("{}/account/profile", owner.demo.passport)).await?;
    owner.arrives_at(&format!("{}/account/profile", owner.demo.passport)).await?;
    owner.close().await?;
    found.verdict()
}

#[tokio::test]
async fn a_number_that_a_thief_put_in_its_place_is_had_back_by_the_link_of_an_sms() -> anyhow::Result<()> {
    let (thief, who) = (Browser::open(1280).await?, newcomer());
    let number = format!("+86{}", who.mobile);
    registered(&thief, &who).await?;
    thief.goto(&format!("{}/account/contact", thief.demo.passport)).await?;
    thief.click("#mobile").await?;
    thief.appears("[name=code]").await?;
    thief.fill("code", &received(&thief.demo, &number, "验证手机号").await?.code()?).await?;
    thief.submit().await?;
    thief.shows("已验证").await?;
    let theirs = newcomer();
    thief.goto(&format!("{}/account/contact/change?contact=mobile", thief.demo.passport)).await?;
    thief.fill("mobile", &theirs.mobile).await?;
    thief.fill("old_password", &who.password).await?;
    thief.submit().await?;
    thief.appears("[name=code]").await?;
    let code = received(&thief.demo, &format!("+86{}", theirs.mobile), "验证").await?.code()?;
    thief.fill("code", &code).await?;
    thief.submit().await?;
    thief.shows("已更换").await?;

    let (owner, mut found) = (Browser::open(390).await?, Findings::default());
    owner.goto(&received(&owner.demo, &number, "换成了新的联系方式").await?.link("/contact/undo")?).await?;
    found.look(&owner).await?;
    owner.click("main form button.danger").await?;
    owner.shows("已撤销").await?;
    found.look(&owner).await?;
    owner.one_button_leads_on().await?;
    owner.arrives_at(&format!("{}/recover", owner.demo.passport)).await?;
    thief.goto(&format!("{}/account/contact", thief.demo.passport)).await?;
    thief.stands_at_sign_in().await?;
    thief.close().await?;
    owner.close().await?;
    found.verdict()
}
