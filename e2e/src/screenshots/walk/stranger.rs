//! What a stranger sees: the sites, the documents, registering, and where signing in goes wrong.

use e2e::demo::Demo;
use e2e::journey::Newcomer;

use crate::camera::Camera;
use crate::camera::Worth::{Light, LightAndDark};

pub(super) async fn sites(camera: &mut Camera<'_>, demo: &Demo) -> anyhow::Result<()> {
    for (id, site, own) in
        [("cet", &demo.cet, "transcript"), ("pets", &demo.pets, "levels"), ("ncre", &demo.ncre, "subjects")]
    {
        camera.visit(&format!("{id}-home"), site, LightAndDark).await?;
        for page in ["about", own, "rules", "dates", "process", "faq", "contact", "find-account", "certificate", "news"]
        {
            camera.visit(&format!("{id}-{page}"), &format!("{site}/{page}"), Light).await?;
        }
    }
    camera.visit("cet-notice", &format!("{}/news/photo-rules", demo.cet), Light).await?;
    camera.visit("cet-not-found", &format!("{}/no-such-page", demo.cet), Light).await
}

pub(super) async fn documents(camera: &mut Camera<'_>, demo: &Demo) -> anyhow::Result<()> {
    camera.visit("passport-welcome", &demo.passport, Light).await?;
    for page in [
        "sign-in",
        "help",
        "agreement",
        "privacy",
        "accessibility",
        "recover",
        "recover/account",
        "appeal",
        "no-such-page",
    ] {
        camera
            .visit(&format!("passport-{}", page.replace('/', "-")), &format!("{}/{page}", demo.passport), Light)
            .await?;
    }
    Ok(())
}

pub(super) async fn registration(camera: &mut Camera<'_>, demo: &Demo, newcomer: &Newcomer) -> anyhow::Result<()> {
    let window = camera.window;
    window.goto(&format!("{}/registration", demo.cet)).await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    camera.take("sign-in-for-cet", LightAndDark).await?;
    window.click("main a[href*='/register']").await?;
    window.arrives_at(&format!("{}/register", demo.passport)).await?;
    camera.take("register", LightAndDark).await?;
    window.click("[name=captcha_action][value=shrink]").await?;
    window.appears("img.captcha-picture").await?;
    camera.take("register-captcha-picture", Light).await?;
    window.click("[name=captcha_action][value=enlarge]").await?;
    window.appears(".captcha.large").await?;
    camera.take("register-captcha-large", Light).await?;
    window.fill("email", &newcomer.email).await?;
    window.fill("mobile", "12345").await?;
    window.fill("password", "short").await?;
    window.fill("id_type", "resident").await?;
    window.fill("id_number", "11010519491231002").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    camera.take("register-errors", LightAndDark).await?;
    window.fill("id_number", "").await?;
    window.fill("id_type", "").await?;
    window.fill_registration(newcomer).await?;
    camera.take("register-captcha-worked", Light).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    camera.take("registered", Light).await?;
    window.fill_sign_in(&newcomer.mobile, &newcomer.password).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/registration", demo.cet)).await?;
    camera.take("cet-desk", LightAndDark).await
}

pub(super) async fn failures(camera: &mut Camera<'_>, demo: &Demo, newcomer: &Newcomer) -> anyhow::Result<()> {
    let window = camera.window;
    let ask = format!("{}/sign-in/ask?return_to=/registration", demo.cet);
    camera.visit("cet-sign-in-asked-first", &ask, LightAndDark).await?;
    for (name, query) in
        [("cancelled", "?error=access_denied&state=old"), ("malformed", ""), ("lost", "?code=used&state=old")]
    {
        camera.visit(&format!("cet-sign-in-{name}"), &format!("{}/sign-in/callback{query}", demo.cet), Light).await?;
    }
    window.goto(&format!("{}/registration", demo.cet)).await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    for failure in ["sign-in-wrong", "sign-in-captcha", "", "", "sign-in-locked"] {
        window.fill_sign_in(&newcomer.email, "Wrong-pass-1").await?;
        window.submit().await?;
        window.appears(".summary, .notice").await?;
        if !failure.is_empty() {
            camera.take(failure, LightAndDark).await?;
        }
    }
    camera.visit("mailbox", &demo.mailbox, Light).await
}
