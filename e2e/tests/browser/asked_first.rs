//! No session begins at a site because a page of somebody else's wanted it: who is led there is asked, once.

use anyhow::ensure;
use url::Url;

use crate::stage::{Browser, Site};

/// Follows the link to that address on a page of a stranger's.
async fn led_by_a_stranger(browser: &Browser, stranger: &Site, to: &str) -> anyhow::Result<()> {
    let page = Url::parse_with_params(&format!("{}/marks", stranger.origin), [("to", to)])?;
    browser.goto(page.as_str()).await?;
    browser.click("main a").await
}

/// Presses the one button of the question at that site, which stands there until then.
async fn is_asked_and_presses(browser: &Browser, site: &str, words: &str) -> anyhow::Result<()> {
    browser.arrives_at(&format!("{site}/sign-in/ask")).await?;
    browser.shows(words).await?;
    browser.one_button_leads_on().await
}

#[tokio::test]
async fn whom_a_stranger_sends_is_asked_once_and_arrives_while_the_tiles_lead_straight_in() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let demo = &browser.demo;
    let stranger = Site::open(demo, "stranger", None)?;
    browser.at_the_desk().await?;

    // At the passport itself a link finds who is signed in: nothing begins there.
    led_by_a_stranger(&browser, &stranger, &format!("{}/account/profile", demo.passport)).await?;
    browser.arrives_at(&format!("{}/account/profile", demo.passport)).await?;
    browser.leads_on().await?;

    led_by_a_stranger(&browser, &stranger, &format!("{}/registration", demo.pets)).await?;
    browser.arrives_at(&format!("{}/sign-in/ask", demo.pets)).await?;
    // It is still the question after it was loaded again, and after going away and Back.
    browser.reload().await?;
    browser.shows("要登录吗？").await?;
    browser.click("main a.button.secondary").await?;
    browser.appears(".strip").await?;
    ensure!(!browser.has("form[action='/sign-out']").await?, "a session began unasked");
    browser.back().await?;
    is_asked_and_presses(&browser, &demo.pets, "要登录吗？").await?;
    browser.stands_at_the_desk_of(&demo.pets).await?;
    // Who is signed in there is not asked again.
    led_by_a_stranger(&browser, &stranger, &format!("{}/registration", demo.pets)).await?;
    browser.stands_at_the_desk_of(&demo.pets).await?;

    let callback = format!("{}/sign-in/callback?code=x&state=y&iss={}", demo.ncre, demo.passport);
    led_by_a_stranger(&browser, &stranger, &callback).await?;
    browser.arrives_at(&format!("{}/sign-in/ask", demo.ncre)).await?;
    let initiate = format!("{}/sign-in/initiate?iss={}&target_link_uri=/faq", demo.ncre, demo.passport);
    led_by_a_stranger(&browser, &stranger, &initiate).await?;
    browser.arrives_at(&format!("{}/sign-in/ask", demo.ncre)).await?;
    // The same address behind a tile of the passport was pressed by the person.
    browser.goto(&demo.passport).await?;
    browser.click(&format!("main a[href^='{}']", demo.ncre)).await?;
    browser.stands_at_the_desk_of(&demo.ncre).await?;
    browser.close().await
}

#[tokio::test]
async fn without_script_and_in_english_the_question_ends_at_the_page_that_was_asked_for() -> anyhow::Result<()> {
    let browser = Browser::open_without_script().await?;
    let demo = &browser.demo;
    let stranger = Site::open(demo, "stranger", None)?;
    led_by_a_stranger(&browser, &stranger, &format!("{}/sign-in?return_to=/faq", demo.pets)).await?;
    browser.arrives_at(&format!("{}/sign-in/ask", demo.pets)).await?;
    browser.shows("要登录吗？").await?;
    browser.click("a[hreflang=en]").await?;
    browser.shows("Do you want to sign in?").await?;
    browser.click("main .button.primary").await?;
    browser.stands_at_sign_in().await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.arrives_at(&format!("{}/faq", demo.pets)).await?;
    browser.close().await
}
