//! A browser that a driver plays: one request after the other, with what it keeps.

use anyhow::Context as _;
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode};
use url::Url;

/// Redirects are followed, and cookies kept, by hand: the cookies are for TLS, and measuring goes without.
pub struct Browser {
    pub client: Client,
    /// What it keeps, as it sends it.
    pub cookies: Vec<(String, String)>,
}

impl Browser {
    /// One that has been nowhere yet.
    pub fn new() -> anyhow::Result<Self> {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Ok(Self { client: Client::builder().redirect(Policy::none()).build()?, cookies: Vec::new() })
    }

    /// Sends a request with what it keeps, and keeps what it is given.
    pub async fn browse(&mut self, request: RequestBuilder) -> anyhow::Result<(StatusCode, HeaderMap, String)> {
        let kept: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if kept.is_empty() { request } else { request.header(COOKIE, kept.join("; ")) };
        let (status, headers, text) = answer(request).await?;
        for cookie in headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').context("a cookie without a value")?;
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        Ok((status, headers, text))
    }
}

/// The whole answer to a request.
pub async fn answer(request: RequestBuilder) -> anyhow::Result<(StatusCode, HeaderMap, String)> {
    let response = request.send().await?;
    Ok((response.status(), response.headers().clone(), response.text().await?))
}

/// Where an answer leads, if it does.
pub fn location(from: &Url, headers: &HeaderMap) -> anyhow::Result<Option<Url>> {
    headers.get(LOCATION).map(|target| Ok(from.join(target.to_str()?)?)).transpose()
}
