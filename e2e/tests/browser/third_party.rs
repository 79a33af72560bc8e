//! A site that is not ours: a person is asked before it learns anything.

use anyhow::ensure;
use e2e::window::Opening;
use url::Url;

use crate::axe::Findings;
use crate::stage::{Browser, OwnDemo};

/// Nothing answers at its address: what matters is how the browser is sent there.
const CALLBACK: &str = "https://learning.localhost/callback";

const CLIENT: &str = r#"client_id = "learning"
client_name = { zh = "语言学习中心", en = "Language Learning Centre" }
host = "learning.localhost"
redirect_uris = ["https://learning.localhost/callback"]
scopes = ["openid", "profile", "email", "phone"]
token_endpoint_auth_method = "none"
"#;

/// The address by which the site sends people to the passport; the challenge is that of RFC 7636, appendix B.
fn authorize(passport: &str) -> anyhow::Result<String> {
    let parameters = [
        ("response_type", "code"),
        ("client_id", "learning"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile email phone"),
        ("state", "kept"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    Ok(Url::parse_with_params(&format!("{passport}/authorize"), parameters)?.into())
}

/// What the browser was sent to the site with.
async fn answer(browser: &Browser, name: &str) -> anyhow::Result<Option<String>> {
    browser.arrives_at(CALLBACK).await?;
    let url = Url::parse(&browser.url().await?)?;
    Ok(url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned()))
}

#[tokio::test]
async fn consent_is_asked_for_can_be_refused_outlives_a_restart_and_is_remembered() -> anyhow::Result<()> {
    let mut own = OwnDemo::prepare("demo-third-party", &[])?;
    own.add_client(CLIENT)?;
    own.start("passport")?;
    let browser = Browser::open_at(&own.demo, 1280, Opening::default()).await?;
    let authorize = authorize(&own.demo.passport)?;
    browser.goto(&authorize).await?;
    browser.sign_in(&own.demo.email, &own.demo.password).await?;
    browser.shows("语言学习中心").await?;
    let mut found = Findings::default();
    found.look_at_every_way(&browser, &browser.url().await?).await?;
    found.verdict()?;

    browser.goto(&authorize).await?;
    browser.click("main button[name=decision][value=deny]").await?;
    ensure!(answer(&browser, "error").await?.as_deref() == Some("access_denied"), "Cancel is not told to the site");
    browser.goto(&authorize).await?;
    browser.appears("main button[name=decision][value=allow]").await?;
    own.restart("passport")?;
    browser.click("main button[name=decision][value=allow]").await?;
    ensure!(answer(&browser, "code").await?.is_some(), "the site gets no code");
    // The browser is sent on at once, and complains that nobody answers there.
    browser.goto(&authorize).await.ok();
    ensure!(answer(&browser, "code").await?.is_some(), "the consent was forgotten");

    taken_back(&browser).await?;
    browser.goto(&authorize).await?;
    browser.appears("main button[name=decision][value=allow]").await?;
    browser.close().await
}

/// 已授权的网站: the site stands in the list, and is taken off it.
async fn taken_back(browser: &Browser) -> anyhow::Result<()> {
    let mut found = Findings::default();
    browser.goto(&format!("{}/account/sites?lang=zh-CN", browser.demo.passport)).await?;
    browser.shows("语言学习中心").await?;
    found.look_at_every_way(browser, &browser.url().await?).await?;
    browser.click("main a[href*='/account/sites/withdraw']").await?;
    browser.appears(".danger-frame").await?;
    found.look_at_every_way(browser, &browser.url().await?).await?;
    found.verdict()?;
    browser.click("main button.danger").await?;
    browser.appears(".notice.ok").await?;
    browser.shows("还没有授权任何网站").await
}
