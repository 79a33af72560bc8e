//! What the law asks for: agreements that changed, and a guardian for who is under 14.

use crate::demo::Demo;
use crate::journey::Newcomer;
use crate::operator::Operator;
use crate::window::Window;

use super::Worth::{Light, LightAndDark};
use super::contacts::{sign_in, sign_out};
use super::{Tour, Witness};
use crate::mailbox::received;

/// Registers somebody, and stands at the sign-in page.
async fn register(window: &Window, demo: &Demo, who: &Newcomer) -> anyhow::Result<()> {
    window.goto(&format!("{}/register", demo.passport)).await?;
    window.fill_registration(who).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await
}

/// Agreements that changed: asked for at sign-in, and of who is signed in already.
pub(super) async fn agreements(
    tour: &mut Tour<'_, impl Witness>,
    demo: &Demo,
    who: &Newcomer,
    staff: &Operator,
) -> anyhow::Result<()> {
    let window = tour.window;
    register(window, demo, who).await?;
    staff.does(&["dev", "age-agreements", &who.email])?;
    window.fill_sign_in(&who.email, &who.password).await?;
    window.submit().await?;
    window.appears("#agree-error").await?;
    tour.take("sign-in-agreements", LightAndDark).await?;
    window.fill("password", &who.password).await?;
    window.click("#agree").await?;
    window.submit().await?;
    window.appears(".tiles").await?;
    sign_out(window, demo).await?;
    sign_in(window, demo, &who.email, &who.password).await?;
    staff.does(&["dev", "age-agreements", &who.email])?;
    window.goto(&format!("{}/account/contact", demo.passport)).await?;
    window.arrives_at(&format!("{}/account/agreements", demo.passport)).await?;
    tour.take("agreements", LightAndDark).await?;
    window.submit().await?;
    window.appears(".summary").await?;
    tour.take("agreements-errors", Light).await?;
    window.click("#agree").await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/account/contact", demo.passport)).await?;
    sign_out(window, demo).await
}

/// Somebody under 14, up to a guardian's consent and its end.
pub(super) async fn guardian(
    tour: &mut Tour<'_, impl Witness>,
    demo: &Demo,
    who: &Newcomer,
    parent: &str,
) -> anyhow::Result<()> {
    let window = tour.window;
    let page = format!("{}/account/guardian", demo.passport);
    window.goto(&format!("{}/register", demo.passport)).await?;
    window.fill_registration(who).await?;
    window.fill("age", "under").await?;
    window.fill("name", "李小华").await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    window.fill_sign_in(&who.email, &who.password).await?;
    window.submit().await?;
    window.appears(".tiles").await?;
    tour.take("passport-home-child", Light).await?;
    window.goto(&format!("{}/registration", demo.pets)).await?;
    window.arrives_at(&page).await?;
    tour.take("guardian", LightAndDark).await?;
    window.submit().await?;
    window.appears(".summary").await?;
    tour.take("guardian-errors", Light).await?;
    window.fill("guardian_name", "王芳").await?;
    window.fill("relation", "mother").await?;
    window.fill("contact", parent).await?;
    window.fill("birthdate", "2016-09-01").await?;
    window.submit().await?;
    window.appears("[name=code]").await?;
    tour.take("guardian-asked", LightAndDark).await?;
    window.click("main details summary").await?;
    tour.take("guardian-another", Light).await?;
    window.submit().await?;
    window.appears(".summary").await?;
    tour.take("guardian-code-errors", Light).await?;
    let link = received(window, demo, parent, "/guardian/consent").await?.link("/guardian/consent")?;
    tour.visit("guardian-link", &link, LightAndDark).await?;
    window.click("main form button.primary").await?;
    window.appears(".status-mark.ok").await?;
    tour.take("guardian-link-given", Light).await?;
    tour.visit("guardian-consented", &page, LightAndDark).await?;
    let undo = received(window, demo, parent, "/guardian/withdraw").await?.link("/guardian/withdraw")?;
    tour.visit("guardian-withdraw", &undo, LightAndDark).await?;
    window.click("main form button.danger").await?;
    window.appears(".status-mark.ok").await?;
    tour.take("guardian-withdrawn", Light).await?;
    window.goto(&format!("{}/sign-in", demo.passport)).await?;
    window.fill_sign_in(&who.email, &who.password).await?;
    window.submit().await?;
    window.appears(".tiles").await?;
    tour.visit("guardian-needed-again", &page, Light).await?;
    sign_out(window, demo).await
}
