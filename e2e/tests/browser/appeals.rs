//! 信息占用申诉, as three people meet it: who finds their document taken, who holds it, and the staff.

use anyhow::Context as _;
use e2e::journey::Newcomer;

use crate::axe::Findings;
use crate::stage::{Browser, newcomer, operator, received};

/// Says which document it is.
async fn names_the_document(browser: &Browser, number: &str) -> anyhow::Result<()> {
    browser.fill("id_type", "passport").await?;
    browser.fill("id_number", number).await
}

/// Registers, with a document; the number of it.
async fn holds_a_document(browser: &Browser, who: &Newcomer) -> anyhow::Result<String> {
    let number = format!("E{}", &who.mobile[who.mobile.len() - 8..]);
    browser.goto(&format!("{}/register", browser.demo.passport)).await?;
    browser.fill_registration(who).await?;
    names_the_document(browser, &number).await?;
    browser.submit().await?;
    browser.arrives_at(&format!("{}/sign-in", browser.demo.passport)).await?;
    Ok(number)
}

/// Asks for the code that an appeal begins with, and stands where it is typed.
async fn asks_for_a_code(browser: &Browser, to: &str) -> anyhow::Result<()> {
    browser.goto(&format!("{}/appeal", browser.demo.passport)).await?;
    browser.fill("contact", to).await?;
    browser.prove().await?;
    browser.submit().await?;
    browser.appears("#code").await
}

#[tokio::test]
async fn a_document_that_is_taken_comes_to_its_owner_who_never_sees_the_other_account() -> anyhow::Result<()> {
    let (holder, owner) = (newcomer(), newcomer());
    let other = Browser::open(1280).await?;
    let demo = &other.demo;
    let number = holds_a_document(&other, &holder).await?;

    // Their registration says that the document is taken, and leads to the appeal.
    let browser = Browser::open(390).await?;
    let mut found = Findings::default();
    browser.goto(&format!("{}/register", demo.passport)).await?;
    browser.fill_registration(&owner).await?;
    names_the_document(&browser, &number).await?;
    browser.submit().await?;
    browser.shows("不是？申诉").await?;
    found.look(&browser).await?;
    browser.click("main form a[href='/appeal']").await?;
    browser.arrives_at(&format!("{}/appeal", demo.passport)).await?;
    browser.fill("contact", &owner.email).await?;
    browser.prove().await?;
    browser.submit().await?;
    browser.appears("#code").await?;
    found.look(&browser).await?;
    let code = received(demo, &owner.email, "信息占用申诉").await?.code()?;
    browser.fill("code", &code).await?;
    browser.submit().await?;
    browser.appears("#words").await?;
    browser.fill("province", "31").await?;
    names_the_document(&browser, &number).await?;
    browser.fill("name", "李华").await?;
    browser.submit().await?;
    browser.appears("#words-error").await?;
    found.look(&browser).await?;
    browser.fill("words", "去年丢过护照，报名时才发现被占用。").await?;
    browser.submit().await?;

    // The photo: first something else, then a real one.
    browser.appears("input[type=file]").await?;
    let wrong = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("appeal-document.html");
    std::fs::write(&wrong, "<!doctype html><script>alert(1)</script>")?;
    browser.fill("photo", wrong.to_str().context("a path")?).await?;
    browser.submit().await?;
    browser.appears("#photo-error").await?;
    found.look(&browser).await?;
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("appeal-document.jpg");
    browser.choose_photo("photo", &file).await?;
    browser.submit().await?;
    browser.shows("照片已收到").await?;
    found.look_at_every_way(&browser, &browser.url().await?).await?;
    let case = browser.run("return document.querySelector('h1 .num').textContent").await?;
    let case = case.as_str().context("a number")?.to_owned();

    operator(&["appeals", "agree", &case, "--staff", "wang"])?;
    browser.reload().await?;
    browser.shows("已通知证件现在的持有人").await?;
    let asked = received(demo, &holder.email, "证件是他的").await?.link("/appeal/objection")?;
    let heard = Browser::open_without_script().await?;
    heard.goto(&asked).await?;
    heard.fill("words", "证件不是我的，注册时填错了。").await?;
    heard.submit().await?;
    heard.shows("异议已收到").await?;
    heard.close().await?;
    operator(&["appeals", "decide", &case, "--staff", "li", "--grant"])?;

    // The link leads through registering and signing in, back to the one button that is left.
    let won = received(demo, &owner.email, "已通过").await?.link("/appeal/document")?;
    browser.goto(&won).await?;
    found.look(&browser).await?;
    browser.click("main a.button.primary").await?;
    browser.arrives_at(&format!("{}/register", demo.passport)).await?;
    browser.fill_registration(&owner).await?;
    browser.submit().await?;
    browser.stands_at_sign_in().await?;
    browser.fill("password", &owner.password).await?;
    browser.submit().await?;
    browser.arrives_at(&format!("{}/appeal/document", demo.passport)).await?;
    browser.submit().await?;
    browser.shows("证件已绑定").await?;
    browser.one_button_leads_on().await?;
    browser.goto(&won).await?;
    browser.one_button_leads_on().await?;
    received(demo, &holder.email, "已经解绑").await?;
    other.fill("password", &holder.password).await?;
    other.submit().await?;
    other.appears(".tiles").await?;
    found.verdict()?;
    other.close().await?;
    browser.close().await
}

#[tokio::test]
async fn the_code_of_an_appeal_in_two_tabs_its_form_sent_again_and_its_link_elsewhere_lead_on() -> anyhow::Result<()> {
    let (holder, owner) = (newcomer(), newcomer());
    let browser = Browser::open(390).await?;
    let demo = &browser.demo;
    let number = holds_a_document(&browser, &holder).await?;
    asks_for_a_code(&browser, &owner.email).await?;
    let waits = browser.url().await?;
    let code = received(demo, &owner.email, "信息占用申诉").await?.code()?;
    let first = browser.tab().await?;
    browser.new_tab().await?;
    browser.goto(&waits).await?;
    let second = browser.tab().await?;
    browser.switch_to(first.clone()).await?;
    browser.fill("code", &code).await?;
    browser.submit().await?;
    browser.appears("#words").await?;
    browser.switch_to(second.clone()).await?;
    browser.fill("code", &code).await?;
    browser.submit().await?;
    browser.shows("这个验证码已经用过").await?;
    browser.leads_on().await?;

    // The form of the document, sent, gone back to, and sent again: one appeal.
    browser.switch_to(first).await?;
    let says = async || {
        browser.fill("province", "31").await?;
        names_the_document(&browser, &number).await?;
        browser.fill("name", "李华").await?;
        browser.fill("words", "去年丢过护照。").await?;
        browser.submit().await
    };
    says().await?;
    browser.appears("input[type=file]").await?;
    let case = browser.url().await?;
    browser.back().await?;
    browser.leads_on().await?;
    if browser.has("#words").await? {
        says().await?;
    }
    browser.leads_on().await?;

    // Its link in the message leads to the same page in a browser that knows nothing, time and again.
    let link = received(demo, &owner.email, "您的申诉").await?.link("/appeal/case")?;
    let elsewhere = Browser::open(390).await?;
    for _ in 0..2 {
        elsewhere.goto(&link).await?;
        elsewhere.appears("input[type=file]").await?;
    }
    elsewhere.goto(&case).await?;
    elsewhere.leads_on().await?;
    elsewhere.close().await?;
    browser.close().await
}

#[tokio::test]
async fn who_finds_their_document_taken_on_the_way_to_a_site_ends_there_without_it() -> anyhow::Result<()> {
    let (holder, owner) = (newcomer(), newcomer());
    let browser = Browser::open(390).await?;
    let number = holds_a_document(&browser, &holder).await?;
    browser.asked_to_sign_in(&browser.demo.cet).await?;
    browser.click("main a[href*='/register']").await?;
    browser.fill_registration(&owner).await?;
    names_the_document(&browser, &number).await?;
    browser.submit().await?;
    browser.shows("不是？申诉").await?;
    browser.click("main form a[href='/appeal']").await?;
    browser.appears("#contact").await?;
    browser.back().await?;
    browser.appears("#id_number").await?;
    browser.fill("id_number", "").await?;
    browser.fill("id_type", "").await?;
    browser.fill("password", &owner.password).await?;
    browser.fill("password_confirm", &owner.password).await?;
    if !browser.has("[name=agree]:checked").await? {
        browser.click("[name=agree]").await?;
    }
    browser.prove().await?;
    browser.submit().await?;
    browser.arrives_at(&format!("{}/sign-in", browser.demo.passport)).await?;
    browser.sign_in(&owner.mobile, &owner.password).await?;
    browser.stands_at_the_desk_of(&browser.demo.cet).await?;
    browser.close().await
}
