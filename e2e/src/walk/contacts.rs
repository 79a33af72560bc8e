//! A number that is somebody else's now, and an address that is changed and changed back.

use crate::demo::Demo;
use crate::journey::Newcomer;
use crate::mailbox::received;
use crate::window::Window;

use super::Tour;
use super::Witness;
use super::Worth::{Light, LightAndDark};
use super::ways_back::{follow_proof, type_code};

/// Signs in at the passport itself.
pub(super) async fn sign_in(window: &Window, demo: &Demo, name: &str, password: &str) -> anyhow::Result<()> {
    window.goto(&format!("{}/sign-in", demo.passport)).await?;
    window.fill_sign_in(name, password).await?;
    window.submit().await?;
    window.appears(".tiles").await
}

/// Signs out there.
pub(super) async fn sign_out(window: &Window, demo: &Demo) -> anyhow::Result<()> {
    window.goto(&format!("{}/sign-out", demo.passport)).await?;
    window.click("main form[action*='sign-out'] button").await?;
    window.appears("main").await
}

/// The code of the SMS that comes after that with the former one.
async fn next_code(window: &Window, demo: &Demo, to: &str, former: &str) -> anyhow::Result<String> {
    let mut code = String::new();
    let arrived = async || {
        code = received(window, demo, to, "").await?.code()?;
        Ok(code != former)
    };
    window.until("another code", arrived).await?;
    Ok(code)
}

/// Somebody says that a number is theirs now; its holder keeps it, and stays signed in.
pub(super) async fn number(tour: &mut Tour<'_, impl Witness>, demo: &Demo, holder: &Newcomer) -> anyhow::Result<()> {
    let window = tour.window;
    let (number, contacts) = (format!("+86{}", holder.mobile), format!("{}/account/contact", demo.passport));
    window.goto(&format!("{}/register", demo.passport)).await?;
    window.fill_registration(holder).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    follow_proof(window, demo, &holder.email).await?;
    sign_in(window, demo, &holder.email, &holder.password).await?;
    window.goto(&contacts).await?;
    window.click("#mobile").await?;
    window.appears("[name=code]").await?;
    type_code(window, demo, &number, "").await?;
    window.arrives_at(&contacts).await?;
    let former = received(window, demo, &number, "").await?.code()?;
    sign_out(window, demo).await?;

    window.goto(&format!("{}/recover", demo.passport)).await?;
    window.fill("username", &holder.mobile).await?;
    window.prove().await?;
    window.submit().await?;
    window.appears("[name=code]").await?;
    let page = window.url().await?;
    let code = next_code(window, demo, &number, &former).await?;
    window.goto(&page).await?;
    window.fill("code", &code).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/recover/password", demo.passport)).await?;
    tour.take("recover-second", LightAndDark).await?;
    window.click("main details summary").await?;
    tour.take("recover-number", Light).await?;
    window.click("main button[value=number]").await?;
    window.appears(".status-mark").await?;
    tour.take("recover-number-asked", Light).await?;

    sign_in(window, demo, &holder.email, &holder.password).await?;
    tour.visit("contact-number-claimed", &contacts, LightAndDark).await?;
    let keep = received(window, demo, &holder.email, "/contact/number").await?.link("/contact/number")?;
    tour.visit("contact-number", &keep, LightAndDark).await?;
    window.click("main form button.primary").await?;
    window.appears(".status-mark.ok").await?;
    tour.take("contact-number-kept", Light).await
}

/// Their address is changed, and changed back by the link that the old one gets. Nobody is signed in afterwards.
pub(super) async fn change(
    tour: &mut Tour<'_, impl Witness>,
    demo: &Demo,
    who: &Newcomer,
    next: &Newcomer,
) -> anyhow::Result<()> {
    let window = tour.window;
    window.goto(&format!("{}/account/contact/change?contact=email", demo.passport)).await?;
    window.fill("email", &next.email).await?;
    window.fill("old_password", &who.password).await?;
    window.submit().await?;
    window.appears("[name=code]").await?;
    tour.take("contact-change-code", Light).await?;
    let link = received(window, demo, &next.email, "/contact/confirm").await?.link("/contact/confirm")?;
    tour.visit("contact-change-link", &link, Light).await?;
    window.click("main form button.primary").await?;
    window.appears(".status-mark.ok").await?;
    tour.take("contact-changed", Light).await?;
    tour.visit("contact-changed-list", &format!("{}/account/contact", demo.passport), Light).await?;
    let undo = received(window, demo, &who.email, "/contact/undo").await?.link("/contact/undo")?;
    tour.visit("contact-undo", &undo, LightAndDark).await?;
    window.click("main form button.danger").await?;
    window.appears(".status-mark.ok").await?;
    tour.take("contact-undone", Light).await?;
    tour.visit("contact-undo-over", &undo, Light).await
}
