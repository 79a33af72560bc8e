//! The account of who is signed in, and leaving it.

use crate::demo::Demo;
use crate::mailbox::received;

use super::Worth::{Light, LightAndDark};
use super::contacts::{sign_in, sign_out};
use super::third_party::{self, CALLBACK};
use super::{Tour, Witness};

pub(super) async fn signed_in(tour: &mut Tour<'_, impl Witness>, demo: &Demo) -> anyhow::Result<()> {
    let window = tour.window;
    tour.visit("passport-home", &demo.passport, LightAndDark).await?;
    for (id, site) in [("pets", &demo.pets), ("ncre", &demo.ncre)] {
        window.goto(&demo.passport).await?;
        window.click(&format!("main a[href^='{site}']")).await?;
        window.arrives_at(&format!("{site}/registration")).await?;
        tour.take(&format!("{id}-desk"), Light).await?;
    }
    tour.visit("cet-home-signed-in", &demo.cet, Light).await?;
    let profile = format!("{}/account/profile", demo.passport);
    tour.visit("profile", &profile, Light).await?;
    window.fill("name", "1234").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    tour.take("profile-errors", Light).await?;
    window.fill("name", "阿依古丽·买买提艾力·阿卜杜热合曼诺娃").await?;
    window.submit().await?;
    window.appears(".notice").await?;
    tour.take("profile-saved", Light).await?;
    tour.visit("passport-home-long-name", &demo.passport, Light).await?;
    tour.visit("password", &format!("{}/account/password", demo.passport), Light).await?;
    window.fill("password", "short").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    tour.take("password-errors", Light).await?;
    contacts(tour, demo).await?;
    let consent = third_party::authorize(demo, CALLBACK)?;
    tour.visit("sites-none", &format!("{}/account/sites", demo.passport), Light).await?;
    tour.visit("consent", consent.as_str(), LightAndDark).await?;
    // The browser is sent on at once, to where nobody answers.
    window.click("main button[name=decision][value=allow]").await.ok();
    window.until("the site", async || Ok(!window.url().await?.contains("/consent"))).await?;
    tour.visit("sites", &format!("{}/account/sites", demo.passport), LightAndDark).await?;
    window.click("main a[href*='/account/sites/withdraw']").await?;
    window.appears(".danger-frame").await?;
    tour.take("site-withdrawal", Light).await?;
    tour.visit("sessions", &format!("{}/account/sessions", demo.passport), LightAndDark).await?;
    tour.visit("activity", &format!("{}/account/activity", demo.passport), LightAndDark).await?;
    let wrong = third_party::authorize(demo, &format!("{CALLBACK}/"))?;
    tour.visit("authorize-error", wrong.as_str(), LightAndDark).await?;
    window.click("main details > summary").await?;
    tour.take("authorize-error-open", Light).await
}

/// The contacts, a code that is awaited, and another contact in place of one.
async fn contacts(tour: &mut Tour<'_, impl Witness>, demo: &Demo) -> anyhow::Result<()> {
    let window = tour.window;
    tour.visit("contact", &format!("{}/account/contact", demo.passport), Light).await?;
    window.click("#email").await?;
    window.appears("[name=code]").await?;
    tour.take("contact-code", Light).await?;
    window.fill("code", "12").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    tour.take("contact-code-wrong", Light).await?;
    let change = format!("{}/account/contact/change?contact=mobile", demo.passport);
    tour.visit("contact-change", &change, Light).await?;
    window.submit().await?;
    window.appears(".summary").await?;
    tour.take("contact-change-errors", Light).await
}

pub(super) async fn leaving(tour: &mut Tour<'_, impl Witness>, demo: &Demo) -> anyhow::Result<()> {
    let window = tour.window;
    tour.visit("passport-sign-out", &format!("{}/sign-out", demo.passport), Light).await?;
    tour.visit("passport-logout", &format!("{}/logout", demo.passport), Light).await?;
    tour.visit("passport-logout-again", &format!("{}/logout/confirm", demo.passport), Light).await?;
    tour.visit("passport-signed-out", &format!("{}/signed-out", demo.passport), Light).await?;
    tour.visit("cet-sign-out", &format!("{}/sign-out", demo.cet), Light).await?;
    window.goto(&format!("{}/registration", demo.cet)).await?;
    window.click("main form[action*='sign-out'] button").await?;
    window.arrives_at(&format!("{}/signed-out", demo.cet)).await?;
    tour.take("cet-signed-out", Light).await
}

/// Whoever signed in at the passport itself has named no province: a site that needs it leads to the question.
pub(super) async fn province(tour: &mut Tour<'_, impl Witness>, demo: &Demo) -> anyhow::Result<()> {
    let window = tour.window;
    window.goto(&format!("{}/sign-in", demo.passport)).await?;
    window.fill("username", &demo.email).await?;
    window.fill("password", &demo.password).await?;
    window.submit().await?;
    window.appears(".tiles").await?;
    window.goto(&format!("{}/registration", demo.cet)).await?;
    window.arrives_at(&format!("{}/province", demo.passport)).await?;
    tour.take("province", Light).await?;
    sign_out(window, demo).await
}

/// An account that is cancelled, and had back.
pub(super) async fn closure(tour: &mut Tour<'_, impl Witness>, demo: &Demo) -> anyhow::Result<()> {
    let window = tour.window;
    sign_in(window, demo, &demo.email, &demo.password).await?;
    tour.visit("closure", &format!("{}/account/close", demo.passport), LightAndDark).await?;
    window.click("main form[action='/account/close'] button.danger").await?;
    window.appears(".summary").await?;
    tour.take("closure-errors", Light).await?;
    window.fill("old_password", &demo.password).await?;
    window.click("main form[action='/account/close'] button.danger").await?;
    window.appears(".notice.ok").await?;
    tour.take("closure-asked", Light).await?;
    let link = received(window, demo, &demo.email, "/close/take-back").await?.link("/close/take-back")?;
    tour.visit("closure-link", &link, Light).await?;
    window.goto(&format!("{}/sign-in", demo.passport)).await?;
    window.fill_sign_in(&demo.email, &demo.password).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/account/close/take-back", demo.passport)).await?;
    tour.take("closure-take-back", Light).await?;
    window.submit().await?;
    window.appears(".tiles").await?;
    sign_out(window, demo).await
}

/// A sign-in at a computer that many use.
pub(super) async fn public_computer(tour: &mut Tour<'_, impl Witness>, demo: &Demo) -> anyhow::Result<()> {
    let window = tour.window;
    window.goto(&format!("{}/sign-in", demo.passport)).await?;
    window.click("#public").await?;
    tour.take("public-sign-in", Light).await?;
    window.fill_sign_in(&demo.email, &demo.password).await?;
    window.submit().await?;
    window.appears(".tiles").await?;
    tour.take("public-home", LightAndDark).await?;
    tour.visit("public-profile", &format!("{}/account/profile", demo.passport), Light).await?;
    window.click("header .way-out-bar button").await?;
    window.appears("main .button").await?;
    tour.take("public-signed-out", Light).await
}
