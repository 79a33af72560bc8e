//! What becomes of messages, as their operator reports it: the candidate reads it where the code is awaited and at the
//! contact, until a message arrives.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, ensure};
use aws_lc_rs::hmac;
use e2e::demo::Demo;
use reqwest::{Certificate, Client};
use serde_json::json;
use url::Url;

use crate::stage::{Browser, received};

/// Reports, signed, that a mail was refused.
#[expect(clippy::disallowed_methods, reason = "the passport compares the signature's time with the real one")]
async fn refuse(demo: &Demo, id: &str) -> anyhow::Result<()> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let report = json!({ "id": id, "state": "refused", "reason": "unknown-recipient", "at": seconds });
    let body = json!({ "reports": [report] }).to_string();
    let secret = std::fs::read_to_string(&demo.report_secret)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.trim().as_bytes());
    let mac = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    let signature: String = mac.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let ca = Certificate::from_pem(&std::fs::read(&demo.ca)?)?;
    let passport = Url::parse(&demo.passport)?;
    let (host, port) = (passport.host_str().context("no host")?, passport.port().context("no port")?);
    let client =
        Client::builder().tls_certs_only([ca]).resolve(host, SocketAddr::from((Ipv4Addr::LOCALHOST, port))).build()?;
    let post = client.post(format!("{}/delivery/reports", demo.passport)).header("content-type", "application/json");
    let signed = post.header("x-passport-timestamp", seconds).header("x-passport-signature", signature);
    let answer = signed.body(body).send().await.context("the report was not taken")?;
    ensure!(answer.status() == 204, "the report was answered with {}", answer.status());
    Ok(())
}

#[tokio::test]
async fn a_mail_that_is_reported_as_refused_is_told_at_the_contact_until_one_is_used() -> anyhow::Result<()> {
    let browser = Browser::open(390).await?;
    let who = browser.at_the_desk().await?;
    let contacts = format!("{}/account/contact", browser.demo.passport);
    browser.goto(&contacts).await?;
    browser.click("#email").await?;
    browser.appears("[name=code]").await?;
    let mail = received(&browser.demo, &who.email, "通行证验证码").await?;
    refuse(&browser.demo, &mail.id()?).await?;
    browser.reload().await?;
    browser.shows("邮件被退回").await?;
    browser.leads_on().await?;
    let waits = browser.url().await?;
    browser.goto(&contacts).await?;
    browser.shows("联系不上").await?;
    // Whoever shows what was sent is reached, whatever was reported.
    browser.goto(&waits).await?;
    browser.fill("code", &mail.code()?).await?;
    browser.submit().await?;
    browser.arrives_at(&contacts).await?;
    browser.shows("已验证").await?;
    ensure!(!browser.text().await?.contains("联系不上"), "it is reached now");
    browser.close().await
}
