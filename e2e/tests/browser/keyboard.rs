//! Without a mouse: what is done by Tab, by typing, by Enter and by Space, and by nothing else.

use anyhow::ensure;

use crate::axe::Findings;
use crate::stage::{Browser, newcomer};

/// Keys as WebDriver writes them (§17.4.2).
const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";
const SPACE: &str = " ";
const DOWN: &str = "\u{E015}";

/// What has the focus, as a selector would name it.
async fn focus(browser: &Browser) -> anyhow::Result<String> {
    const ASK: &str = "const at = document.activeElement; return at.id ? '#' + at.id : at.tagName + '.' + at.className";
    Ok(browser.run(ASK).await?.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn somebody_registers_by_keyboard_alone_and_changes_the_captcha_on_the_way() -> anyhow::Result<()> {
    let (browser, who) = (Browser::open(1280).await?, newcomer());
    let mut found = Findings::default();
    browser.goto(&format!("{}/sign-in", browser.demo.passport)).await?;
    browser.type_by_keyboard("main a[href='/register'], main a[href^='/register?']", ENTER).await?;
    browser.arrives_at(&format!("{}/register", browser.demo.passport)).await?;
    browser.type_by_keyboard("[name=email]", &who.email).await?;
    browser.type_by_keyboard("[name=mobile]", &who.mobile).await?;
    browser.type_by_keyboard("[name=password]", "short").await?;
    browser.type_by_keyboard("[name=password_confirm]", "short").await?;
    browser.type_by_keyboard("[name=age]", DOWN).await?;

    // The box works by itself from the first field on. It has a picture too, and back again; the focus stays in it.
    browser.type_by_keyboard("[name=captcha_action][value=shrink]", SPACE).await?;
    browser.appears("img.captcha-picture").await?;
    browser.type_by_keyboard("[name=captcha_action][value=enlarge]", ENTER).await?;
    browser.appears(".captcha.large").await?;
    const PICTURE: &str = "const shown = document.querySelector('img.captcha-picture'); return shown && shown.src";
    let before = browser.run(PICTURE).await?;
    browser.type_by_keyboard("[name=captcha_action][value=refresh]", ENTER).await?;
    let is_another = async || Ok(browser.run(PICTURE).await.is_ok_and(|now| now.is_string() && now != before));
    browser.until("another picture", is_another).await?;
    browser.type_by_keyboard("[name=captcha_action][value=work]", ENTER).await?;
    browser.appears(".captcha[data-state=done]").await?;
    let within = "return document.activeElement.closest('.captcha-field') !== null";
    ensure!(browser.run(within).await? == true, "the focus was lost at {}", focus(&browser).await?);

    // What is wrong is said at the top, where the focus is, and each line leads to its field.
    browser.type_by_keyboard("[name=agree]", SPACE).await?;
    browser.type_by_keyboard("main button.primary[type=submit]", ENTER).await?;
    browser.appears(".summary").await?;
    let summary = "return document.activeElement.closest('.summary') !== null";
    ensure!(browser.run(summary).await? == true, "the summary has no focus: {}", focus(&browser).await?);
    found.look(&browser).await?;
    browser.type_by_keyboard(".summary a[href='#password']", ENTER).await?;
    ensure!(focus(&browser).await? == "#password", "the summary led to {}", focus(&browser).await?);
    browser.type_by_keyboard("[name=password]", &who.password).await?;
    browser.type_by_keyboard("[name=password_confirm]", &who.password).await?;
    if !browser.has("[name=agree]:checked").await? {
        browser.type_by_keyboard("[name=agree]", SPACE).await?;
    }
    browser.type_by_keyboard("main button.primary[type=submit]", SPACE).await?;
    browser.arrives_at(&format!("{}/sign-in", browser.demo.passport)).await?;
    browser.type_by_keyboard("[name=password]", &who.password).await?;
    browser.type_by_keyboard("#sign-in", ENTER).await?;
    browser.appears(".tiles").await?;
    browser.close().await?;
    found.verdict()
}

#[tokio::test]
async fn the_first_stop_of_every_page_leads_past_its_head() -> anyhow::Result<()> {
    let browser = Browser::open(1280).await?;
    let demo = &browser.demo;
    for page in [
        format!("{}/sign-in", demo.passport),
        format!("{}/register", demo.passport),
        demo.cet.clone(),
        format!("{}/faq", demo.pets),
    ] {
        leads_past_the_head(&browser, &page).await?;
    }
    browser.at_the_desk().await?;
    let account = ["profile", "contact", "security", "sessions"];
    let account = account.map(|page| format!("{}/account/{page}", demo.passport));
    for page in account.into_iter().chain([format!("{}/registration", demo.cet), demo.passport.clone()]) {
        leads_past_the_head(&browser, &page).await?;
    }
    browser.close().await
}

/// The first stop of a page is a link that is seen then, and leads into what the page is about.
async fn leads_past_the_head(browser: &Browser, page: &str) -> anyhow::Result<()> {
    browser.goto(page).await?;
    browser.press(TAB).await?;
    ensure!(focus(browser).await? == "A.skip", "the first stop of {page} is {}", focus(browser).await?);
    const SEEN: &str =
        "const at = document.activeElement.getBoundingClientRect(); return at.top >= 0 && at.height >= 24";
    ensure!(browser.run(SEEN).await? == true, "the skip link of {page} is not seen");
    browser.press(ENTER).await?;
    browser.until("the focus in main", async || Ok(focus(browser).await? == "#main")).await?;
    browser.press(TAB).await?;
    const WITHIN: &str = "return document.activeElement.closest('main') !== null";
    ensure!(browser.run(WITHIN).await? == true, "{page} leads on to {}", focus(browser).await?);
    Ok(())
}
