//! The main journey from the first visit to signing out, as a person walks it in a window.

use e2e::window::Opening;

use crate::stage::{Browser, OwnDemo, newcomer};

/// What a person reads on the way.
struct Words {
    lang: &'static str,
    enter: &'static str,
    wrong: &'static str,
    registered: &'static str,
    province: &'static str,
    profile: &'static str,
    signed_out: &'static str,
}

const CHINESE: Words = Words {
    lang: "zh-CN",
    enter: "进入报名",
    wrong: "还可以试4次",
    registered: "注册成功",
    province: "上海",
    profile: "修改资料",
    signed_out: "本网站和通行证都已退出",
};

const ENGLISH: Words = Words {
    lang: "en",
    enter: "Enter registration",
    wrong: "4 tries left",
    registered: "You are registered",
    province: "Shanghai",
    profile: "Edit details",
    signed_out: "signed out of this site and of the Passport",
};

/// The six steps: home, sign-in (refused once), registration, desk, the passport's home, the other two sites; and
/// out again, everywhere.
async fn walk(browser: &Browser, words: &Words) -> anyhow::Result<()> {
    let demo = &browser.demo;
    let who = newcomer();
    browser.goto(&format!("{}/?lang={}", demo.cet, words.lang)).await?;
    browser.shows(words.enter).await?;
    browser.click("main a[href='/registration']").await?;
    browser.stands_at_sign_in().await?;
    browser.sign_in(&who.mobile, "Wrong-pass-1").await?;
    browser.shows(words.wrong).await?;
    browser.click("main a[href*='/register']").await?;
    browser.register(&who).await?;
    browser.shows(words.registered).await?;
    browser.sign_in(&who.mobile, &who.password).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.shows(words.province).await?;
    for site in [&demo.pets, &demo.ncre] {
        browser.goto(&demo.passport).await?;
        browser.shows(words.profile).await?;
        browser.click(&format!("main a[href^='{site}']")).await?;
        browser.stands_at_the_desk_of(site).await?;
        browser.shows(words.province).await?;
    }
    browser.sign_out_at(&demo.ncre).await?;
    browser.shows(words.signed_out).await?;
    browser.asked_to_sign_in(&demo.ncre).await?;
    browser.goto(&format!("{}/account/profile", demo.passport)).await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await
}

async fn walk_at(width: u32, words: &Words) -> anyhow::Result<()> {
    let browser = Browser::open_in(width, words.lang).await?;
    walk(&browser, words).await?;
    browser.close().await
}

#[tokio::test]
async fn the_journey_in_chinese_on_a_desktop() -> anyhow::Result<()> {
    walk_at(1280, &CHINESE).await
}

#[tokio::test]
async fn the_journey_in_chinese_on_a_phone() -> anyhow::Result<()> {
    walk_at(390, &CHINESE).await
}

#[tokio::test]
async fn the_journey_in_english_on_a_desktop() -> anyhow::Result<()> {
    walk_at(1280, &ENGLISH).await
}

#[tokio::test]
async fn the_journey_in_english_on_a_phone() -> anyhow::Result<()> {
    walk_at(390, &ENGLISH).await
}

/// Without a captcha at registration: no program reads its picture, and the other way of passing it needs script.
#[tokio::test]
async fn the_journey_without_script() -> anyhow::Result<()> {
    let own = OwnDemo::running(
        "demo-without-captcha",
        &[("PASSPORT__ACCOUNTS__CAPTCHA", "off")],
        &["passport", "cet", "pets", "ncre"],
    )?;
    let without_script = Opening { script: false, ..Opening::default() };
    let browser = Browser::open_at(&own.demo, 1280, without_script).await?;
    walk(&browser, &CHINESE).await?;
    browser.close().await
}

#[tokio::test]
async fn the_demo_candidate_signs_in_with_the_mail_address() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.cet).await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.close().await
}

#[tokio::test]
async fn signing_out_at_the_passport_signs_out_of_the_sites_and_asks_for_the_password_at_the_next() -> anyhow::Result<()>
{
    let browser = Browser::open(390).await?;
    browser.at_the_desk().await?;
    browser.sign_out_at_the_passport().await?;
    browser.asked_to_sign_in(&browser.demo.pets).await?;
    // The site where the person had been is told by the passport, and shows nobody their desk any more.
    let told = async || {
        browser.goto(&browser.demo.cet).await?;
        Ok(!browser.has("form[action='/sign-out']").await?)
    };
    browser.until("CET to have been told", told).await?;
    browser.close().await
}

#[tokio::test]
async fn registration_errors_are_told_beside_the_field_and_nothing_typed_is_lost() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let who = newcomer();
    browser.goto(&format!("{}/register", browser.demo.passport)).await?;
    browser.fill("email", &who.email).await?;
    browser.fill("mobile", "12345").await?;
    browser.fill("password", "short").await?;
    browser.submit().await?;
    browser.shows("需要修改").await?;
    anyhow::ensure!(browser.has("[name=mobile][aria-invalid=true]").await?, "the mobile number is not marked");
    anyhow::ensure!(browser.has(&format!("[name=email][value='{}']", who.email)).await?, "the mail address was lost");
    browser.close().await
}
