//! Addresses of the passport and of a site that are opened late, twice, or by somebody else than they were made for.

use anyhow::ensure;

use crate::stage::{Browser, parameter};

#[tokio::test]
async fn a_second_tab_of_the_passport_is_signed_in_already() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let passport = browser.demo.passport.clone();
    browser.at_the_desk().await?;
    browser.new_tab().await?;
    browser.goto(&format!("{passport}/sign-in")).await?;
    browser.appears(".tiles").await?;
    for page in ["/register", "/recover", "/recover/account", "/appeal", "/province"] {
        browser.goto(&format!("{passport}{page}")).await?;
        browser.leads_on().await?;
    }
    browser.close().await
}

/// The tab shows the desk of a session that has ended; somebody is signed in again by the time its button is pressed.
#[tokio::test]
async fn a_sites_form_of_an_earlier_session_asks_anew_and_then_works() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    let who = browser.at_the_desk().await?;
    let first = browser.new_tab().await?;
    browser.goto(&format!("{}/registration", demo.cet)).await?;
    browser.sign_out_at(&demo.cet).await?;
    browser.asked_to_sign_in(&demo.cet).await?;
    browser.sign_in(&who.email, &who.password).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.switch_to(first).await?;
    browser.click("main form[action*='sign-out'] button").await?;
    browser.shows("要退出登录吗").await?;
    browser.one_button_leads_on().await?;
    browser.arrives_at(&format!("{}/signed-out", demo.cet)).await?;
    browser.close().await
}

/// The tab shows the desk of one person; another is signed in by the time its button is pressed, and stays so until they say
/// otherwise themselves.
#[tokio::test]
async fn a_sites_form_of_another_person_asks_first_and_ends_nothing_unasked() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    browser.at_the_desk().await?;
    let first = browser.new_tab().await?;
    browser.goto(&format!("{}/registration", demo.cet)).await?;
    browser.sign_out_at(&demo.cet).await?;
    let second = browser.at_the_desk().await?;
    browser.switch_to(first).await?;
    browser.click("main form[action*='sign-out'] button").await?;
    browser.shows("要退出登录吗").await?;
    let asked = browser.new_tab().await?;
    browser.goto(&format!("{}/registration", demo.cet)).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.goto(&format!("{}/account/contact", demo.passport)).await?;
    let end = &second.mobile[second.mobile.len() - 4..];
    ensure!(browser.text().await?.contains(end), "it is not the second person who is signed in");
    browser.switch_to(asked).await?;
    browser.one_button_leads_on().await?;
    browser.arrives_at(&format!("{}/signed-out", demo.cet)).await?;
    browser.close().await
}

/// Every address of a site's that has to do with signing in, kept as a bookmark.
#[tokio::test]
async fn bookmarks_of_a_sites_sign_in_end_at_the_desk_or_at_the_form() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let demo = &browser.demo;
    let form = format!("{}/sign-in", demo.passport);
    let bookmarks = [
        "/sign-in".to_owned(),
        "/sign-in?return_to=/registration".to_owned(),
        "/sign-in?return_to=https://elsewhere.example/".to_owned(),
        "/sign-in/failed".to_owned(),
        format!("/sign-in/initiate?iss={}", demo.passport),
    ];
    for bookmark in &bookmarks {
        browser.goto(&format!("{}{bookmark}", demo.cet)).await?;
        browser.arrives_at(&form).await?;
    }
    for bookmark in ["/sign-in/failed?kind=lost", "/sign-in/initiate", "/signed-out", "/sign-out"] {
        browser.goto(&format!("{}{bookmark}", demo.cet)).await?;
        browser.one_button_leads_on().await?;
    }
    browser.goto(&form).await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.appears(".tiles").await?;
    for bookmark in &bookmarks {
        browser.goto(&format!("{}{bookmark}", demo.cet)).await?;
        browser.stands_at_the_desk_of(&demo.cet).await?;
    }
    browser.goto(&format!("{}/sign-in/failed?kind=lost", demo.cet)).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.close().await
}

/// The passport's own addresses between the form and the site: the way on, and the way out.
#[tokio::test]
async fn the_way_through_the_passport_ends_at_the_site_bookmarked_and_twice() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let (demo, link) = (&browser.demo, "main a[href^='/authorize/cancel']");
    browser.asked_to_sign_in(&demo.cet).await?;
    browser.appears(link).await?;
    let cancel = browser.run(&format!("return document.querySelector(\"{link}\").href")).await?;
    let cancel = cancel.as_str().unwrap_or_default().to_owned();
    let resume = format!("{}/authorize/resume?request={}", demo.passport, parameter(&cancel, "request")?);
    browser.goto(&resume).await?;
    browser.stands_at_sign_in().await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    for address in [&resume, &resume, &cancel] {
        browser.goto(address).await?;
        browser.stands_at_the_desk_of(&demo.cet).await?;
    }
    for broken in ["/authorize/resume", "/authorize/resume?request=x", "/authorize/cancel?request=x"] {
        browser.goto(&format!("{}{broken}", demo.passport)).await?;
        browser.appears(".tiles").await?;
    }
    for broken in ["/authorize", "/authorize?client_id=nobody", "/authorize?client_id=cet&redirect_uri=x"] {
        browser.goto(&format!("{}{broken}", demo.passport)).await?;
        browser.one_button_leads_on().await?;
    }
    // Another browser, in which the site waits for nothing.
    let other = Browser::open(390).await?;
    other.goto(&cancel).await?;
    other.one_button_leads_on().await?;
    other.stands_at_sign_in().await?;
    other.close().await?;
    browser.close().await
}

#[tokio::test]
async fn a_sign_in_form_sent_twice_ends_at_the_site() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.cet).await?;
    let form = browser.url().await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    // The form as it was, from a browser's memory: its token and its way are those of before.
    browser.sign_out_at_the_passport().await?;
    browser.goto(&form).await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.back().await?;
    browser.leads_on().await?;
    browser.close().await
}

/// What was signed out of stays so: Back shows no page of before, and leads to the form.
#[tokio::test]
async fn back_after_signing_out_shows_no_page_of_before() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    browser.at_the_desk().await?;
    browser.sign_out_at(&demo.cet).await?;
    browser.back().await?;
    browser.stands_at_sign_in().await?;
    browser.leads_on().await?;
    browser.goto(&format!("{}/account/profile", demo.passport)).await?;
    browser.stands_at_sign_in().await?;
    ensure!(!browser.has(".account").await?, "a page of the account is shown to nobody");
    browser.close().await
}
