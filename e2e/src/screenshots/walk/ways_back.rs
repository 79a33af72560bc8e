//! Ways back into an account: a forgotten password, a document that is taken, and “this wasn't me”.

use anyhow::Context as _;
use e2e::demo::Demo;
use e2e::journey::Newcomer;
use e2e::mailbox::received;
use e2e::operator::Operator;
use e2e::window::Window;

use crate::camera::Camera;
use crate::camera::Worth::{Light, LightAndDark};

/// A forgotten password: of the demo's candidate, and of somebody who has a second factor.
pub(super) async fn recovery(camera: &mut Camera<'_>, demo: &Demo, newcomer: &Newcomer) -> anyhow::Result<()> {
    let window = camera.window;
    let link = received(window, demo, &newcomer.email, "/contact/confirm").await?.link("/contact/confirm")?;
    camera.visit("contact-link", &link, Light).await?;
    window.click("main form button.primary").await?;
    window.appears("main a.button.primary").await?;
    camera.take("contact-link-done", Light).await?;
    for (name, email) in [("recover", &demo.email), ("recover-factor", &newcomer.email)] {
        window.goto(&format!("{}/recover", demo.passport)).await?;
        window.fill("username", email).await?;
        window.prove().await?;
        window.submit().await?;
        window.arrives_at(&format!("{}/recover/code", demo.passport)).await?;
        camera.take(&format!("{name}-code"), Light).await?;
        type_code(window, demo, email, "/recover/link").await?;
        window.arrives_at(&format!("{}/recover/password", demo.passport)).await?;
        camera.take(&format!("{name}-password"), Light).await?;
    }
    Ok(())
}

/// Proves the address by the link of its mail.
async fn follow_proof(window: &Window, demo: &Demo, email: &str) -> anyhow::Result<()> {
    window.goto(&received(window, demo, email, "/contact/confirm").await?.link("/contact/confirm")?).await?;
    window.click("main form button.primary").await?;
    window.appears("main a.button.primary").await
}

/// Types the code of the newest message whose text leads there, on the page in sight.
async fn type_code(window: &Window, demo: &Demo, to: &str, says: &str) -> anyhow::Result<()> {
    let page = window.url().await?;
    let code = received(window, demo, to, says).await?.code()?;
    window.goto(&page).await?;
    window.fill("code", &code).await?;
    window.submit().await
}

/// A document that somebody else has, up to the decision. The holder stays signed in.
pub(super) async fn appeal(
    camera: &mut Camera<'_>,
    demo: &Demo,
    holder: &Newcomer,
    staff: &Operator,
) -> anyhow::Result<()> {
    let window = camera.window;
    let document = async |number: &str| {
        window.fill("id_type", "passport").await?;
        window.fill("id_number", number).await
    };
    let number = format!("E{}", &holder.mobile[holder.mobile.len() - 8..]);
    window.goto(&format!("{}/register", demo.passport)).await?;
    window.fill_registration(holder).await?;
    document(&number).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;

    camera.visit("appeal", &format!("{}/appeal", demo.passport), Light).await?;
    window.fill("contact", &demo.email).await?;
    window.prove().await?;
    window.submit().await?;
    window.appears("#code").await?;
    camera.take("appeal-code", Light).await?;
    type_code(window, demo, &demo.email, "").await?;
    window.appears("#words").await?;
    camera.take("appeal-details", Light).await?;
    document(&number).await?;
    window.submit().await?;
    window.appears("#words-error").await?;
    camera.take("appeal-details-errors", Light).await?;
    window.fill("province", "31").await?;
    window.fill("name", "李华").await?;
    window.fill("words", "去年丢过护照，报名时才发现被占用。").await?;
    window.submit().await?;
    window.appears("input[type=file]").await?;
    camera.take("appeal-photo", LightAndDark).await?;
    window.choose_photo("photo", &demo.home.join("document.jpg")).await?;
    window.submit().await?;
    window.appears(".notice.ok").await?;
    camera.take("appeal-case", LightAndDark).await?;
    let page = window.url().await?;
    let case = window.run("return document.querySelector('h1 .num').textContent").await?;
    let case = case.as_str().context("a number")?.to_owned();
    staff.does(&["appeals", "agree", &case, "--staff", "wang"])?;
    camera.visit("appeal-hearing", &page, Light).await?;
    let asked = received(window, demo, &holder.email, "/appeal/objection").await?.link("/appeal/objection")?;
    camera.visit("appeal-objection", &asked, LightAndDark).await?;
    window.fill("words", "证件不是我的，注册时填错了。").await?;
    window.submit().await?;
    window.appears("main .button").await?;
    camera.take("appeal-objection-sent", Light).await?;
    staff.does(&["appeals", "decide", &case, "--staff", "li", "--grant"])?;
    camera.visit("appeal-granted", &page, Light).await?;
    let won = received(window, demo, &demo.email, "/appeal/document").await?.link("/appeal/document")?;
    camera.visit("appeal-document", &won, Light).await?;
    camera.visit("appeal-over", &format!("{}/appeal/case?t=x", demo.passport), Light).await
}

/// A password that somebody else changed, and what its owner does about it.
pub(super) async fn alarm(camera: &mut Camera<'_>, demo: &Demo, who: &Newcomer) -> anyhow::Result<()> {
    let window = camera.window;
    follow_proof(window, demo, &who.email).await?;
    window.goto(&format!("{}/sign-in", demo.passport)).await?;
    // Other pictures show a public computer.
    if window.has("#public:checked").await? {
        window.click("#public").await?;
    }
    window.fill_sign_in(&who.email, &who.password).await?;
    window.submit().await?;
    window.appears(".tiles").await?;
    window.goto(&format!("{}/account/password", demo.passport)).await?;
    let thieves = "Seil7!hafen";
    for (field, text) in [("old_password", who.password.as_str()), ("password", thieves), ("password_confirm", thieves)]
    {
        window.fill(field, text).await?;
    }
    window.submit().await?;
    window.appears(".notice.ok").await?;
    window.goto(&format!("{}/account/activity", demo.passport)).await?;
    window.click(".event a[href*='/report']").await?;
    window.appears("main form button.danger").await?;
    camera.take("activity-report", Light).await?;
    let link = received(window, demo, &who.email, "/alarm").await?.link("/alarm")?;
    camera.visit("alarm", &link, LightAndDark).await?;
    window.click("main form button.danger").await?;
    window.appears("main .facts .reference").await?;
    camera.take("alarm-case", LightAndDark).await?;
    camera.visit("alarm-over", &format!("{}/alarm?t=unknown", demo.passport), Light).await
}
