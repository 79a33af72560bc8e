//! The 72 hours of a reset that one channel is not enough for, and the link that goes on after them.

use anyhow::ensure;
use e2e::demo::Demo;
use e2e::window::Opening;

use crate::axe::Findings;
use crate::stage::{Browser, LastingDemo, received};

const BUTTON: &str = "main form button.primary";
const NEW: &str = "Regen7!wolke";

/// An hour more than the wait.
const LATER: &str = "73h";

async fn open(demo: &Demo, width: u32) -> anyhow::Result<Browser> {
    Browser::open_at(demo, width, Opening::default()).await
}

fn number(demo: &Demo) -> String {
    format!("+86{}", demo.mobile)
}

/// Forgets the password on the way to CET, proves the number alone, and waits.
async fn waits(browser: &Browser) -> anyhow::Result<()> {
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.cet).await?;
    browser.click("main a[href^='/recover?']").await?;
    browser.fill("username", &demo.mobile).await?;
    browser.prove().await?;
    browser.submit().await?;
    browser.appears("[name=code]").await?;
    browser.fill("code", &received(demo, &number(demo), "重置密码").await?.code()?).await?;
    browser.submit().await?;
    browser.shows("还需要一步").await?;
    browser.click("#wait").await?;
    browser.shows("正在等待").await
}

/// The link that was sent when the time was over.
async fn link(demo: &Demo) -> anyhow::Result<String> {
    received(demo, &number(demo), "等待结束").await?.link("/recover/resume")
}

async fn may_choose(browser: &Browser) -> anyhow::Result<()> {
    browser.arrives_at(&format!("{}/recover/password", browser.demo.passport)).await?;
    browser.appears("[name=password_confirm]").await
}

async fn chooses(browser: &Browser) -> anyhow::Result<()> {
    may_choose(browser).await?;
    browser.fill("password", NEW).await?;
    browser.fill("password_confirm", NEW).await?;
    browser.submit().await?;
    browser.shows("新密码已保存").await
}

#[tokio::test]
async fn the_link_after_the_wait_goes_on_in_one_browser_and_leads_on_in_every_other_and_when_it_was_used()
-> anyhow::Result<()> {
    let begun = LastingDemo::begin("demo-three-days")?;
    let first = open(begun.demo(), 390).await?;
    waits(&first).await?;
    let later = begun.later(LATER)?;
    let (demo, link) = (later.demo(), link(later.demo()).await?);
    let (other, mut found) = (open(demo, 1280).await?, Findings::default());
    other.goto(&link).await?;
    other.shows("等待结束了").await?;
    found.look_at_every_way(&other, &link).await?;
    other.click(BUTTON).await?;
    may_choose(&other).await?;
    // Once more, and in another tab.
    other.new_tab().await?;
    other.goto(&link).await?;
    may_choose(&other).await?;

    // Where the wait was begun: the number is proven once more, and it goes on there, without another wait.
    first.goto(&link).await?;
    first.shows("这个链接已经在另一个浏览器里用过").await?;
    found.look_at_every_way(&first, &link).await?;
    first.one_button_leads_on().await?;
    first.arrives_at(&format!("{}/recover/code", demo.passport)).await?;
    first.fill("code", &received(demo, &number(demo), "重置密码").await?.code()?).await?;
    first.submit().await?;
    may_choose(&first).await?;
    other.reload().await?;
    other.shows("请从头开始").await?;
    other.one_button_leads_on().await?;
    other.arrives_at(&format!("{}/recover", demo.passport)).await?;
    chooses(&first).await?;

    for browser in [&first, &other] {
        browser.goto(&link).await?;
        browser.shows("这个链接已过期").await?;
        browser.one_button_leads_on().await?;
        browser.arrives_at(&format!("{}/recover", demo.passport)).await?;
    }
    other.close().await?;
    first.close().await?;
    found.verdict()
}

#[tokio::test]
async fn who_waited_on_the_way_to_a_site_gets_there_by_the_link_and_by_the_page_that_was_left_open()
-> anyhow::Result<()> {
    let begun = LastingDemo::begin("demo-three-days-on-the-way")?;
    let browser = open(begun.demo(), 390).await?;
    waits(&browser).await?;
    let later = begun.later(LATER)?;
    let (demo, link) = (later.demo(), link(later.demo()).await?);
    // The page that waits, as it was left, and the link in the same browser: both are the page for the new password.
    browser.reload().await?;
    may_choose(&browser).await?;
    let left_open = browser.new_tab().await?;
    browser.goto(&link).await?;
    chooses(&browser).await?;
    ensure!(browser.value("username").await?.ends_with(&demo.mobile), "the account is not filled in");
    browser.fill("province", "31").await?;
    browser.fill("password", NEW).await?;
    browser.submit().await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.shows("上海").await?;
    browser.goto(&link).await?;
    browser.one_button_leads_on().await?;
    browser.switch_to(left_open).await?;
    browser.fill("password", "Another7!wolke").await?;
    browser.fill("password_confirm", "Another7!wolke").await?;
    browser.submit().await?;
    browser.shows("请从头开始").await?;
    browser.one_button_leads_on().await?;
    browser.goto(&format!("{}/registration", demo.cet)).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.close().await
}
