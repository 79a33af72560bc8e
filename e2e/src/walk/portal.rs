//! 接入平台: an organisation is made, somebody is invited, and joins.

use anyhow::Context as _;

use crate::demo::Demo;
use crate::journey::Newcomer;
use crate::mailbox::received;
use crate::window::{App, Window};

use super::Worth::{Light, LightAndDark};
use super::contacts::{sign_in, sign_out};
use super::ways_back::follow_proof;
use super::{Tour, Witness};

/// Registers somebody, with a proven address and an app, and leaves them signed in.
///
/// # Errors
/// A step does not lead to the next.
pub async fn with_second_factor(window: &Window, demo: &Demo, who: &Newcomer) -> anyhow::Result<()> {
    window.goto(&format!("{}/register", demo.passport)).await?;
    window.fill_registration(who).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    follow_proof(window, demo, &who.email).await?;
    sign_in(window, demo, &who.email, &who.password).await?;
    window.goto(&format!("{}/account/security/authenticator", demo.passport)).await?;
    window.appears(".qr").await?;
    let app = App::set_by(window).await?;
    window.fill("code", &app.former_code()?).await?;
    window.submit().await?;
    window.appears(".codes").await?;
    window.click("[name=kept]").await?;
    window.submit().await?;
    window.appears(".glance.good").await
}

/// A request of the site that the sandbox refuses: it names an address that is not registered.
async fn refused_request(window: &Window, demo: &Demo, site: &str) -> anyhow::Result<()> {
    window.goto(site).await?;
    let id = window.run("return document.querySelector('dd.code-line').textContent").await?;
    let id = id.as_str().context("the client_id")?;
    let asked = format!("response_type=code&scope=openid&redirect_uri=http%3A%2F%2Flocalhost%3A8080%2F&client_id={id}");
    window.goto(&format!("{}/authorize?{asked}", demo.sandbox)).await
}

/// A site is registered in the sandbox, wrong first, and taken out again.
async fn sandbox(tour: &mut Tour<'_, impl Witness>, demo: &Demo, organisation: &str) -> anyhow::Result<()> {
    let window = tour.window;
    tour.visit("sandbox-none", &format!("{organisation}/sandbox"), LightAndDark).await?;
    tour.visit("sandbox-new", &format!("{organisation}/sandbox/new"), LightAndDark).await?;
    window.fill("name", "北辰报名网").await?;
    window.fill("redirect_uris", "http://bei.example/callback").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    tour.take("sandbox-new-wrong", Light).await?;
    window.fill("redirect_uris", "http://localhost:8080/callback").await?;
    window.submit().await?;
    window.appears(".secret").await?;
    window.run("document.querySelector('details.fold').open = true").await?;
    tour.take("sandbox-site", LightAndDark).await?;
    let site = window.url().await?.split('?').next().unwrap_or_default().to_owned();
    tour.visit("sandbox", &format!("{organisation}/sandbox"), Light).await?;
    tour.visit("sandbox-settings", &format!("{site}/settings"), Light).await?;
    window.run("document.querySelector('details.fold').open = true").await?;
    tour.take("sandbox-settings-more", Light).await?;
    tour.visit("sandbox-try", &format!("{site}/try"), Light).await?;
    window.submit().await?;
    window.appears("dl.stacked").await?;
    tour.take("sandbox-try-request", LightAndDark).await?;
    tour.visit("sandbox-rotation", &format!("{site}/rotation"), Light).await?;
    tour.visit("sandbox-errors-none", &format!("{site}/errors"), Light).await?;
    refused_request(window, demo, &site).await?;
    tour.visit("sandbox-errors", &format!("{site}/errors"), LightAndDark).await?;
    tour.visit("sandbox-secrets", &format!("{site}/secrets"), Light).await?;
    window.click("button[value=beside]").await?;
    window.appears(".secret").await?;
    tour.take("sandbox-secrets-two", LightAndDark).await?;
    tour.visit("sandbox-signals-none", &format!("{site}/signals"), Light).await?;
    window.fill("endpoint", "http://bei.example/signals").await?;
    window.click("#signals button.primary").await?;
    window.appears(".summary").await?;
    tour.take("sandbox-signals-wrong", Light).await?;
    window.fill("endpoint", "https://bei.example/signals").await?;
    window.click("#signals button.primary").await?;
    window.appears(".notice.ok").await?;
    tour.take("sandbox-signals", LightAndDark).await?;
    tour.visit("sandbox-candidates-none", &format!("{organisation}/sandbox/candidates"), Light).await?;
    window.click("main form button.primary").await?;
    window.appears(".notice.ok").await?;
    tour.take("sandbox-candidates", LightAndDark).await?;
    tour.visit("production-owners", &format!("{site}/production"), Light).await?;
    tour.visit("sandbox-remove", &format!("{site}/remove"), Light).await?;
    window.click("main form button.danger").await?;
    window.appears(".notice.ok").await
}

/// A site of the sandbox is applied for, wrong first; the application waits.
async fn production(tour: &mut Tour<'_, impl Witness>, organisation: &str) -> anyhow::Result<()> {
    let window = tour.window;
    tour.visit("production-none", &format!("{organisation}/production"), LightAndDark).await?;
    window.goto(&format!("{organisation}/sandbox/new")).await?;
    window.fill("name", "北辰报名网").await?;
    window.fill("redirect_uris", "http://localhost:8080/callback").await?;
    window.submit().await?;
    window.appears(".secret").await?;
    let site = window.url().await?.split('?').next().unwrap_or_default().to_owned();
    tour.visit("production-apply", &format!("{site}/production"), LightAndDark).await?;
    window.fill("redirect_uris", "http://localhost:8080/callback").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    tour.take("production-apply-wrong", Light).await?;
    window.fill("redirect_uris", "https://bei.example/callback").await?;
    window.submit().await?;
    window.appears(".notice.ok").await?;
    tour.take("production-site", LightAndDark).await?;
    let page = window.url().await?.split('?').next().unwrap_or_default().to_owned();
    tour.visit("production", &format!("{organisation}/production"), Light).await?;
    tour.visit("production-change", &format!("{page}/change"), Light).await?;
    tour.visit("production-health-none", &format!("{page}/health"), Light).await?;
    tour.visit("production-secrets-none", &format!("{page}/secrets"), Light).await
}

/// One makes an organisation and invites another, who joins as an owner too. Nobody is signed in afterwards.
pub(super) async fn organisation(
    tour: &mut Tour<'_, impl Witness>,
    demo: &Demo,
    [maker, guest]: [&Newcomer; 2],
) -> anyhow::Result<()> {
    let window = tour.window;
    let portal = format!("{}/portal", demo.passport);
    with_second_factor(window, demo, maker).await?;
    tour.visit("portal-none", &portal, LightAndDark).await?;
    tour.visit("portal-create", &format!("{portal}/organisations/new"), Light).await?;
    window.fill("name", "北辰.example").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    tour.take("portal-create-wrong", Light).await?;
    window.fill("name", "北辰商务外语测评").await?;
    window.submit().await?;
    window.appears(".notice.ok").await?;
    tour.take("portal-organisation", LightAndDark).await?;
    let organisation = window.url().await?.split('?').next().unwrap_or_default().to_owned();
    tour.visit("closure-of-a-last-owner", &format!("{}/account/close", demo.passport), LightAndDark).await?;
    window.appears(".notice.warn a[href='/portal']").await?;
    tour.visit("portal-members-alone", &format!("{organisation}/members"), Light).await?;
    window.fill("email", &guest.email).await?;
    window.run("document.querySelector('[name=role]').value = 'owner'").await?;
    window.submit().await?;
    window.appears(".notice.ok").await?;
    tour.take("portal-members-invited", LightAndDark).await?;
    sandbox(tour, demo, &organisation).await?;
    tour.visit("portal-leave-last", &format!("{organisation}/leave"), Light).await?;
    window.click("main form button.danger").await?;
    window.appears(".notice.warn").await?;
    tour.take("portal-leave-refused", Light).await?;
    sign_out(window, demo).await?;

    with_second_factor(window, demo, guest).await?;
    let link = received(window, demo, &guest.email, "/portal/invitation").await?.link("/portal/invitation")?;
    tour.visit("portal-invitation", &link, LightAndDark).await?;
    window.submit().await?;
    window.appears(".notice.ok").await?;
    tour.take("portal-joined", Light).await?;
    tour.visit("portal-invitation-over", &link, Light).await?;
    tour.visit("portal", &portal, Light).await?;
    production(tour, &organisation).await?;
    tour.visit("portal-history", &format!("{organisation}/history"), Light).await?;
    tour.visit("portal-name", &format!("{organisation}/name"), Light).await?;
    tour.visit("portal-members", &format!("{organisation}/members"), Light).await?;
    window.click("main .factor-change").await?;
    window.appears("main select").await?;
    tour.take("portal-member", Light).await?;
    window.click("main a.danger-quiet").await?;
    window.appears("main form button.danger").await?;
    tour.take("portal-member-remove", Light).await?;
    sign_out(window, demo).await
}
