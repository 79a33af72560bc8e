//! What ran out while nobody looked: codes of ten minutes and links of an hour. A whole demo comes back later than it is.

use e2e::window::Opening;

use crate::axe::Findings;
use crate::stage::{Browser, LastingDemo, newcomer, received, registered};

const NEW: &str = "Regen7!wolke";

/// The code that was sent to somebody after that one.
async fn next_code(browser: &Browser, (to, says): (&str, &str), former: &str) -> anyhow::Result<String> {
    let mut code = former.to_owned();
    let arrived = async || {
        code = received(&browser.demo, to, says).await?.code()?;
        Ok(code != former)
    };
    browser.until("the next code", arrived).await?;
    Ok(code)
}

/// Types a code that is over: it is said so, and the button beside it sends another, which is good.
async fn asks_anew(browser: &Browser, (to, says): (&str, &str), former: &str) -> anyhow::Result<()> {
    browser.fill("code", former).await?;
    browser.submit().await?;
    browser.appears("#code-error").await?;
    browser.shows("这个验证码已过期，请重新发送").await?;
    browser.leads_on().await?;
    let mut found = Findings::default();
    found.look(browser).await?;
    found.verdict()?;
    browser.click("main button[value=resend]").await?;
    browser.until("the page of the next code", async || Ok(!browser.has("#code-error").await?)).await?;
    let code = next_code(browser, (to, says), former).await?;
    browser.fill("code", &code).await?;
    browser.submit().await
}

#[tokio::test]
async fn a_code_typed_after_its_ten_minutes_says_so_and_the_next_one_ends_at_the_site() -> anyhow::Result<()> {
    let begun = LastingDemo::begin("demo-grown-old")?;
    let says = "重置密码";
    let browser = Browser::open_at(begun.demo(), 390, Opening::default()).await?;
    browser.asked_to_sign_in(&browser.demo.cet).await?;
    browser.click("main a[href^='/recover?']").await?;
    browser.fill("username", &browser.demo.email).await?;
    browser.prove().await?;
    browser.submit().await?;
    browser.appears("[name=code]").await?;
    let email = browser.demo.email.clone();
    let reset = received(&browser.demo, &email, says).await?;

    let owner = Browser::open_at(begun.demo(), 1280, Opening::default()).await?;
    let who = newcomer();
    registered(&owner, &who).await?;
    owner.goto(&format!("{}/account/contact", owner.demo.passport)).await?;
    owner.click("#mobile").await?;
    owner.appears("[name=code]").await?;
    let theirs = format!("+86{}", who.mobile);
    let sms = received(&owner.demo, &theirs, "验证手机号").await?.code()?;
    let mail = received(&owner.demo, &who.email, "请验证您的邮箱").await?.link("/contact/confirm")?;

    let later = begun.later("11m")?;
    asks_anew(&owner, (&theirs, "验证手机号"), &sms).await?;
    owner.arrives_at(&format!("{}/account/contact", owner.demo.passport)).await?;
    owner.shows("已验证").await?;
    asks_anew(&browser, (&email, says), &reset.code()?).await?;
    browser.arrives_at(&format!("{}/recover/password", browser.demo.passport)).await?;
    browser.fill("password", NEW).await?;
    browser.fill("password_confirm", NEW).await?;
    browser.submit().await?;
    browser.shows("新密码已保存").await?;
    browser.fill("province", "31").await?;
    browser.fill("password", NEW).await?;
    browser.submit().await?;
    browser.stands_at_the_desk_of(&browser.demo.cet).await?;

    // The links in the mails are good for an hour.
    let later = later.later("75m")?;
    let demo = later.demo();
    for (link, leads_to) in [(mail, "/account/contact"), (reset.link("/recover/link")?, "/recover")] {
        owner.goto(&link).await?;
        owner.leads_on().await?;
        owner.shows("这个链接已").await?;
        owner.one_button_leads_on().await?;
        owner.arrives_at(&format!("{}{leads_to}", demo.passport)).await?;
    }
    owner.close().await?;
    browser.close().await
}
