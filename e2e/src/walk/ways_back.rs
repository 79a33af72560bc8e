//! Ways back into an account: a forgotten password, a document that is taken, and “this wasn't me”.

use crate::demo::Demo;
use crate::journey::Newcomer;
use crate::mailbox::received;
use crate::operator::Operator;
use crate::window::Window;
use anyhow::Context as _;

use super::Worth::{Light, LightAndDark};
use super::{Tour, Witness};

/// A forgotten password: of the demo's candidate, and of somebody who has a second factor.
pub(super) async fn recovery(
    tour: &mut Tour<'_, impl Witness>,
    demo: &Demo,
    newcomer: &Newcomer,
) -> anyhow::Result<()> {
    let window = tour.window;
    let link = received(window, demo, &newcomer.email, "/contact/confirm").await?.link("/contact/confirm")?;
    tour.visit("contact-link", &link, Light).await?;
    window.click("main form button.primary").await?;
    window.appears("main a.button.primary").await?;
    tour.take("contact-link-done", Light).await?;
    for (name, email) in [("recover", &demo.email), ("recover-factor", &newcomer.email)] {
        window.goto(&format!("{}/recover", demo.passport)).await?;
        window.fill("username", email).await?;
        window.prove().await?;
        window.submit().await?;
        window.arrives_at(&format!("{}/recover/code", demo.passport)).await?;
        tour.take(&format!("{name}-code"), Light).await?;
        let code_page = window.url().await?;
        let link = received(window, demo, email, "/recover/link").await?.link("/recover/link")?;
        tour.visit(&format!("{name}-link"), &link, Light).await?;
        window.goto(&code_page).await?;
        type_code(window, demo, email, "/recover/link").await?;
        window.arrives_at(&format!("{}/recover/password", demo.passport)).await?;
        tour.take(&format!("{name}-password"), Light).await?;
    }
    waiting(tour, demo, newcomer).await
}

/// A wait in place of a factor, and the links by which it is cancelled and gone on from.
async fn waiting(tour: &mut Tour<'_, impl Witness>, demo: &Demo, who: &Newcomer) -> anyhow::Result<()> {
    let window = tour.window;
    // Where a passkey that fails leads.
    tour.visit("recover-passkey", &format!("{}/recover/passkey", demo.passport), Light).await?;
    window.fill("code", "000000").await?;
    window.click("main button[value=factor]").await?;
    window.appears(".summary").await?;
    tour.take("recover-factor-wrong", Light).await?;
    window.click("main button[value=wait]").await?;
    window.appears(".notice.warn").await?;
    tour.take("recover-waits", LightAndDark).await?;
    let cancel = received(window, demo, &who.email, "/recover/cancel").await?.link("/recover/cancel")?;
    tour.visit("recover-cancel", &cancel, LightAndDark).await?;
    tour.visit("recover-resume", &format!("{}/recover/resume?t=x", demo.passport), Light).await?;
    window.goto(&cancel).await?;
    window.click("main form button").await?;
    window.appears(".status-mark").await?;
    tour.take("recover-cancelled", Light).await
}

/// Proves the address by the link of its mail.
pub(super) async fn follow_proof(window: &Window, demo: &Demo, email: &str) -> anyhow::Result<()> {
    window.goto(&received(window, demo, email, "/contact/confirm").await?.link("/contact/confirm")?).await?;
    window.click("main form button.primary").await?;
    window.appears("main a.button.primary").await
}

/// Types the code of the newest message whose text leads there, on the page in sight.
pub(super) async fn type_code(window: &Window, demo: &Demo, to: &str, says: &str) -> anyhow::Result<()> {
    let page = window.url().await?;
    let code = received(window, demo, to, says).await?.code()?;
    window.goto(&page).await?;
    window.fill("code", &code).await?;
    window.submit().await
}

/// A document that somebody else has, up to the decision. The holder stays signed in.
pub(super) async fn appeal(
    tour: &mut Tour<'_, impl Witness>,
    demo: &Demo,
    holder: &Newcomer,
    staff: &Operator,
) -> anyhow::Result<()> {
    let window = tour.window;
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

    tour.visit("appeal", &format!("{}/appeal", demo.passport), Light).await?;
    window.fill("contact", &demo.email).await?;
    window.prove().await?;
    window.submit().await?;
    window.appears("#code").await?;
    tour.take("appeal-code", Light).await?;
    type_code(window, demo, &demo.email, "").await?;
    window.appears("#words").await?;
    tour.take("appeal-details", Light).await?;
    document(&number).await?;
    window.submit().await?;
    window.appears("#words-error").await?;
    tour.take("appeal-details-errors", Light).await?;
    window.fill("province", "31").await?;
    window.fill("name", "李华").await?;
    window.fill("words", "去年丢过护照，报名时才发现被占用。").await?;
    window.submit().await?;
    window.appears("input[type=file]").await?;
    tour.take("appeal-photo", LightAndDark).await?;
    window.choose_photo("photo", &demo.home.join("document.jpg")).await?;
    window.submit().await?;
    window.appears(".notice.ok").await?;
    tour.take("appeal-case", LightAndDark).await?;
    let page = window.url().await?;
    let case = window.run("return document.querySelector('h1 .num').textContent").await?;
    let case = case.as_str().context("a number")?.to_owned();
    staff.does(&["appeals", "agree", &case, "--staff", "wang"])?;
    tour.visit("appeal-hearing", &page, Light).await?;
    let asked = received(window, demo, &holder.email, "/appeal/objection").await?.link("/appeal/objection")?;
    tour.visit("appeal-objection", &asked, LightAndDark).await?;
    window.fill("words", "证件不是我的，注册时填错了。").await?;
    window.submit().await?;
    window.appears("main .button").await?;
    tour.take("appeal-objection-sent", Light).await?;
    staff.does(&["appeals", "decide", &case, "--staff", "li", "--grant"])?;
    tour.visit("appeal-granted", &page, Light).await?;
    let won = received(window, demo, &demo.email, "/appeal/document").await?.link("/appeal/document")?;
    tour.visit("appeal-document", &won, Light).await?;
    tour.visit("appeal-over", &format!("{}/appeal/case?t=x", demo.passport), Light).await
}

/// A password that somebody else changed, and what its owner does about it.
pub(super) async fn alarm(tour: &mut Tour<'_, impl Witness>, demo: &Demo, who: &Newcomer) -> anyhow::Result<()> {
    let window = tour.window;
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
    tour.take("activity-report", Light).await?;
    let link = received(window, demo, &who.email, "/alarm").await?.link("/alarm")?;
    tour.visit("alarm", &link, LightAndDark).await?;
    window.click("main form button.danger").await?;
    window.appears("main .facts .reference").await?;
    tour.take("alarm-case", LightAndDark).await?;
    tour.visit("alarm-over", &format!("{}/alarm?t=unknown", demo.passport), Light).await
}
