//! A computer that many use: nothing of one person is left for the next.

use anyhow::ensure;
use e2e::window::Look;

use crate::stage::Browser;

/// Signs in at the passport and says that the computer is public.
async fn sign_in(browser: &Browser) -> anyhow::Result<()> {
    let demo = &browser.demo;
    browser.goto(&format!("{}/sign-in", demo.passport)).await?;
    browser.click("#public").await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.appears(".tiles").await
}

#[tokio::test]
async fn back_after_signing_out_at_a_public_computer_shows_nothing() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let demo = &browser.demo;
    sign_in(&browser).await?;
    for page in ["/account/profile", "/account/contact", "/account/sessions"] {
        browser.goto(&format!("{}{page}", demo.passport)).await?;
        browser.appears(".account").await?;
        browser.look(Look { width: 320, dark: false }).await?;
        ensure!(browser.overhang().await? <= 0, "{page} scrolls sideways");
    }
    browser.click("header .way-out-bar button").await?;
    browser.shows("您已退出").await?;
    for _ in 0..3 {
        browser.back().await?;
        browser.stands_at_sign_in().await?;
        ensure!(!browser.has(".account").await?, "a page of the account is shown to nobody");
    }
    ensure!(browser.has("#public:checked").await?, "the next person would have to say it again");
    browser.close().await
}

/// As below, the session is ended in another tab in place of the hour that it would take.
#[tokio::test]
async fn a_desk_left_open_at_a_public_computer_asks_for_the_password_and_is_there_again() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let demo = &browser.demo;
    browser.asked_to_sign_in(&demo.pets).await?;
    browser.click("#public").await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.pets).await?;
    let left_open = browser.tab().await?;
    browser.new_tab().await?;
    browser.sign_out_at_the_passport().await?;
    browser.switch_to(left_open).await?;
    let asked = async || {
        browser.reload().await?;
        Ok(browser.url().await?.starts_with(&format!("{}/sign-in", demo.passport)))
    };
    browser.until("the site to have been told", asked).await?;
    ensure!(browser.has("#public:checked").await?, "the next person would have to say it again");
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.stands_at_the_desk_of(&demo.pets).await?;
    browser.close().await
}

/// The page stands in one tab when the session is over. The script's clock is moved; the server's goes its own way, so the
/// session is ended in another tab.
#[tokio::test]
async fn a_page_left_open_at_a_public_computer_is_taken_from_the_screen_and_the_form_leads_back_to_it()
-> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let demo = &browser.demo;
    sign_in(&browser).await?;
    let profile = format!("{}/account/profile", demo.passport);
    browser.goto(&profile).await?;
    browser.shows("不操作的话，登录到").await?;
    let left_open = browser.tab().await?;
    let clock_moves = async |seconds: u32| {
        browser.run(&format!("const now = Date.now; Date.now = () => now() + {seconds}000;")).await
    };
    clock_moves(450).await?;
    browser.shows("登录还有").await?;
    browser.click("[data-go-on]").await?;
    browser.shows("好了，可以接着填。").await?;
    browser.new_tab().await?;
    browser.sign_out_at_the_passport().await?;
    browser.switch_to(left_open).await?;
    clock_moves(700).await?;
    browser.stands_at_sign_in().await?;
    browser.sign_in(&demo.email, &demo.password).await?;
    browser.arrives_at(&profile).await?;
    browser.close().await
}
