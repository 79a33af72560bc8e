//! The six steps of the main journey, and the ways in which a step is refused.

use crate::stage::{Browser, newcomer};

async fn six_steps(width: u32) -> anyhow::Result<()> {
    let browser = Browser::open(width, true).await?;
    let demo = browser.demo;
    browser.goto(&demo.cet).await?;
    browser.shows("进入报名").await?;
    browser.at_the_desk().await?;
    browser.shows("上海").await?;
    browser.goto(&demo.passport).await?;
    browser.shows("修改资料").await?;
    browser.click(&format!("main a[href^='{}']", demo.pets)).await?;
    browser.arrives_at(&format!("{}/registration", demo.pets)).await?;
    browser.goto(&demo.passport).await?;
    browser.click(&format!("main a[href^='{}']", demo.ncre)).await?;
    browser.arrives_at(&format!("{}/registration", demo.ncre)).await?;
    browser.close().await
}

#[tokio::test]
async fn the_six_steps_on_a_desktop() -> anyhow::Result<()> {
    six_steps(1280).await
}

#[tokio::test]
async fn the_six_steps_on_a_phone() -> anyhow::Result<()> {
    six_steps(390).await
}

#[tokio::test]
async fn the_demo_candidate_signs_in_in_english() -> anyhow::Result<()> {
    let browser = Browser::open(1280, true).await?;
    let demo = browser.demo;
    browser.goto(&format!("{}/?lang=en", demo.cet)).await?;
    browser.click("main a[href='/registration']").await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    browser.shows("Password").await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.arrives_at(&format!("{}/registration", demo.cet)).await?;
    browser.shows("Shanghai").await?;
    browser.close().await
}

#[tokio::test]
async fn the_way_from_the_site_to_its_desk_in_english_on_a_phone() -> anyhow::Result<()> {
    let browser = Browser::open(390, true).await?;
    let demo = browser.demo;
    browser.goto(&format!("{}/?lang=en", demo.cet)).await?;
    browser.click("main a[href='/registration']").await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    browser.sign_in(&demo.email, "Wrong-pass-1").await?;
    browser.shows("tries left").await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.arrives_at(&format!("{}/registration", demo.cet)).await?;
    browser.shows("Shanghai").await?;
    browser.close().await
}

#[tokio::test]
async fn without_script_one_signs_in_once_for_two_sites_and_signs_out() -> anyhow::Result<()> {
    let browser = Browser::open(1280, false).await?;
    let demo = browser.demo;
    browser.goto(&format!("{}/registration", demo.cet)).await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    browser.sign_in(&demo.mobile, &demo.password).await?;
    browser.arrives_at(&format!("{}/registration", demo.cet)).await?;
    browser.goto(&format!("{}/registration", demo.pets)).await?;
    browser.arrives_at(&format!("{}/registration", demo.pets)).await?;
    browser.click("header form[action*='sign-out'] button").await?;
    browser.arrives_at(&format!("{}/signed-out", demo.pets)).await?;
    browser.goto(&format!("{}/account/profile", demo.passport)).await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    browser.close().await
}

#[tokio::test]
async fn sign_in_works_without_script() -> anyhow::Result<()> {
    let browser = Browser::open(1280, false).await?;
    let demo = browser.demo;
    browser.goto(&format!("{}/sign-in", demo.passport)).await?;
    browser.sign_in(&demo.mobile, &demo.password).await?;
    browser.shows("修改资料").await?;
    browser.close().await
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_five_lock_the_account() -> anyhow::Result<()> {
    let browser = Browser::open(1280, true).await?;
    let who = browser.at_the_desk().await?;
    let stranger = Browser::open(1280, true).await?;
    stranger.goto(&format!("{}/sign-in", browser.demo.passport)).await?;
    for left in ["4", "3", "2", "1"] {
        stranger.sign_in(&who.email, "Wrong-pass-1").await?;
        stranger.shows(&format!("还可以试{left}次")).await?;
    }
    stranger.sign_in(&who.email, "Wrong-pass-1").await?;
    stranger.shows("为保护您的账号").await?;
    stranger.sign_in(&who.email, &who.password).await?;
    stranger.shows("为保护您的账号").await?;
    stranger.close().await?;
    browser.close().await
}

#[tokio::test]
async fn registration_errors_are_told_beside_the_field_and_nothing_typed_is_lost() -> anyhow::Result<()> {
    let browser = Browser::open(390, true).await?;
    let who = newcomer();
    browser.goto(&format!("{}/register", browser.demo.passport)).await?;
    browser.fill("email", &who.email).await?;
    browser.fill("mobile", "12345").await?;
    browser.fill("password", "short").await?;
    browser.click("main button.primary[type=submit]").await?;
    browser.shows("需要修改").await?;
    anyhow::ensure!(browser.has("[name=mobile][aria-invalid=true]").await?, "the mobile number is not marked");
    anyhow::ensure!(browser.has(&format!("[name=email][value='{}']", who.email)).await?, "the mail address was lost");
    browser.close().await
}
