//! What people do and programs forget: each way ends at the site asked for, or at a page with a way on.

use crate::stage::{Browser, newcomer};

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

#[tokio::test]
async fn the_buttons_of_the_captcha_keep_what_was_typed_passwords_too() -> anyhow::Result<()> {
    let browser = Browser::open(390, true).await?;
    let who = newcomer();
    browser.goto(&format!("{}/register", browser.demo.passport)).await?;
    browser.fill("email", &who.email).await?;
    browser.fill("password", &who.password).await?;
    browser.click("[name=captcha_action][value=enlarge]").await?;
    browser.appears("[name=captcha_action][value=shrink]").await?;
    browser.prove().await?;
    anyhow::ensure!(browser.value("password").await? == who.password, "the password was lost");
    browser.reload().await?;
    anyhow::ensure!(browser.value("email").await? == who.email, "a reload lost the mail address");
    browser.leads_on().await?;
    browser.close().await
}

#[tokio::test]
async fn without_script_back_to_a_pressed_captcha_button_shows_the_form() -> anyhow::Result<()> {
    let browser = Browser::open(1280, false).await?;
    let who = newcomer();
    browser.goto(&format!("{}/register", browser.demo.passport)).await?;
    browser.fill("email", &who.email).await?;
    browser.click("[name=captcha_action][value=enlarge]").await?;
    browser.appears("[name=captcha_action][value=shrink]").await?;
    browser.goto(&format!("{}/help", browser.demo.passport)).await?;
    browser.back().await?;
    browser.appears("[name=captcha_action][value=shrink]").await?;
    anyhow::ensure!(browser.value("email").await? == who.email, "Back lost the mail address");
    browser.close().await
}

#[tokio::test]
async fn back_over_a_refused_sign_in_leads_on() -> anyhow::Result<()> {
    let browser = Browser::open(1280, true).await?;
    let demo = browser.demo;
    browser.goto(&format!("{}/registration", demo.cet)).await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    browser.sign_in(&demo.email, "Wrong-pass-1").await?;
    browser.shows("账号或密码不对").await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.arrives_at(&format!("{}/registration", demo.cet)).await?;
    browser.back().await?;
    browser.arrives_at(&format!("{}/registration", demo.cet)).await?;
    browser.leads_on().await?;
    browser.close().await
}

#[tokio::test]
async fn a_form_sent_after_signing_in_in_another_tab_ends_at_its_own_site() -> anyhow::Result<()> {
    let browser = Browser::open(1280, true).await?;
    let demo = browser.demo;
    browser.goto(&format!("{}/registration", demo.pets)).await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    let first = browser.new_tab().await?;
    browser.goto(&format!("{}/registration", demo.cet)).await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.arrives_at(&format!("{}/registration", demo.cet)).await?;
    browser.switch_to(first).await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.arrives_at(&format!("{}/registration", demo.pets)).await?;
    browser.leads_on().await?;
    browser.close().await
}

#[tokio::test]
async fn a_second_tab_is_signed_in_already() -> anyhow::Result<()> {
    let browser = Browser::open(1280, true).await?;
    let demo = browser.demo;
    browser.at_the_desk().await?;
    browser.new_tab().await?;
    browser.goto(&format!("{}/registration", demo.ncre)).await?;
    browser.arrives_at(&format!("{}/registration", demo.ncre)).await?;
    browser.goto(&format!("{}/sign-in?return_to=/registration", demo.cet)).await?;
    browser.arrives_at(&format!("{}/registration", demo.cet)).await?;
    browser.close().await
}

#[tokio::test]
async fn a_profile_sent_after_signing_out_is_kept_over_signing_in() -> anyhow::Result<()> {
    let browser = Browser::open(1280, true).await?;
    let demo = browser.demo;
    let who = browser.at_the_desk().await?;
    browser.goto(&format!("{}/account/profile", demo.passport)).await?;
    browser.fill("name", "王小明").await?;
    let first = browser.new_tab().await?;
    browser.goto(&format!("{}/sign-out", demo.passport)).await?;
    browser.click("main form[action='/sign-out'] button").await?;
    browser.shows("您已退出").await?;
    browser.switch_to(first).await?;
    browser.click("main button.primary[type=submit]").await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    browser.sign_in(&who.mobile, &who.password).await?;
    browser.arrives_at(&format!("{}/account/profile", demo.passport)).await?;
    anyhow::ensure!(browser.value("name").await? == "王小明", "the name was lost");
    browser.close().await
}

#[tokio::test]
async fn a_bookmark_of_the_authorize_address_ends_at_the_site_fresh_and_used() -> anyhow::Result<()> {
    let browser = Browser::open(1280, true).await?;
    let demo = browser.demo;
    // As the site makes it; its state is one that this browser does not know any more.
    let bookmark = format!(
        "{}/authorize?client_id=cet&redirect_uri={}/sign-in/callback&response_type=code&scope=openid+exam\
         &state=kept&nonce=kept&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
        demo.passport, demo.cet
    );
    browser.goto(&bookmark).await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.arrives_at(&format!("{}/registration", demo.cet)).await?;
    browser.goto(&bookmark).await?;
    browser.arrives_at(&format!("{}/registration", demo.cet)).await?;
    browser.close().await
}

#[tokio::test]
async fn a_browser_that_forbids_cookies_ends_at_a_page_that_says_so() -> anyhow::Result<()> {
    let browser = Browser::open_without_cookies().await?;
    let demo = browser.demo;
    browser.goto(&format!("{}/registration", demo.cet)).await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.shows("浏览器没有保存Cookie").await?;
    browser.click("main a.button.primary").await?;
    browser.appears("main [name=password]").await?;
    // An answer of the passport, as if cookies were forbidden for the site alone.
    browser.goto(&format!("{}/sign-in/callback?code=x&state=again.x", demo.cet)).await?;
    browser.shows("浏览器没有保存登录信息").await?;
    browser.leads_on().await?;
    browser.close().await
}
