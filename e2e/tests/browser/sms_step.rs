//! SMS as a second step, at a passport whose policy allows it: turned on, asked for on the way to a site, and given up.

use anyhow::ensure;
use e2e::demo::Demo;
use e2e::window::Opening;

use crate::axe::Findings;
use crate::second_factors::at;
use crate::stage::{Browser, received, whole};

const ALLOWED: &[(&str, &str)] = &[("PASSPORT__ACCOUNTS__SMS_SECOND_STEP", "allowed")];

/// The code of the SMS that was sent last, another than that one.
async fn code(browser: &Browser, former: &str) -> anyhow::Result<String> {
    let Demo { mobile, .. } = &browser.demo;
    let mut code = former.to_owned();
    let arrived = async || {
        code = received(&browser.demo, &format!("+86{mobile}"), "验证码").await?.code()?;
        Ok(code != former)
    };
    browser.until("an SMS", arrived).await?;
    Ok(code)
}

/// Presses the button that sends a code on the page in sight; the code, and what the page says of its way.
async fn sent(browser: &Browser, former: &str) -> anyhow::Result<String> {
    browser.click("main button[value=resend]").await?;
    browser.appears("[name=code]").await?;
    code(browser, former).await
}

#[tokio::test]
async fn who_turns_it_on_is_asked_for_a_code_that_the_page_follows_on_its_way() -> anyhow::Result<()> {
    let running = whole("demo-sms-step", ALLOWED)?;
    let demo = &running.demo;
    let (owner, mut found) = (Browser::open_at(demo, 390, Opening::default()).await?, Findings::default());
    owner.goto(&format!("{}/sign-in", demo.passport)).await?;
    owner.sign_in(&demo.email, &demo.password).await?;
    owner.appears(".tiles").await?;
    at(&owner, "").await?;
    owner.click("main a[href='/account/security/sms']").await?;
    owner.shows("短信").await?;
    found.look_at_every_way(&owner, &owner.url().await?).await?;
    let first = sent(&owner, "").await?;
    owner.reload().await?;
    owner.shows("已交给运营商").await?;
    found.look(&owner).await?;
    owner.fill("code", if first == "000000" { "000001" } else { "000000" }).await?;
    owner.submit().await?;
    owner.appears("#code-error").await?;
    found.look(&owner).await?;
    owner.fill("code", &first).await?;
    owner.submit().await?;
    owner.appears(".codes").await?;
    owner.click("[name=kept]").await?;
    owner.submit().await?;
    owner.shows("恢复码已保存").await?;
    ensure!(!owner.has(".glance.good").await?, "it is called as good as an app");
    found.look(&owner).await?;

    let browser = Browser::open_at(demo, 390, Opening::default()).await?;
    browser.asked_to_sign_in(&demo.cet).await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.arrives_at(&format!("{}/sign-in/second-step", demo.passport)).await?;
    found.look_at_every_way(&browser, &browser.url().await?).await?;
    ensure!(!browser.has("[name=trust]").await?, "a browser could leave the step out");
    let second = sent(&browser, &first).await?;
    browser.reload().await?;
    browser.shows("已交给运营商").await?;
    found.look(&browser).await?;
    browser.fill("code", &second).await?;
    browser.submit().await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;

    at(&owner, "/sms/remove").await?;
    owner.appears("#remove").await?;
    found.look(&owner).await?;
    owner.click("#remove").await?;
    owner.shows("短信验证已关闭").await?;
    browser.close().await?;
    owner.close().await?;
    found.verdict()
}
