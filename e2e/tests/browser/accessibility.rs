//! axe-core finds nothing to complain of on any page, in both languages, at both widths, in both schemes.

use e2e::demo::Demo;
use e2e::window::Look;

use crate::axe::Findings;
use crate::stage::Browser;

const BOTH: [&str; 2] = ["en", "zh-CN"];

/// Pages that anybody may open.
fn open_to_all(demo: &Demo) -> Vec<String> {
    let mut pages = Vec::new();
    for path in [
        "/",
        "/sign-in",
        "/sign-in/passkey",
        "/register",
        "/help",
        "/agreement",
        "/privacy",
        "/accessibility",
        "/recover",
        "/recover/account",
        "/appeal",
        "/status",
    ] {
        pages.push(format!("{}{path}", demo.passport));
    }
    for (site, own) in [(&demo.cet, "/transcript"), (&demo.pets, "/levels"), (&demo.ncre, "/subjects")] {
        for path in ["/", "/about", own, "/rules", "/dates", "/process", "/faq", "/contact", "/news"] {
            pages.push(format!("{site}{path}"));
        }
    }
    for path in ["/find-account", "/certificate", "/news/photo-rules"] {
        pages.push(format!("{}{path}", demo.cet));
    }
    pages
}

/// Pages that say that something went wrong, or is over.
fn ends_of_ways(demo: &Demo) -> Vec<String> {
    let mut pages = Vec::new();
    for path in [
        "/no-such-page",
        "/authorize",
        "/authorize?client_id=nobody",
        "/signed-out",
        "/sign-out",
        "/logout",
        "/contact/confirm?t=x",
        "/contact/undo?t=x",
        "/alarm?t=x",
        "/appeal/case?t=x",
        "/appeal/objection?t=x",
        "/appeal/document?t=x",
        "/recover/link?t=x",
        "/recover/cancel?t=x",
        "/recover/resume?t=x",
        "/recover/code",
        "/recover/password",
        "/contact/number?t=x",
        "/close/take-back?t=x",
    ] {
        pages.push(format!("{}{path}", demo.passport));
    }
    for path in [
        "/no-such-page",
        "/signed-out",
        "/sign-in/ask?return_to=/registration",
        "/sign-in/callback?error=access_denied",
        "/sign-in/failed?kind=refused&code=invalid_grant",
        "/sign-in/failed?kind=unreachable",
        "/sign-in/failed?kind=cookies",
    ] {
        pages.push(format!("{}{path}", demo.cet));
    }
    pages
}

/// Pages of somebody signed in.
fn signed_in(demo: &Demo) -> Vec<String> {
    let mut pages = vec![demo.cet.clone(), format!("{}/registration", demo.cet)];
    for path in [
        "/",
        "/account/profile",
        "/account/security",
        "/account/security/authenticator",
        "/account/security/passkeys",
        "/account/password",
        "/account/password/remove",
        "/account/export",
        "/account/security/needed",
        "/account/contact",
        "/account/contact/change?contact=email",
        "/account/contact/change?contact=mobile",
        "/account/sites",
        "/account/sessions",
        "/account/activity",
        "/account/close",
        "/sign-out",
        "/logout",
    ] {
        pages.push(format!("{}{path}", demo.passport));
    }
    pages
}

/// Looks at every page there is, as it first appears.
async fn every_page(look: Look, languages: &[&str]) -> anyhow::Result<()> {
    let browser = Browser::open(look.width).await?;
    browser.look(look).await?;
    let mut found = Findings::default();
    let demo = &browser.demo;
    for page in [open_to_all(demo), ends_of_ways(demo)].concat() {
        for lang in languages {
            found.look_at(&browser, &page, lang).await?;
        }
    }
    browser.at_the_desk().await?;
    for page in signed_in(demo) {
        for lang in languages {
            found.look_at(&browser, &page, lang).await?;
        }
    }
    browser.close().await?;
    found.verdict()
}

#[tokio::test]
async fn no_page_has_a_violation_on_a_desktop() -> anyhow::Result<()> {
    every_page(Look { width: 1280, dark: false }, &BOTH).await
}

#[tokio::test]
async fn no_page_has_a_violation_on_a_phone() -> anyhow::Result<()> {
    every_page(Look { width: 390, dark: false }, &BOTH).await
}

#[tokio::test]
async fn no_page_has_a_violation_in_the_dark_scheme() -> anyhow::Result<()> {
    every_page(Look { width: 390, dark: true }, &["zh-CN"]).await
}

/// Forms as they come back.
async fn refused_forms(look: Look) -> anyhow::Result<()> {
    let browser = Browser::open(look.width).await?;
    browser.look(look).await?;
    let mut found = Findings::default();
    let demo = &browser.demo;
    browser.goto(&format!("{}/register", demo.passport)).await?;
    browser.click("[name=captcha_action][value=shrink]").await?;
    browser.appears("img.captcha-picture").await?;
    found.look(&browser).await?;
    browser.click("[name=captcha_action][value=enlarge]").await?;
    browser.appears(".captcha.large").await?;
    found.look(&browser).await?;
    browser.prove().await?;
    found.look(&browser).await?;
    browser.fill("mobile", "12345").await?;
    browser.fill("password", "short").await?;
    browser.submit().await?;
    browser.appears(".summary").await?;
    found.look(&browser).await?;
    let who = browser.at_the_desk().await?;
    for (page, field, text) in [("profile", "name", "1234"), ("password", "password", "short")] {
        browser.goto(&format!("{}/account/{page}", demo.passport)).await?;
        browser.fill(field, text).await?;
        browser.submit().await?;
        browser.appears(".summary").await?;
        found.look(&browser).await?;
    }
    browser.sign_out_at_the_passport().await?;
    found.look(&browser).await?;
    browser.asked_to_sign_in(&demo.pets).await?;
    browser.sign_in(&who.email, "Wrong-pass-1").await?;
    browser.appears(".summary").await?;
    found.look(&browser).await?;
    browser.close().await?;
    found.verdict()
}

#[tokio::test]
async fn no_refused_form_has_a_violation() -> anyhow::Result<()> {
    refused_forms(Look { width: 1280, dark: false }).await
}

#[tokio::test]
async fn no_refused_form_has_a_violation_on_a_phone_in_the_dark_scheme() -> anyhow::Result<()> {
    refused_forms(Look { width: 390, dark: true }).await
}
