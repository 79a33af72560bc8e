//! A site that signs people in with openidconnect, and a person who does: each step that held is told.

mod browser;
mod site;
mod without_pause;

use std::net::{Ipv4Addr, SocketAddr};

use browser::Browser;
use openidconnect::core::CoreRevocableToken;
use openidconnect::reqwest::{Certificate, Client, ClientBuilder};
use openidconnect::url::Url;
use openidconnect::{OAuth2TokenResponse, TokenIntrospectionResponse, TokenResponse};
use site::{Failure, REDIRECT_URI, Refused, SIGNED_OUT, Site};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let issuer = told("ISSUER")?;
    if let Ok(keeping) = told("KEEPS_KEYS") {
        return without_pause::run(&issuer, &keeping).await;
    }
    let site = Site::new(&issuer, told("CLIENT_ID")?, told("CLIENT_SECRET")?, here(&issuer)?).await?;
    for response_mode in ["query", "form_post"] {
        let person = told("PERSON_NAME")?;
        let mut browser = Browser::new(here(&issuer)?, person.clone(), told("PERSON_PASSWORD")?)?;
        sign_in_and_out(&site, &mut browser, &person, response_mode).await?;
    }
    let own = site.client.exchange_client_credentials()?.request_async(&site.http).await?;
    assert!(!own.access_token().secret().is_empty());
    held("gets a token of its own");
    Ok(())
}

async fn sign_in_and_out(
    site: &Site,
    browser: &mut Browser,
    email: &str,
    response_mode: &'static str,
) -> Result<(), Failure> {
    let (url, kept) = site.start(&[("response_mode", response_mode)]);
    let (tokens, claims) = site.callback(browser.open(url, REDIRECT_URI).await?, kept).await?;
    let id_token = tokens.id_token().ok_or("there is no ID token")?;
    held(&format!("signs in (response_mode {response_mode}) and checks the ID token"));

    let person = site.person(&tokens, &claims).await?;
    assert_eq!(person.email().map(|email| email.as_str()), Some(email));
    held("asks for user information");

    let old = tokens.refresh_token().ok_or("there is no refresh token")?;
    let fresh = site.refresh(old).await?;
    let new = fresh.refresh_token().ok_or("there is no new refresh token")?;
    assert_ne!(new.secret(), old.secret());
    let access = fresh.access_token();
    assert!(site.client.introspect(access).request_async(&site.http).await?.active());
    held("refreshes and introspects");

    let revoked = CoreRevocableToken::RefreshToken(new.clone());
    site.client.revoke_token(revoked)?.request_async(&site.http).await?;
    assert!(!site.client.introspect(access).request_async(&site.http).await?.active());
    assert!(site.person(&fresh, &claims).await.is_err());
    held("revokes, and nothing works any more");

    browser.open(site.sign_out(id_token)?, SIGNED_OUT).await?;
    let (url, kept) = site.start(&[("prompt", "none")]);
    let error = site.callback(browser.open(url, REDIRECT_URI).await?, kept).await.err().ok_or("still signed in")?;
    assert_eq!(error.downcast::<Refused>()?.0, "login_required");
    held("signs out");
    Ok(())
}

fn held(step: &str) {
    println!("✓ {step}");
}

/// What the environment says.
#[expect(clippy::disallowed_methods, reason = "all that this program is told stands in its environment")]
fn told(name: &str) -> Result<String, Failure> {
    std::env::var(name).map_err(|error| format!("{name}: {error}").into())
}

/// A way to the passport on this machine: its certificates have an authority of their own, and names below localhost
/// are this machine (RFC 6761 §6.3), which the system's resolver does not know everywhere.
fn here(issuer: &str) -> Result<ClientBuilder, Failure> {
    let authority = Certificate::from_pem(&std::fs::read(told("CA_FILE")?)?)?;
    let issuer = Url::parse(issuer)?;
    let mut http = Client::builder().no_proxy().add_root_certificate(authority);
    if let Some(host) = issuer.host_str().filter(|host| host.ends_with(".localhost")) {
        http = http.resolve(host, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    }
    Ok(http)
}
