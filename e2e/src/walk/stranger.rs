//! What a stranger sees: the sites, the documents, registering, and where signing in goes wrong.

use anyhow::Context as _;

use crate::demo::Demo;
use crate::journey::Newcomer;
use crate::operator::Operator;

use super::Worth::{Light, LightAndDark};
use super::{Tour, Witness};

pub(super) async fn sites(tour: &mut Tour<'_, impl Witness>, demo: &Demo) -> anyhow::Result<()> {
    for (id, site, own) in
        [("cet", &demo.cet, "transcript"), ("pets", &demo.pets, "levels"), ("ncre", &demo.ncre, "subjects")]
    {
        tour.visit(&format!("{id}-home"), site, LightAndDark).await?;
        for page in ["about", own, "rules", "dates", "process", "faq", "contact", "find-account", "certificate", "news"]
        {
            tour.visit(&format!("{id}-{page}"), &format!("{site}/{page}"), Light).await?;
        }
    }
    tour.visit("cet-notice", &format!("{}/news/photo-rules", demo.cet), Light).await?;
    tour.visit("cet-not-found", &format!("{}/no-such-page", demo.cet), Light).await
}

pub(super) async fn documents(tour: &mut Tour<'_, impl Witness>, demo: &Demo) -> anyhow::Result<()> {
    tour.visit("passport-welcome", &demo.passport, Light).await?;
    for page in [
        "sign-in",
        "help",
        "agreement",
        "privacy",
        "accessibility",
        "recover",
        "recover/account",
        "appeal",
        "status",
        "errors",
        "errors/redirect-uri-not-registered",
        "no-such-page",
    ] {
        tour.visit(&format!("passport-{}", page.replace('/', "-")), &format!("{}/{page}", demo.passport), Light)
            .await?;
    }
    Ok(())
}

/// What operators announce, on our pages and on those of a site, until they end it.
pub(super) async fn announcement(
    tour: &mut Tour<'_, impl Witness>,
    demo: &Demo,
    staff: &Operator,
) -> anyhow::Result<()> {
    const NOTICE: [&str; 11] = [
        "--json",
        "status",
        "announce",
        "--for",
        "1h",
        "--part",
        "sms",
        "--zh",
        "短信会晚到几分钟，请不要连续重发。",
        "--en",
        "SMS arrive some minutes late. Please do not ask for another one at once.",
    ];
    let said: serde_json::Value = serde_json::from_str(&staff.hears(&NOTICE)?)?;
    let status = format!("{}/status", demo.passport);
    is_shown(tour, &status, "main .notice.warn").await?;
    tour.take("passport-status-announced", LightAndDark).await?;
    tour.visit("sign-in-announced", &format!("{}/sign-in", demo.passport), Light).await?;
    is_shown(tour, &demo.cet, ".announcements").await?;
    tour.take("cet-announced", LightAndDark).await?;
    staff.does(&["status", "end", said["id"].as_str().context("no id")?])?;
    is_shown(tour, &demo.cet, "body:not(:has(.announcements))").await?;
    is_shown(tour, &status, "main:not(:has(.notice))").await
}

/// Opens a page again and again until it has something.
async fn is_shown(tour: &Tour<'_, impl Witness>, page: &str, css: &str) -> anyhow::Result<()> {
    let window = tour.window;
    let reloaded = async || {
        window.goto(page).await?;
        window.has(css).await
    };
    window.until(css, reloaded).await
}

pub(super) async fn registration(
    tour: &mut Tour<'_, impl Witness>,
    demo: &Demo,
    newcomer: &Newcomer,
) -> anyhow::Result<()> {
    let window = tour.window;
    window.goto(&format!("{}/registration", demo.cet)).await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    tour.take("sign-in-for-cet", LightAndDark).await?;
    window.click("main a[href*='/register']").await?;
    window.arrives_at(&format!("{}/register", demo.passport)).await?;
    tour.take("register", LightAndDark).await?;
    window.click("[name=captcha_action][value=shrink]").await?;
    window.appears("img.captcha-picture").await?;
    tour.take("register-captcha-picture", Light).await?;
    window.click("[name=captcha_action][value=enlarge]").await?;
    window.appears(".captcha.large").await?;
    tour.take("register-captcha-large", Light).await?;
    window.fill("email", &newcomer.email).await?;
    window.fill("mobile", "12345").await?;
    window.fill("password", "short").await?;
    window.fill("id_type", "resident").await?;
    window.fill("id_number", "11010519491231002").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    tour.take("register-errors", LightAndDark).await?;
    window.fill("id_number", "").await?;
    window.fill("id_type", "").await?;
    window.fill_registration(newcomer).await?;
    tour.take("register-captcha-worked", Light).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    tour.take("registered", Light).await?;
    window.fill_sign_in(&newcomer.mobile, &newcomer.password).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/registration", demo.cet)).await?;
    tour.take("cet-desk", LightAndDark).await
}

pub(super) async fn failures(
    tour: &mut Tour<'_, impl Witness>,
    demo: &Demo,
    newcomer: &Newcomer,
) -> anyhow::Result<()> {
    let window = tour.window;
    let ask = format!("{}/sign-in/ask?return_to=/registration", demo.cet);
    tour.visit("cet-sign-in-asked-first", &ask, LightAndDark).await?;
    for (name, query) in
        [("cancelled", "?error=access_denied&state=old"), ("malformed", ""), ("lost", "?code=used&state=old")]
    {
        tour.visit(&format!("cet-sign-in-{name}"), &format!("{}/sign-in/callback{query}", demo.cet), Light).await?;
    }
    tour.visit("cet-sign-in-failed", &format!("{}/sign-in/failed?kind=lost", demo.cet), Light).await?;
    window.goto(&format!("{}/registration", demo.cet)).await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    for failure in ["sign-in-wrong", "sign-in-captcha", "", "", "sign-in-locked"] {
        window.fill_sign_in(&newcomer.email, "Wrong-pass-1").await?;
        window.submit().await?;
        window.appears(".summary, .notice").await?;
        if !failure.is_empty() {
            tour.take(failure, LightAndDark).await?;
        }
    }
    tour.visit("mailbox", &demo.mailbox, Light).await
}
