//! A site that takes nobody without two factors (OIDC Core §5.5.1.1): who has them shows them, and who has none adds one
//! and is at the site.

use anyhow::ensure;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use e2e::window::{App, Opening};
use serde_json::Value;

use crate::axe::Findings;
use crate::stage::{Browser, OwnDemo, Site};

const DEMANDS: &str = r#"{"id_token":{"acr":{"essential":true,"values":["urn:e-test:acr:2"]}}}"#;

/// How well the person showed who they are, as the site is told.
async fn told(browser: &Browser, site: &Site) -> anyhow::Result<Value> {
    browser.arrives_at(&format!("{}/cb?", site.origin)).await?;
    let token = site.redeem(&browser.demo, &browser.url().await?).await?;
    let claims = token.split('.').nth(1).map(|part| URL_SAFE_NO_PAD.decode(part)).transpose()?.unwrap_or_default();
    Ok(serde_json::from_slice(&claims)?)
}

#[tokio::test]
async fn who_has_one_factor_adds_another_on_the_way_and_shows_it_the_next_time() -> anyhow::Result<()> {
    let mut own = OwnDemo::prepare("demo-two-factors", &[])?;
    let site = Site::open(&own.demo, "strict", None)?;
    own.add_client(&site.description())?;
    own.start("passport")?;
    let asks = site.authorize(&own.demo, &[("claims", DEMANDS)])?;
    let (browser, mut found) = (Browser::open_at(&own.demo, 390, Opening::default()).await?, Findings::default());
    browser.goto(&asks).await?;
    browser.sign_in(&own.demo.email, &own.demo.password).await?;
    browser.arrives_at(&format!("{}/account/security/needed", own.demo.passport)).await?;
    found.look_at_every_way(&browser, &browser.url().await?).await?;
    browser.one_button_leads_on().await?;
    browser.appears(".qr path").await?;
    let app = App::set_by(&browser).await?;
    browser.fill("code", &app.former_code()?).await?;
    browser.submit().await?;
    browser.appears(".codes").await?;
    browser.click("[name=kept]").await?;
    browser.submit().await?;
    let first = told(&browser, &site).await?;
    ensure!(first["acr"] == "urn:e-test:acr:2", "the site is told {first}");
    browser.close().await?;

    let other = Browser::open_at(&own.demo, 1280, Opening::default()).await?;
    other.goto(&asks).await?;
    other.sign_in(&own.demo.email, &own.demo.password).await?;
    other.arrives_at(&format!("{}/sign-in/second-step", own.demo.passport)).await?;
    other.fill("code", &app.code()?).await?;
    other.submit().await?;
    let next = told(&other, &site).await?;
    ensure!(next["acr"] == "urn:e-test:acr:2" && next["amr"].to_string().contains("otp"), "the site is told {next}");
    other.close().await?;
    found.verdict()
}
