//! Programs that end and come back while somebody is signing in.

use std::time::{Duration, Instant};

use anyhow::ensure;
use e2e::window::Opening;

use crate::stage::{Browser, OwnDemo, newcomer, received, registered};

#[tokio::test]
async fn a_passport_restarted_while_its_form_is_open_takes_the_form_and_keeps_sessions() -> anyhow::Result<()> {
    let mut own = OwnDemo::running("demo-passport-restarted", &[], &["passport", "cet", "pets"])?;
    let browser = Browser::open_at(&own.demo, 1280, Opening::default()).await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.cet).await?;
    own.restart("passport")?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.shows("上海").await?;
    own.restart("passport")?;
    browser.goto(&format!("{}/registration", demo.pets)).await?;
    browser.stands_at_the_desk_of(&demo.pets).await?;
    browser.close().await
}

#[tokio::test]
async fn a_site_restarted_while_a_person_signs_in_takes_the_answer() -> anyhow::Result<()> {
    let mut own = OwnDemo::running("demo-site-restarted", &[], &["passport", "cet"])?;
    let browser = Browser::open_at(&own.demo, 1280, Opening::default()).await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.cet).await?;
    own.restart("cet")?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    own.restart("cet")?;
    browser.reload().await?;
    browser.shows("上海").await?;
    browser.close().await
}

/// With the site away, the browser is left at the callback: an address with a code that nobody has used.
#[tokio::test]
async fn a_callback_ends_at_the_desk_late_twice_restored_and_at_the_form_elsewhere() -> anyhow::Result<()> {
    let mut own = OwnDemo::running("demo-callback", &[], &["passport", "cet"])?;
    let browser = Browser::open_at(&own.demo, 1280, Opening::default()).await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.cet).await?;
    own.kill("cet")?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.arrives_at(&format!("{}/sign-in/callback?", demo.cet)).await?;
    let callback = browser.url().await?;
    ensure!(callback.contains("code="), "no code in {callback}");
    let before = browser.cookies(&[demo.cet.as_str(), demo.passport.as_str()]).await?;
    own.start("cet")?;
    browser.reload().await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    // Once more by who has signed in with it.
    browser.goto(&callback).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.leads_on().await?;
    // By the same browser as it was before the code was used: it still waits for this very answer.
    browser.restore(before).await?;
    browser.goto(&callback).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.shows("上海").await?;
    // By somebody who found the address: no session, and one form that works.
    let stranger = Browser::open_at(&own.demo, 390, Opening::default()).await?;
    stranger.goto(&callback).await?;
    stranger.stands_at_sign_in().await?;
    stranger.sign_in(&demo.email, &demo.password).await?;
    stranger.stands_at_the_desk_of(&demo.cet).await?;
    stranger.close().await?;
    browser.close().await
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the code is over by the clock of the program that made it, which is this machine's"
)]
async fn a_code_that_grew_old_on_the_way_ends_at_the_desk() -> anyhow::Result<()> {
    const LIFE: Duration = Duration::from_secs(5);
    let mut own = OwnDemo::running("demo-old-code", &[("PASSPORT__TOKENS__CODE", "5s")], &["passport", "cet"])?;
    let browser = Browser::open_at(&own.demo, 390, Opening::default()).await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.cet).await?;
    own.kill("cet")?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.arrives_at(&format!("{}/sign-in/callback?", demo.cet)).await?;
    let begun = Instant::now();
    own.start("cet")?;
    browser.until("the code to be over", async || Ok(begun.elapsed() > LIFE)).await?;
    browser.reload().await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.shows("上海").await?;
    browser.close().await
}

#[tokio::test]
async fn a_passport_restarted_between_a_mail_and_its_link_takes_both() -> anyhow::Result<()> {
    let mut own = OwnDemo::running("demo-mail-restarted", &[], &["mailbox", "passport", "cet"])?;
    let browser = Browser::open_at(&own.demo, 390, Opening::default()).await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.cet).await?;
    browser.click("main a[href^='/recover?']").await?;
    browser.fill("username", &demo.email).await?;
    browser.prove().await?;
    own.restart("passport")?;
    browser.submit().await?;
    browser.appears("[name=code]").await?;
    let mail = received(demo, &demo.email, "重置密码").await?;
    own.restart("passport")?;
    // The page that waits is taken as it was: with a wrong code, and with that of the mail.
    let code = mail.code()?;
    browser.fill("code", if code == "000000" { "000001" } else { "000000" }).await?;
    browser.submit().await?;
    browser.appears("#code-error").await?;
    browser.leads_on().await?;
    browser.fill("code", &code).await?;
    browser.submit().await?;
    browser.arrives_at(&format!("{}/recover/password", demo.passport)).await?;
    browser.appears("[name=password_confirm]").await?;
    browser.close().await?;
    // A link, opened where nobody was before.
    let (home, who) = (Browser::open_at(&own.demo, 390, Opening::default()).await?, newcomer());
    registered(&home, &who).await?;
    let link = received(&home.demo, &who.email, "请验证您的邮箱").await?.link("/contact/confirm")?;
    own.restart("passport")?;
    let elsewhere = Browser::open_at(&own.demo, 1280, Opening::default()).await?;
    elsewhere.goto(&link).await?;
    elsewhere.click("main form button.primary").await?;
    elsewhere.shows("邮箱已验证").await?;
    elsewhere.one_button_leads_on().await?;
    elsewhere.close().await?;
    home.goto(&format!("{}/account/contact", home.demo.passport)).await?;
    home.until("the address is proven", async || Ok(home.text().await?.contains("已验证"))).await?;
    home.close().await
}

#[tokio::test]
async fn a_site_whose_passport_is_away_says_so_and_its_button_works_once_it_is_back() -> anyhow::Result<()> {
    let mut own = OwnDemo::running("demo-passport-away", &[], &["cet"])?;
    let browser = Browser::open_at(&own.demo, 390, Opening::default()).await?;
    let demo = &browser.demo;
    browser.goto(&format!("{}/registration", demo.cet)).await?;
    browser.shows("暂时连不上通行证").await?;
    own.start("passport")?;
    let form = format!("{}/sign-in", demo.passport);
    // For two seconds the site does not ask a passport that has just failed: a person presses once more.
    let pressed = async || {
        browser.click("main a.button.primary").await?;
        Ok(browser.url().await?.starts_with(&form))
    };
    browser.until("the passport's form", pressed).await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.close().await
}
