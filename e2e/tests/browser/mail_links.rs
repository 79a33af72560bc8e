//! Links in mails: pressed twice, in another browser, after a newer one, and on the way to a site.

use anyhow::ensure;
use e2e::journey::Newcomer;

use crate::stage::{Browser, newcomer, received, registered};

const BUTTON: &str = "main form button.primary";

/// Somebody new, signed in here, and the link that proves their address.
async fn with_a_link() -> anyhow::Result<(Browser, Newcomer, String)> {
    let (browser, who) = (Browser::open(390).await?, newcomer());
    registered(&browser, &who).await?;
    let link = received(&browser.demo, &who.email, "请验证您的邮箱").await?.link("/contact/confirm")?;
    Ok((browser, who, link))
}

/// Somebody whose address is proven.
async fn proven() -> anyhow::Result<(Browser, Newcomer)> {
    let (browser, who, link) = with_a_link().await?;
    browser.goto(&link).await?;
    browser.click(BUTTON).await?;
    browser.shows("邮箱已验证").await?;
    Ok((browser, who))
}

#[tokio::test]
async fn a_link_pressed_twice_says_that_it_is_done_and_leads_on() -> anyhow::Result<()> {
    let (browser, _, link) = with_a_link().await?;
    browser.goto(&link).await?;
    browser.appears(BUTTON).await?;
    let first = browser.new_tab().await?;
    browser.goto(&link).await?;
    browser.click(BUTTON).await?;
    browser.shows("邮箱已验证").await?;
    browser.appears(".status-mark.ok").await?;
    // The page that was opened before, and the link once more.
    browser.switch_to(first).await?;
    browser.click(BUTTON).await?;
    browser.shows("这个链接已经用过").await?;
    browser.goto(&link).await?;
    browser.shows("不用再做什么").await?;
    browser.appears(".status-mark.info").await?;
    browser.one_button_leads_on().await?;
    browser.arrives_at(&format!("{}/account/contact", browser.demo.passport)).await?;
    browser.close().await
}

#[tokio::test]
async fn a_link_pressed_in_another_browser_leads_to_its_sign_in() -> anyhow::Result<()> {
    let (browser, who, link) = with_a_link().await?;
    let other = Browser::open(1280).await?;
    other.goto(&link).await?;
    other.click(BUTTON).await?;
    other.shows("邮箱已验证").await?;
    other.one_button_leads_on().await?;
    // It is nobody's home here: that page has one way in.
    other.one_button_leads_on().await?;
    other.arrives_at(&format!("{}/sign-in", other.demo.passport)).await?;
    other.sign_in(&who.email, &who.password).await?;
    other.appears(".tiles").await?;
    other.goto(&link).await?;
    other.one_button_leads_on().await?;
    other.close().await?;
    // Where it was asked for, the page that waits finds it done.
    browser.goto(&format!("{}/account/contact", browser.demo.passport)).await?;
    browser.until("the address is proven", async || Ok(browser.text().await?.contains("已验证"))).await?;
    browser.close().await
}

#[tokio::test]
async fn a_link_that_a_newer_one_replaced_leads_on() -> anyhow::Result<()> {
    let (browser, who, older) = with_a_link().await?;
    browser.goto(&format!("{}/account/contact", browser.demo.passport)).await?;
    browser.click("#email").await?;
    browser.appears("[name=code]").await?;
    let newer = received(&browser.demo, &who.email, "通行证验证码").await?.link("/contact/confirm")?;
    browser.goto(&newer).await?;
    browser.click(BUTTON).await?;
    browser.shows("邮箱已验证").await?;
    for over in [&older, &format!("{}/contact/confirm?t=unknown", browser.demo.passport)] {
        browser.goto(over).await?;
        browser.one_button_leads_on().await?;
        browser.arrives_at(&format!("{}/account/contact", browser.demo.passport)).await?;
    }
    browser.close().await
}

#[tokio::test]
async fn a_code_that_was_guessed_at_is_over_and_the_link_beside_it_leads_on() -> anyhow::Result<()> {
    let (browser, who, _) = with_a_link().await?;
    browser.goto(&format!("{}/account/contact", browser.demo.passport)).await?;
    browser.click("#email").await?;
    browser.appears("[name=code]").await?;
    let mail = received(&browser.demo, &who.email, "通行证验证码").await?;
    let wrong = if mail.code()? == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        browser.fill("code", wrong).await?;
        browser.submit().await?;
        browser.appears("#code-error").await?;
    }
    browser.shows("这个验证码已失效").await?;
    browser.leads_on().await?;
    browser.goto(&mail.link("/contact/confirm")?).await?;
    browser.click(BUTTON).await?;
    browser.shows("邮箱已验证").await?;
    browser.one_button_leads_on().await?;
    browser.close().await
}

#[tokio::test]
async fn an_address_changed_by_the_link_is_said_to_be_changed() -> anyhow::Result<()> {
    let (browser, who) = proven().await?;
    let next = newcomer();
    browser.goto(&format!("{}/account/contact/change?contact=email", browser.demo.passport)).await?;
    browser.fill("email", &next.email).await?;
    browser.fill("old_password", &who.password).await?;
    browser.submit().await?;
    browser.appears("[name=code]").await?;
    let link = received(&browser.demo, &next.email, "通行证验证码").await?.link("/contact/confirm")?;
    let other = Browser::open(390).await?;
    other.goto(&link).await?;
    other.click(BUTTON).await?;
    other.shows("邮箱已更换").await?;
    other.appears(".status-mark.ok").await?;
    other.one_button_leads_on().await?;
    // It is nobody's home here: that page has one way in.
    other.one_button_leads_on().await?;
    other.arrives_at(&format!("{}/sign-in", other.demo.passport)).await?;
    other.sign_in(&next.email, &who.password).await?;
    other.appears(".tiles").await?;
    other.close().await?;
    browser.reload().await?;
    browser.shows("已更换，现在用新的登录").await?;
    // The old one is told, and its link undoes it in any browser; pressed twice, it still leads on.
    let undo = received(&browser.demo, &who.email, "更换了联系方式").await?.link("/contact/undo")?;
    let old = Browser::open(390).await?;
    old.goto(&undo).await?;
    old.click("main form button.danger").await?;
    old.shows("已撤销").await?;
    old.appears(".status-mark.ok").await?;
    old.goto(&undo).await?;
    old.one_button_leads_on().await?;
    old.arrives_at(&format!("{}/recover", old.demo.passport)).await?;
    old.close().await?;
    browser.close().await
}

/// Forgets the password on the way to CET; the code page is in sight, and the mail's link is here.
async fn forgot_on_the_way(who: &Newcomer) -> anyhow::Result<(Browser, String)> {
    let browser = Browser::open(390).await?;
    browser.asked_to_sign_in(&browser.demo.cet).await?;
    browser.click("main a[href^='/recover?']").await?;
    browser.fill("username", &who.email).await?;
    browser.prove().await?;
    browser.submit().await?;
    browser.appears("[name=code]").await?;
    let link = received(&browser.demo, &who.email, "重置密码").await?.link("/recover/link")?;
    Ok((browser, link))
}

/// Chooses another password on the page in sight, and signs in with it on the next.
async fn chooses(browser: &Browser, password: &str) -> anyhow::Result<()> {
    browser.arrives_at(&format!("{}/recover/password", browser.demo.passport)).await?;
    browser.fill("password", password).await?;
    browser.fill("password_confirm", password).await?;
    browser.submit().await?;
    browser.shows("新密码已保存").await
}

#[tokio::test]
async fn on_the_way_to_a_site_the_mails_link_ends_there_and_pressed_twice_leads_there() -> anyhow::Result<()> {
    let (settled, who) = proven().await?;
    settled.close().await?;
    let (browser, link) = forgot_on_the_way(&who).await?;
    let waiting = browser.new_tab().await?;
    browser.goto(&link).await?;
    browser.click(BUTTON).await?;
    // The tab that waits for the code learns that it is not needed any more.
    let choosing = browser.tab().await?;
    browser.switch_to(waiting).await?;
    browser.fill("code", "123456").await?;
    browser.submit().await?;
    browser.arrives_at(&format!("{}/recover/password", browser.demo.passport)).await?;
    browser.switch_to(choosing).await?;
    chooses(&browser, "Regen7!wolke").await?;
    browser.goto(&link).await?;
    browser.shows("这个链接已经用过").await?;
    browser.one_button_leads_on().await?;
    browser.back().await?;
    browser.back().await?;
    browser.fill("province", "31").await?;
    browser.fill("username", &who.email).await?;
    browser.fill("password", "Regen7!wolke").await?;
    browser.submit().await?;
    browser.stands_at_the_desk_of(&browser.demo.cet).await?;
    browser.close().await
}

#[tokio::test]
async fn on_the_way_to_a_site_a_link_pressed_in_another_browser_lets_the_first_go_on() -> anyhow::Result<()> {
    let (settled, who) = proven().await?;
    settled.close().await?;
    let (browser, link) = forgot_on_the_way(&who).await?;
    let other = Browser::open(1280).await?;
    other.goto(&link).await?;
    other.click(BUTTON).await?;
    chooses(&other, "Regen7!wolke").await?;
    other.close().await?;
    browser.fill("code", "123456").await?;
    browser.submit().await?;
    browser.shows("这个验证码已经用过").await?;
    browser.sign_in(&who.mobile, "Regen7!wolke").await?;
    browser.stands_at_the_desk_of(&browser.demo.cet).await?;
    browser.close().await
}

#[tokio::test]
async fn on_the_way_to_a_site_an_older_link_leads_there_once_a_newer_one_was_used() -> anyhow::Result<()> {
    let (settled, who) = proven().await?;
    settled.close().await?;
    let (first, older) = forgot_on_the_way(&who).await?;
    let (second, mut newer) = forgot_on_the_way(&who).await?;
    let arrived = async || {
        newer = received(&second.demo, &who.email, "重置密码").await?.link("/recover/link")?;
        Ok(newer != older)
    };
    second.until("the newer mail", arrived).await?;
    second.goto(&newer).await?;
    second.click(BUTTON).await?;
    chooses(&second, "Regen7!wolke").await?;
    second.fill("province", "31").await?;
    second.fill("password", "Regen7!wolke").await?;
    second.submit().await?;
    second.stands_at_the_desk_of(&second.demo.cet).await?;
    second.close().await?;
    first.goto(&older).await?;
    first.one_button_leads_on().await?;
    first.arrives_at(&format!("{}/recover", first.demo.passport)).await?;
    first.click("main a[href^='/sign-in?']").await?;
    first.sign_in(&who.email, "Regen7!wolke").await?;
    first.stands_at_the_desk_of(&first.demo.cet).await?;
    ensure!(first.text().await?.contains("上海"), "the province was lost on the way");
    first.close().await
}
