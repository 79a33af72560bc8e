//! What people do and programs forget: each way ends at the site asked for, or at a page with a way on.

use crate::stage::{Browser, newcomer};

#[tokio::test]
async fn back_after_sign_in_and_the_bookmarked_sign_in_page_lead_on() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    browser.at_the_desk().await?;
    browser.back().await?;
    browser.leads_on().await?;
    browser.goto(&format!("{}/sign-in", demo.passport)).await?;
    browser.shows("修改资料").await?;
    browser.close().await
}

#[tokio::test]
async fn a_bookmark_of_the_sign_in_page_on_the_way_to_a_site_ends_at_that_site() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.pets).await?;
    let bookmark = browser.url().await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.pets).await?;
    browser.goto(&bookmark).await?;
    browser.stands_at_the_desk_of(&demo.pets).await?;
    // In a browser that the site has never seen.
    let other = Browser::open(1280).await?;
    other.goto(&bookmark).await?;
    other.sign_in(&demo.mobile, &demo.password).await?;
    other.stands_at_the_desk_of(&demo.pets).await?;
    other.close().await?;
    browser.close().await
}

#[tokio::test]
async fn a_bookmark_of_the_callback_ends_at_the_desk_for_who_is_signed_in() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    browser.at_the_desk().await?;
    for query in ["", "?code=used&state=old", "?error=access_denied&state=old"] {
        browser.goto(&format!("{}/sign-in/callback{query}", demo.cet)).await?;
        browser.stands_at_the_desk_of(&demo.cet).await?;
        browser.leads_on().await?;
    }
    browser.close().await
}

#[tokio::test]
async fn a_bookmark_of_the_callback_ends_at_the_form_or_one_button_from_it_for_a_stranger() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let demo = &browser.demo;
    browser.goto(&format!("{}/sign-in/callback?code=used&state=old", demo.cet)).await?;
    browser.stands_at_sign_in().await?;
    for (query, title) in [("", "这个登录地址不完整"), ("?error=access_denied&state=old", "您取消了登录")]
    {
        browser.goto(&format!("{}/sign-in/callback{query}", demo.cet)).await?;
        browser.shows(title).await?;
        browser.leads_on().await?;
        browser.click("main a.button.primary").await?;
        browser.stands_at_sign_in().await?;
    }
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.close().await
}

#[tokio::test]
async fn cancelling_at_the_passport_returns_to_the_site_with_a_way_on() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.cet).await?;
    browser.click("a[href^='/authorize/cancel']").await?;
    browser.arrives_at(&demo.cet).await?;
    browser.leads_on().await?;
    browser.close().await
}

#[tokio::test]
async fn the_language_can_change_half_way() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.cet).await?;
    browser.click("footer a.lang").await?;
    browser.shows("Password").await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.close().await
}

#[tokio::test]
async fn the_page_of_a_failed_sign_in_changes_its_language_and_begins_nothing() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.cet).await?;
    browser.click("a[href^='/authorize/cancel']").await?;
    browser.shows("您取消了登录").await?;
    browser.click("footer a.lang").await?;
    browser.shows("You cancelled signing in").await?;
    browser.click("footer a.lang").await?;
    browser.shows("您取消了登录").await?;
    browser.click("main a.button.primary").await?;
    browser.stands_at_sign_in().await?;
    browser.close().await
}

#[tokio::test]
async fn signing_out_at_a_site_ends_the_passport_too_and_a_second_time_harms_nothing() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    browser.at_the_desk().await?;
    browser.click("header .nav-wide form[action*='sign-out'] button, form[action*='sign-out'] button").await?;
    browser.arrives_at(&format!("{}/signed-out", demo.cet)).await?;
    browser.goto(&format!("{}/account/profile", demo.passport)).await?;
    browser.stands_at_sign_in().await?;
    browser.goto(&format!("{}/sign-out", demo.cet)).await?;
    browser.leads_on().await?;
    browser.close().await
}

#[tokio::test]
async fn without_script_back_to_a_pressed_captcha_button_shows_the_form() -> anyhow::Result<()> {
    let browser = Browser::open_without_script().await?;
    let who = newcomer();
    browser.goto(&format!("{}/register", browser.demo.passport)).await?;
    browser.fill("email", &who.email).await?;
    browser.click("[name=captcha_action][value=enlarge]").await?;
    browser.appears(".captcha.large").await?;
    browser.goto(&format!("{}/help", browser.demo.passport)).await?;
    browser.back().await?;
    browser.appears(".captcha.large").await?;
    anyhow::ensure!(browser.value("email").await? == who.email, "Back lost the mail address");
    browser.close().await
}

#[tokio::test]
async fn back_over_a_refused_sign_in_leads_on() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.cet).await?;
    browser.sign_in(&demo.email, "Wrong-pass-1").await?;
    browser.shows("账号或密码不对").await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.back().await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.leads_on().await?;
    browser.back().await?;
    browser.leads_on().await?;
    browser.close().await
}

#[tokio::test]
async fn a_form_sent_after_signing_in_in_another_tab_ends_at_its_own_site() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.pets).await?;
    let first = browser.new_tab().await?;
    browser.asked_to_sign_in(&demo.cet).await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.switch_to(first).await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.pets).await?;
    browser.leads_on().await?;
    browser.close().await
}

#[tokio::test]
async fn a_second_tab_is_signed_in_already() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    browser.at_the_desk().await?;
    browser.new_tab().await?;
    browser.goto(&format!("{}/registration", demo.ncre)).await?;
    browser.stands_at_the_desk_of(&demo.ncre).await?;
    browser.goto(&format!("{}/sign-in?return_to=/registration", demo.cet)).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.close().await
}

#[tokio::test]
async fn a_profile_sent_after_signing_out_is_kept_over_signing_in() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    let who = browser.at_the_desk().await?;
    browser.goto(&format!("{}/account/profile", demo.passport)).await?;
    browser.fill("name", "王小明").await?;
    let first = browser.new_tab().await?;
    browser.sign_out_at_the_passport().await?;
    browser.switch_to(first).await?;
    browser.submit().await?;
    browser.stands_at_sign_in().await?;
    browser.sign_in(&who.mobile, &who.password).await?;
    browser.arrives_at(&format!("{}/account/profile", demo.passport)).await?;
    anyhow::ensure!(browser.value("name").await? == "王小明", "the name was lost");
    browser.close().await
}

#[tokio::test]
async fn a_profile_sent_after_signing_in_again_elsewhere_is_saved() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let demo = &browser.demo;
    let who = browser.at_the_desk().await?;
    browser.goto(&format!("{}/account/profile", demo.passport)).await?;
    browser.fill("name", "王小明").await?;
    let first = browser.new_tab().await?;
    browser.sign_out_at_the_passport().await?;
    browser.asked_to_sign_in(&demo.pets).await?;
    browser.sign_in(&who.email, &who.password).await?;
    browser.stands_at_the_desk_of(&demo.pets).await?;
    browser.switch_to(first).await?;
    browser.submit().await?;
    browser.shows("资料已保存").await?;
    browser.shows("王小明").await?;
    browser.close().await
}

#[tokio::test]
async fn a_profile_sent_after_another_person_signed_in_changes_nothing_of_theirs() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    browser.at_the_desk().await?;
    browser.goto(&format!("{}/account/profile", demo.passport)).await?;
    browser.fill("name", "王小明").await?;
    let first = browser.new_tab().await?;
    browser.sign_out_at_the_passport().await?;
    browser.goto(&format!("{}/sign-in", demo.passport)).await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.shows("修改资料").await?;
    browser.switch_to(first).await?;
    browser.submit().await?;
    browser.shows("用另一个账号打开的，所以没有保存").await?;
    anyhow::ensure!(browser.value("name").await? == "李晓雨", "the form shows another person's name");
    browser.leads_on().await?;
    browser.close().await
}

#[tokio::test]
async fn a_sign_out_pressed_after_another_tab_has_signed_out_says_that_it_is_done() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    browser.at_the_desk().await?;
    let first = browser.new_tab().await?;
    browser.goto(&format!("{}/registration", demo.cet)).await?;
    browser.sign_out_at(&demo.cet).await?;
    browser.switch_to(first).await?;
    browser.sign_out_at(&demo.cet).await?;
    browser.leads_on().await?;
    browser.close().await
}

#[tokio::test]
async fn a_bookmark_of_the_authorize_address_ends_at_the_site_fresh_and_used() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    // As the site makes it; its state is one that this browser does not know any more.
    let bookmark = format!(
        "{}/authorize?client_id=cet&redirect_uri={}/sign-in/callback&response_type=code&scope=openid+exam\
         &state=kept&nonce=kept&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
        demo.passport, demo.cet
    );
    browser.goto(&bookmark).await?;
    browser.stands_at_sign_in().await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.goto(&bookmark).await?;
    browser.stands_at_the_desk_of(&demo.cet).await?;
    browser.close().await
}

#[tokio::test]
async fn a_browser_that_forbids_cookies_ends_at_a_page_that_says_so() -> anyhow::Result<()> {
    let browser = Browser::open_without_cookies().await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.cet).await?;
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
