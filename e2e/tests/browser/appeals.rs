//! 信息占用申诉, as three people meet it: who finds their document taken, who holds it, and the staff.

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use e2e::window::Look;

use crate::axe::Findings;
use crate::stage::{Browser, newcomer, operator, received};

/// Says which document it is.
async fn names_the_document(browser: &Browser, number: &str) -> anyhow::Result<()> {
    browser.fill("id_type", "passport").await?;
    browser.fill("id_number", number).await
}

/// A photo of a page of the demo, as a phone would make one, in a file.
async fn photo(browser: &Browser) -> anyhow::Result<String> {
    const DRAWN: &str = "const canvas = document.createElement('canvas'); canvas.width = 1200; canvas.height = 800; \
        const pen = canvas.getContext('2d'); pen.fillStyle = '#dde'; pen.fillRect(0, 0, 1200, 800); \
        pen.fillStyle = '#223'; pen.font = '80px sans-serif'; pen.fillText('PASSPORT', 100, 200); \
        return canvas.toDataURL('image/jpeg', 0.9);";
    let drawn = browser.run(DRAWN).await?;
    let data = drawn.as_str().and_then(|url| url.split_once("base64,")).context("a picture")?.1;
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("appeal-document.jpg");
    std::fs::write(&file, STANDARD.decode(data)?)?;
    Ok(file.to_str().context("a path")?.to_owned())
}

/// Nothing sticks out of the page on the narrowest phone.
async fn fits(browser: &Browser) -> anyhow::Result<()> {
    browser.look(Look { width: 320, dark: false }).await?;
    ensure!(browser.overhang().await? <= 0, "{} scrolls sideways", browser.url().await?);
    browser.look(Look { width: 390, dark: false }).await
}

#[tokio::test]
async fn a_document_that_is_taken_comes_to_its_owner_who_never_sees_the_other_account() -> anyhow::Result<()> {
    let (holder, owner) = (newcomer(), newcomer());
    let number = format!("E{}", &holder.mobile[holder.mobile.len() - 8..]);
    let other = Browser::open(1280).await?;
    let demo = &other.demo;
    other.goto(&format!("{}/register", demo.passport)).await?;
    other.fill_registration(&holder).await?;
    names_the_document(&other, &number).await?;
    other.submit().await?;
    other.arrives_at(&format!("{}/sign-in", demo.passport)).await?;

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
    fits(&browser).await?;
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
    fits(&browser).await?;
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
    fits(&browser).await?;
    let file = photo(&browser).await?;
    browser.fill("photo", &file).await?;
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
    fits(&browser).await?;
    browser.click("main a.button.primary").await?;
    browser.arrives_at(&format!("{}/register", demo.passport)).await?;
    browser.fill_registration(&owner).await?;
    browser.submit().await?;
    browser.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
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
