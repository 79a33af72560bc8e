//! The account of who is signed in, and leaving it.

use e2e::demo::Demo;

use super::ThirdParty;
use crate::camera::Camera;
use crate::camera::Worth::{Light, LightAndDark};

pub(super) async fn signed_in(camera: &mut Camera<'_>, demo: &Demo, third_party: &ThirdParty) -> anyhow::Result<()> {
    let window = camera.window;
    camera.visit("passport-home", &demo.passport, LightAndDark).await?;
    for (id, site) in [("pets", &demo.pets), ("ncre", &demo.ncre)] {
        window.goto(&demo.passport).await?;
        window.click(&format!("main a[href^='{site}']")).await?;
        window.arrives_at(&format!("{site}/registration")).await?;
        camera.take(&format!("{id}-desk"), Light).await?;
    }
    camera.visit("cet-home-signed-in", &demo.cet, Light).await?;
    let profile = format!("{}/account/profile", demo.passport);
    camera.visit("profile", &profile, Light).await?;
    window.fill("name", "1234").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    camera.take("profile-errors", Light).await?;
    window.fill("name", "阿依古丽·买买提艾力·阿卜杜热合曼诺娃").await?;
    window.submit().await?;
    window.appears(".notice").await?;
    camera.take("profile-saved", Light).await?;
    camera.visit("passport-home-long-name", &demo.passport, Light).await?;
    camera.visit("password", &format!("{}/account/password", demo.passport), Light).await?;
    window.fill("password", "short").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    camera.take("password-errors", Light).await?;
    contacts(camera, demo).await?;
    let consent = third_party.authorize(&demo.passport, &third_party.redirect_uri)?;
    camera.visit("sites-none", &format!("{}/account/sites", demo.passport), Light).await?;
    camera.visit("consent", &consent, LightAndDark).await?;
    // The browser is sent on at once, to where nobody answers.
    window.click("main button[name=decision][value=allow]").await.ok();
    window.until("the site", async || Ok(!window.url().await?.contains("/consent"))).await?;
    camera.visit("sites", &format!("{}/account/sites", demo.passport), LightAndDark).await?;
    window.click("main a[href*='/account/sites/withdraw']").await?;
    window.appears(".danger-frame").await?;
    camera.take("site-withdrawal", Light).await?;
    camera.visit("sessions", &format!("{}/account/sessions", demo.passport), LightAndDark).await?;
    camera.visit("activity", &format!("{}/account/activity", demo.passport), LightAndDark).await?;
    let wrong = third_party.authorize(&demo.passport, &format!("{}/", third_party.redirect_uri))?;
    camera.visit("authorize-error", &wrong, LightAndDark).await?;
    window.click("main details > summary").await?;
    camera.take("authorize-error-open", Light).await
}

/// The contacts, a code that is awaited, and another contact in place of one.
async fn contacts(camera: &mut Camera<'_>, demo: &Demo) -> anyhow::Result<()> {
    let window = camera.window;
    camera.visit("contact", &format!("{}/account/contact", demo.passport), Light).await?;
    window.click("#email").await?;
    window.appears("[name=code]").await?;
    camera.take("contact-code", Light).await?;
    window.fill("code", "12").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    camera.take("contact-code-wrong", Light).await?;
    let change = format!("{}/account/contact/change?contact=mobile", demo.passport);
    camera.visit("contact-change", &change, Light).await?;
    window.submit().await?;
    window.appears(".summary").await?;
    camera.take("contact-change-errors", Light).await
}

pub(super) async fn leaving(camera: &mut Camera<'_>, demo: &Demo) -> anyhow::Result<()> {
    let window = camera.window;
    camera.visit("passport-sign-out", &format!("{}/sign-out", demo.passport), Light).await?;
    camera.visit("passport-logout", &format!("{}/logout", demo.passport), Light).await?;
    window.goto(&format!("{}/registration", demo.cet)).await?;
    window.click("main form[action*='sign-out'] button").await?;
    window.arrives_at(&format!("{}/signed-out", demo.cet)).await?;
    camera.take("cet-signed-out", Light).await
}

/// Whoever signed in at the passport itself has named no province: a site that needs it leads to the question.
pub(super) async fn province(camera: &mut Camera<'_>, demo: &Demo) -> anyhow::Result<()> {
    let window = camera.window;
    window.goto(&format!("{}/sign-in", demo.passport)).await?;
    window.fill("username", &demo.email).await?;
    window.fill("password", &demo.password).await?;
    window.submit().await?;
    window.appears(".tiles").await?;
    window.goto(&format!("{}/registration", demo.cet)).await?;
    window.arrives_at(&format!("{}/province", demo.passport)).await?;
    camera.take("province", Light).await?;
    window.goto(&format!("{}/sign-out", demo.passport)).await?;
    window.click("main form[action*='sign-out'] button").await?;
    window.appears("main").await
}

/// An account that is cancelled, and had back.
pub(super) async fn closure(camera: &mut Camera<'_>, demo: &Demo) -> anyhow::Result<()> {
    let window = camera.window;
    let sign_in = format!("{}/sign-in", demo.passport);
    window.goto(&sign_in).await?;
    window.fill_sign_in(&demo.email, &demo.password).await?;
    window.submit().await?;
    window.appears(".tiles").await?;
    camera.visit("closure", &format!("{}/account/close", demo.passport), LightAndDark).await?;
    window.click("main form[action='/account/close'] button.danger").await?;
    window.appears(".summary").await?;
    camera.take("closure-errors", Light).await?;
    window.fill("old_password", &demo.password).await?;
    window.click("main form[action='/account/close'] button.danger").await?;
    window.appears(".notice.ok").await?;
    camera.take("closure-asked", Light).await?;
    window.goto(&sign_in).await?;
    window.fill_sign_in(&demo.email, &demo.password).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/account/close/take-back", demo.passport)).await?;
    camera.take("closure-take-back", Light).await?;
    window.submit().await?;
    window.appears(".tiles").await?;
    window.goto(&format!("{}/sign-out", demo.passport)).await?;
    window.click("main form[action*='sign-out'] button").await?;
    window.appears("main").await
}

/// A sign-in at a computer that many use.
pub(super) async fn public_computer(camera: &mut Camera<'_>, demo: &Demo) -> anyhow::Result<()> {
    let window = camera.window;
    window.goto(&format!("{}/sign-in", demo.passport)).await?;
    window.click("#public").await?;
    camera.take("public-sign-in", Light).await?;
    window.fill_sign_in(&demo.email, &demo.password).await?;
    window.submit().await?;
    window.appears(".tiles").await?;
    camera.take("public-home", LightAndDark).await?;
    camera.visit("public-profile", &format!("{}/account/profile", demo.passport), Light).await?;
    window.click("header .way-out-bar button").await?;
    window.appears("main .button").await?;
    camera.take("public-signed-out", Light).await
}
