//! What people do and programs forget: each way ends at the site asked for, or at a page with a way on.

use crate::stage::Browser;

#[tokio::test]
async fn back_after_sign_in_and_the_bookmarked_sign_in_page_lead_on() -> anyhow::Result<()> {
    let browser = Browser::open(1280, true).await?;
    let demo = browser.demo;
    browser.at_the_desk().await?;
    browser.back().await?;
    browser.leads_on().await?;
    browser.goto(&format!("{}/sign-in", demo.passport)).await?;
    browser.shows("修改资料").await?;
    browser.close().await
}

#[tokio::test]
async fn a_callback_opened_twice_or_without_an_answer_offers_a_way_on() -> anyhow::Result<()> {
    let browser = Browser::open(1280, true).await?;
    let demo = browser.demo;
    browser.at_the_desk().await?;
    for query in ["", "?code=used&state=old", "?error=access_denied&state=old"] {
        browser.goto(&format!("{}/sign-in/callback{query}", demo.cet)).await?;
        browser.leads_on().await?;
    }
    browser.close().await
}

#[tokio::test]
async fn cancelling_at_the_passport_returns_to_the_site_with_a_way_on() -> anyhow::Result<()> {
    let browser = Browser::open(390, true).await?;
    let demo = browser.demo;
    browser.goto(&format!("{}/registration", demo.cet)).await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    browser.click("a[href^='/authorize/cancel']").await?;
    browser.arrives_at(&demo.cet).await?;
    browser.leads_on().await?;
    browser.close().await
}

#[tokio::test]
async fn the_language_can_change_half_way() -> anyhow::Result<()> {
    let browser = Browser::open(1280, true).await?;
    let demo = browser.demo;
    browser.goto(&format!("{}/registration", demo.cet)).await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    browser.click("footer a.lang").await?;
    browser.shows("Password").await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.arrives_at(&format!("{}/registration", demo.cet)).await?;
    browser.close().await
}

#[tokio::test]
async fn signing_out_at_a_site_ends_the_passport_too_and_a_second_time_harms_nothing() -> anyhow::Result<()> {
    let browser = Browser::open(1280, true).await?;
    let demo = browser.demo;
    browser.at_the_desk().await?;
    browser.click("header .nav-wide form[action*='sign-out'] button, form[action*='sign-out'] button").await?;
    browser.arrives_at(&format!("{}/signed-out", demo.cet)).await?;
    browser.goto(&format!("{}/account/profile", demo.passport)).await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    browser.goto(&format!("{}/sign-out", demo.cet)).await?;
    browser.leads_on().await?;
    browser.close().await
}
