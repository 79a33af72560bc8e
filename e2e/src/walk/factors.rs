//! What protects the account, and the second step.

use crate::demo::Demo;
use crate::journey::Newcomer;
use crate::window::App;

use super::Worth::{Light, LightAndDark};
use super::{Tour, Witness, third_party};

/// What protects the account, from a password alone to two steps. Whoever has not just signed in does so once more.
pub(super) async fn security(
    tour: &mut Tour<'_, impl Witness>,
    demo: &Demo,
    newcomer: &Newcomer,
) -> anyhow::Result<()> {
    let window = tour.window;
    let page = |name: &str| format!("{}/account/security{name}", demo.passport);
    tour.visit("security-alone", &page(""), LightAndDark).await?;
    window.goto(third_party::demand_two_factors(demo)?.as_str()).await?;
    window.arrives_at(&page("/needed")).await?;
    tour.take("security-needed", Light).await?;
    tour.visit("passkey-add", &page("/passkeys"), Light).await?;
    window.goto(&page("/authenticator")).await?;
    if !window.has(".qr").await? {
        tour.take("sign-in-once-more", Light).await?;
        window.fill("password", &newcomer.password).await?;
        window.submit().await?;
    }
    window.appears(".qr").await?;
    tour.take("authenticator", LightAndDark).await?;
    window.fill("code", "000000").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    tour.take("authenticator-wrong", Light).await?;
    let app = App::set_by(window).await?;
    window.fill("code", &app.former_code()?).await?;
    window.submit().await?;
    window.appears(".codes").await?;
    tour.take("recovery-codes", LightAndDark).await?;
    window.click("[name=kept]").await?;
    window.submit().await?;
    window.appears(".glance.good").await?;
    tour.visit("security", &page(""), LightAndDark).await?;
    let device = window.add_authenticator().await?;
    window.goto(&page("/passkeys")).await?;
    window.fill("name", "我的手机").await?;
    window.submit().await?;
    window.arrives_at(&page("")).await?;
    tour.take("security-passkey", Light).await?;
    window.click("main .factor-change").await?;
    window.appears("main form").await?;
    tour.take("passkey", Light).await?;
    // On the sign-in page it would say yes by itself.
    window.remove_authenticator(&device).await?;
    tour.visit("authenticator-remove", &page("/authenticator/remove"), Light).await?;
    tour.visit("password-remove-lacks", &format!("{}/account/password/remove", demo.passport), Light).await?;
    tour.visit("export", &format!("{}/account/export", demo.passport), Light).await
}

/// The second step, by a code of the app and by a recovery code.
pub(super) async fn second_step(
    tour: &mut Tour<'_, impl Witness>,
    demo: &Demo,
    newcomer: &Newcomer,
) -> anyhow::Result<()> {
    let window = tour.window;
    window.goto(&format!("{}/sign-in", demo.passport)).await?;
    window.fill("username", &newcomer.email).await?;
    window.fill("password", &newcomer.password).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/sign-in/second-step", demo.passport)).await?;
    tour.take("second-step", LightAndDark).await?;
    window.fill("code", "000000").await?;
    window.submit().await?;
    window.appears(".summary").await?;
    tour.take("second-step-wrong", Light).await?;
    window.click("main a[href*='with=recovery']").await?;
    window.appears("[name=with][value=recovery]").await?;
    tour.take("second-step-recovery", Light).await?;
    tour.visit("passkey-failed", &format!("{}/sign-in/passkey?notice=failed", demo.passport), Light).await
}
