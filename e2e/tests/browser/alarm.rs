//! “This wasn't me”, by real mail: what it ends, where it leads, and that its link is never a dead end.

use anyhow::{Context as _, ensure};
use e2e::journey::Newcomer;

use crate::axe::Findings;
use crate::stage::{Browser, received};

const THIEVES: &str = "Seil7!hafen";
const NEW: &str = "Regen7!wolke";

/// Somebody whose address is proven, whose password a thief in this browser has changed, at the CET desk.
async fn robbed() -> anyhow::Result<(Browser, Newcomer, String)> {
    let browser = Browser::open(1280).await?;
    let who = browser.at_the_desk().await?;
    browser.goto(&received(&browser.demo, &who.email, "请验证您的邮箱").await?.link("/contact/confirm")?).await?;
    browser.click("main form button.primary").await?;
    browser.shows("邮箱已验证").await?;
    browser.goto(&format!("{}/account/password", browser.demo.passport)).await?;
    for (field, text) in [("old_password", who.password.as_str()), ("password", THIEVES), ("password_confirm", THIEVES)]
    {
        browser.fill(field, text).await?;
    }
    browser.submit().await?;
    browser.appears(".notice.ok").await?;
    let link = received(&browser.demo, &who.email, "密码已修改").await?.link("/alarm")?;
    Ok((browser, who, link))
}

/// Says that it was not them; the number of the case.
async fn says_so(owner: &Browser, link: &str) -> anyhow::Result<String> {
    owner.goto(link).await?;
    owner.click("main form button.danger").await?;
    owner.shows("账号已保护").await?;
    shown(owner).await
}

/// The number in sight.
async fn shown(browser: &Browser) -> anyhow::Result<String> {
    let number = browser.run("return document.querySelector('main .facts .reference').textContent").await?;
    number.as_str().map(str::to_owned).context("a number")
}

#[tokio::test]
async fn a_notice_answered_with_not_me_ends_everything_and_leads_to_a_new_password() -> anyhow::Result<()> {
    let (thief, who, link) = robbed().await?;
    let owner = Browser::open(390).await?;
    let mut found = Findings::default();
    found.look_at_every_way(&owner, &link).await?;
    let number = says_so(&owner, &link).await?;
    found.look_at_every_way(&owner, &owner.url().await?).await?;
    let told = async || {
        thief.goto(&thief.demo.cet).await?;
        Ok(!thief.has("form[action='/sign-out']").await?)
    };
    thief.until("CET to have been told", told).await?;
    thief.goto(&format!("{}/sign-in", thief.demo.passport)).await?;
    thief.sign_in(&who.email, THIEVES).await?;
    thief.appears(".summary").await?;
    let mail = received(&owner.demo, &who.email, &number).await?;
    ensure!(mail.link("/recover").is_ok(), "the mail leads to the reset");

    owner.one_button_leads_on().await?;
    owner.arrives_at(&format!("{}/recover", owner.demo.passport)).await?;
    owner.fill("username", &who.email).await?;
    owner.prove().await?;
    owner.submit().await?;
    owner.arrives_at(&format!("{}/recover/code", owner.demo.passport)).await?;
    owner.fill("code", &received(&owner.demo, &who.email, "重置E-TEST通行证密码").await?.code()?).await?;
    owner.submit().await?;
    owner.arrives_at(&format!("{}/recover/password", owner.demo.passport)).await?;
    owner.fill("password", NEW).await?;
    owner.fill("password_confirm", NEW).await?;
    owner.submit().await?;
    owner.sign_in(&who.email, NEW).await?;
    owner.appears(".tiles").await?;

    // Of the history, too, each line can be reported.
    owner.goto(&format!("{}/account/activity", owner.demo.passport)).await?;
    owner.click(".event a[href*='/report']").await?;
    owner.appears("main form button.danger").await?;
    found.look(&owner).await?;
    owner.click("main form button.danger").await?;
    owner.shows("账号已保护").await?;
    ensure!(shown(&owner).await? != number, "another case");
    found.verdict()?;
    thief.close().await?;
    owner.close().await
}

#[tokio::test]
async fn the_link_of_a_notice_shows_its_case_twice_and_elsewhere_and_leads_on_when_it_is_too_old() -> anyhow::Result<()>
{
    let (thief, _, link) = robbed().await?;
    let owner = Browser::open_without_script().await?;
    owner.goto(&link).await?;
    let early = owner.new_tab().await?;
    let number = says_so(&owner, &link).await?;
    // The page that was opened before.
    owner.switch_to(early).await?;
    owner.click("main form button.danger").await?;
    owner.shows(&number).await?;
    owner.back().await?;
    owner.leads_on().await?;
    thief.goto(&link).await?;
    thief.shows(&number).await?;
    thief.one_button_leads_on().await?;
    thief.goto(&format!("{}/alarm?t=too-old", thief.demo.passport)).await?;
    thief.shows("这个链接已经过期").await?;
    thief.one_button_leads_on().await?;
    thief.arrives_at(&format!("{}/recover", thief.demo.passport)).await?;
    thief.close().await?;
    owner.close().await
}
