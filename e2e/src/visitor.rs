//! A person's browser without the window: keeps cookies, follows redirects across the hosts, shows the last page.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue, LOCATION, ORIGIN};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, RequestBuilder, StatusCode};
use scraper::Html;
use url::Url;

use crate::demo::Demo;
use crate::form::{Form, selector};
use crate::work;

/// More redirects than any sign-in needs: past them it is a loop.
const MOST_HOPS: usize = 12;
/// Far longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// One person with one browser.
pub struct Visitor {
    client: Client,
    /// The address of the page in sight.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its text.
    pub html: String,
}

impl Visitor {
    /// A fresh browser that trusts the development CA and nothing else, and finds every host on this machine.
    pub fn new(demo: &Demo) -> anyhow::Result<Self> {
        // Whoever was first has set the same provider.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let pem = std::fs::read(&demo.ca).with_context(|| format!("{} cannot be read", demo.ca.display()))?;
        let mut client = Client::builder()
            .tls_certs_only([Certificate::from_pem(&pem)?])
            .cookie_store(true)
            .default_headers(HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("text/html"))]))
            .redirect(Policy::none())
            .timeout(PATIENCE);
        for site in [&demo.passport, &demo.cet, &demo.pets, &demo.ncre] {
            let url = Url::parse(site)?;
            let host = url.host_str().context("an address without a host")?;
            let port = url.port().context("an address without a port")?;
            client = client.resolve(host, SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        }
        Ok(Self { client: client.build()?, url: Url::parse(&demo.cet)?, status: StatusCode::OK, html: String::new() })
    }

    /// Types an address.
    pub async fn open(&mut self, address: &str) -> anyhow::Result<&mut Self> {
        let url = self.url.join(address)?;
        let request = self.client.get(url.clone());
        self.follow(url, request).await
    }

    /// Follows the link on the page whose address contains `part`.
    pub async fn click(&mut self, part: &str) -> anyhow::Result<&mut Self> {
        let link = self.link(part)?;
        self.open(link.as_str()).await
    }

    /// The link on the page whose address contains `part`.
    pub fn link(&self, part: &str) -> anyhow::Result<Url> {
        let document = Html::parse_document(&self.html);
        let links = selector("a[href]")?;
        let href = document.select(&links).filter_map(|link| link.attr("href")).find(|href| href.contains(part));
        Ok(self.url.join(href.with_context(|| format!("{} has no link to {part}", self.url))?)?)
    }

    /// The form on the page that has a control of this name.
    pub fn form(&self, control: &str) -> anyhow::Result<Form> {
        Form::with_control(&self.url, &self.html, control)
    }

    /// Sends a form as the page in sight would.
    pub async fn send(&mut self, form: Form) -> anyhow::Result<&mut Self> {
        let origin = self.url.origin().ascii_serialization();
        let request = self.client.post(form.action.clone()).header(ORIGIN, origin).form(&form.values);
        self.follow(form.action, request).await
    }

    /// Answers the captcha of a form by letting the machine work, if the form asks for one; returns the form to be
    /// filled, typed values kept.
    pub async fn prove(&mut self, control: &str, form: Form) -> anyhow::Result<Form> {
        if !form.has("captcha_id") {
            return Ok(form);
        }
        let mut asking = form.clone();
        asking.press("captcha_action", "work");
        self.send(asking).await?;
        let mut offered = self.form(control)?;
        let challenge = self.attribute("[data-work]", "data-work")?.context("no proof of work is offered")?;
        offered.set("pow_solution", &work::solve(&challenge)?)?;
        // Passwords do not come back with a page: they are typed again.
        for (name, value) in form.values {
            if offered.get(&name).is_some_and(str::is_empty)
                || (!offered.values.iter().any(|(n, _)| *n == name) && offered.has(&name))
            {
                offered.set(&name, &value)?;
            }
        }
        Ok(offered)
    }

    /// An attribute of the first element on the page that the selector finds.
    fn attribute(&self, css: &str, name: &str) -> anyhow::Result<Option<String>> {
        let document = Html::parse_document(&self.html);
        let found = document.select(&selector(css)?).find_map(|element| element.attr(name).map(str::to_owned));
        Ok(found)
    }

    /// Whether the page shows this text (as text or in an attribute a person hears).
    #[must_use]
    pub fn sees(&self, text: &str) -> bool {
        let document = Html::parse_document(&self.html);
        document.root_element().text().collect::<String>().contains(text)
    }

    /// Fails, telling where one is instead, unless the page shows this text.
    pub fn must_see(&self, text: &str) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.sees(text),
            "{} ({}) does not show {text:?}; it says: {}",
            self.url,
            self.status,
            self.gist()
        );
        Ok(())
    }

    /// Fails unless the page in sight is at this address.
    pub fn must_be_at(&self, start: &str) -> anyhow::Result<()> {
        let here = self.url.as_str();
        anyhow::ensure!(
            here.starts_with(start),
            "expected {start}, but it is {here} ({}); it says: {}",
            self.status,
            self.gist()
        );
        Ok(())
    }

    /// The page's main words, for an error.
    #[must_use]
    pub fn gist(&self) -> String {
        let document = Html::parse_document(&self.html);
        let main =
            selector("main").ok().and_then(|main| document.select(&main).next()).unwrap_or(document.root_element());
        let words: Vec<&str> = main.text().flat_map(str::split_whitespace).collect();
        words.join(" ").chars().take(300).collect()
    }

    async fn follow(&mut self, mut url: Url, mut request: RequestBuilder) -> anyhow::Result<&mut Self> {
        for _ in 0..MOST_HOPS {
            let answer = request.send().await.with_context(|| format!("{url} gave no answer"))?;
            let status = answer.status();
            if !status.is_redirection() {
                (self.url, self.status) = (url, status);
                self.html = answer.text().await?;
                anyhow::ensure!(!status.is_server_error(), "{} answered {status}: {}", self.url, self.gist());
                return Ok(self);
            }
            let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            url = url.join(location.with_context(|| format!("{url} answered {status} without a Location"))?)?;
            request = self.client.get(url.clone());
        }
        bail!("more than {MOST_HOPS} redirects, the last to {url}")
    }
}
