//! A browser that a driver plays: one request after the other, with what it keeps.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context as _;
use e2e::demo::Demo;
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, RequestBuilder, StatusCode};
use url::Url;

/// Longer than any answer takes that is worth having.
const PATIENCE: Duration = Duration::from_secs(20);

/// Redirects are followed, and cookies kept, by hand: the cookies are for TLS, and measuring goes without.
pub struct Browser {
    pub client: Client,
    /// What it keeps, as it sends it.
    pub cookies: Vec<(String, String)>,
    /// The passport that the proxy of a cluster is to lead it to; none: whichever it likes.
    pub node: Option<usize>,
}

/// By this header the proxy of a cluster is asked for one passport.
const NODE: &str = "x-node";

impl Browser {
    /// One that has been nowhere yet.
    pub fn new() -> anyhow::Result<Self> {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Ok(Self { client: Client::builder().redirect(Policy::none()).build()?, cookies: Vec::new(), node: None })
    }

    /// One that trusts the development CA and finds the hosts of a demo on this machine.
    pub fn at(demo: &Demo) -> anyhow::Result<Self> {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let pem = std::fs::read(&demo.ca).with_context(|| format!("{} cannot be read", demo.ca.display()))?;
        let mut client =
            Client::builder().redirect(Policy::none()).tls_certs_only([Certificate::from_pem(&pem)?]).timeout(PATIENCE);
        for site in [&demo.passport, &demo.cet] {
            let url = Url::parse(site)?;
            let host = url.host_str().context("an address without a host")?;
            let port = url.port().context("an address without a port")?;
            client = client.resolve(host, SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        }
        Ok(Self { client: client.build()?, cookies: Vec::new(), node: None })
    }

    /// Sends a request with what it keeps, and keeps what it is given.
    pub async fn browse(&mut self, request: RequestBuilder) -> anyhow::Result<(StatusCode, HeaderMap, String)> {
        let kept: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if kept.is_empty() { request } else { request.header(COOKIE, kept.join("; ")) };
        let (status, headers, text) = answer(self.led(request)).await?;
        for cookie in headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').context("a cookie without a value")?;
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        Ok((status, headers, text))
    }

    /// A request that the proxy leads to the passport of this browser.
    pub fn led(&self, request: RequestBuilder) -> RequestBuilder {
        match self.node {
            Some(node) => request.header(NODE, node.to_string()),
            None => request,
        }
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
