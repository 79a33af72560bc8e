//! 接入平台, as a developer meets it who has never been here: from their first visit to a sign-in at a site of their own.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use e2e::walk::with_second_factor;
use reqwest::{Certificate, StatusCode};
use serde_json::Value;
use url::Url;

use crate::stage::{Browser, CHALLENGE, Site, VERIFIER, newcomer, parameter};

#[expect(clippy::disallowed_methods, reason = "what it took is told, and nothing depends on it")]
fn now() -> Instant {
    Instant::now()
}

/// A site as it was registered.
struct Credentials {
    id: String,
    secret: String,
    callback: String,
}

/// Makes an organisation and registers a site in the sandbox.
async fn register(browser: &Browser, site: &Site) -> anyhow::Result<Credentials> {
    browser.goto(&format!("{}/portal", browser.demo.passport)).await?;
    browser.click("main a[href$='/organisations/new']").await?;
    browser.fill("name", "海淀考试服务中心").await?;
    browser.submit().await?;
    browser.appears(".notice.ok").await?;
    browser.click(".side-wide a[href$='/sandbox']").await?;
    browser.click("main a[href$='/sandbox/new']").await?;
    browser.fill("name", "海淀报名网").await?;
    let callback = format!("{}/cb", site.origin);
    browser.fill("redirect_uris", &callback).await?;
    browser.submit().await?;
    browser.appears(".secret").await?;
    let read = async |css: &str| {
        let text = browser.run(&format!("return document.querySelector('{css}').textContent")).await?;
        text.as_str().map(str::to_owned).context("no text")
    };
    Ok(Credentials { id: read("dd.code-line").await?, secret: read(".secret code").await?, callback })
}

/// Redeems a code at that issuer.
async fn redeem(browser: &Browser, issuer: &str, of: &Credentials, code: &str) -> anyhow::Result<(StatusCode, Value)> {
    let url = Url::parse(issuer)?;
    let (host, port) = (url.host_str().context("no host")?, url.port().context("no port")?);
    let client = reqwest::Client::builder()
        .tls_certs_only([Certificate::from_pem(&std::fs::read(&browser.demo.ca)?)?])
        .resolve(host, SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .build()?;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &of.callback),
        ("code_verifier", VERIFIER),
    ];
    let request = client.post(format!("{issuer}/token")).basic_auth(&of.id, Some(&of.secret)).form(&form);
    let answer = request.send().await?;
    Ok((answer.status(), serde_json::from_str(&answer.text().await?)?))
}

#[tokio::test]
async fn a_stranger_comes_to_a_first_sign_in_at_a_site_of_their_own_in_the_sandbox() -> anyhow::Result<()> {
    let begun = now();
    let browser = Browser::open(1280).await?;
    let (demo, who, tester) = (&browser.demo, newcomer(), newcomer());
    let site = Site::open(demo, "haidian", None)?;
    with_second_factor(&browser, demo, &who).await?;
    let of = register(&browser, &site).await?;

    // Somebody signs in at the site who has an account in the sandbox, and none anywhere else.
    let other = Browser::open(390).await?;
    let parameters = [
        ("response_type", "code"),
        ("client_id", &*of.id),
        ("redirect_uri", &of.callback),
        ("scope", "openid email"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    other.goto(Url::parse_with_params(&format!("{}/authorize", demo.sandbox), parameters)?.as_str()).await?;
    other.arrives_at(&format!("{}/sign-in", demo.sandbox)).await?;
    other.shows("沙盒").await?;
    other.click("main a[href*='/register']").await?;
    other.fill_registration(&tester).await?;
    other.submit().await?;
    other.arrives_at(&format!("{}/sign-in", demo.sandbox)).await?;
    other.sign_in(&tester.email, &tester.password).await?;
    other.shows("海淀报名网").await?;
    other.click("main button[name=decision][value=allow]").await?;
    other.arrives_at(&of.callback).await?;
    let code = parameter(&other.url().await?, "code")?;

    let (refused, _) = redeem(&browser, &demo.passport, &of, &code).await?;
    ensure!(refused == StatusCode::UNAUTHORIZED, "the real passport takes a site of the sandbox: {refused}");
    let (status, tokens) = redeem(&browser, &demo.sandbox, &of, &code).await?;
    ensure!(status == StatusCode::OK && tokens["id_token"].is_string(), "no ID token: {status} {tokens}");
    println!("from a first visit to a first sign-in: {:.1} s", begun.elapsed().as_secs_f64());
    other.close().await?;
    browser.close().await
}
