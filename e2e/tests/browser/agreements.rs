//! Agreements that changed, as a person meets them: at sign-in, and in the middle of what they were doing.

use anyhow::ensure;

use crate::axe::Findings;
use crate::stage::{Browser, operator};

const ASKED: &str = "两份协议有更新";

#[tokio::test]
async fn who_is_signed_in_ticks_one_box_on_the_way_to_a_site_and_is_there() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let demo = &browser.demo;
    let who = browser.at_the_desk().await?;
    operator(&["dev", "age-agreements", &who.email])?;
    let mut found = Findings::default();
    browser.goto(&format!("{}/registration", demo.pets)).await?;
    browser.shows(ASKED).await?;
    browser.appears(".going").await?;
    let asked = browser.url().await?;
    found.look_at_every_way(&browser, &asked).await?;
    browser.goto(&format!("{}/account/profile", demo.passport)).await?;
    browser.shows(ASKED).await?;
    browser.submit().await?;
    browser.appears("#agree-error").await?;
    found.look(&browser).await?;
    browser.goto(&asked).await?;
    browser.click("#agree").await?;
    browser.one_button_leads_on().await?;
    browser.stands_at_the_desk_of(&demo.pets).await?;
    // The question that another tab still shows is answered already.
    browser.goto(&asked).await?;
    browser.stands_at_the_desk_of(&demo.pets).await?;
    browser.goto(&format!("{}/account/profile", demo.passport)).await?;
    browser.arrives_at(&format!("{}/account/profile", demo.passport)).await?;
    found.verdict()?;
    browser.close().await
}

#[tokio::test]
async fn who_signs_in_finds_the_box_in_the_form_and_ends_at_the_site() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let demo = &browser.demo;
    let first = Browser::open(1280).await?;
    let who = first.at_the_desk().await?;
    first.close().await?;
    operator(&["dev", "age-agreements", &who.email])?;
    browser.asked_to_sign_in(&demo.cet).await?;
    ensure!(!browser.has("#agree").await?, "nobody is asked before it is known who they are");
    browser.sign_in(&who.email, &who.password).await?;
    browser.appears("#agree-error").await?;
    browser.fill("password", &who.password).await?;
    browser.click("#agree").await?;
    browser.submit().await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.close().await
}
