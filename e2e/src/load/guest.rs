//! A person who signs in at an exam site, all the way: site, passport, site.

use anyhow::Context as _;
use e2e::demo::Demo;
use e2e::form::Form;
use reqwest::header::ORIGIN;
use reqwest::{RequestBuilder, StatusCode};
use url::Url;

use crate::browser::{Browser, location};
use crate::person::{DEVICE, PASSWORD};

/// More redirects than a sign-in has.
const MOST_HOPS: usize = 12;
/// What its cookies are called.
const OF_PASSPORT: &str = "pp_";
/// The session at the passport.
const SESSION: &str = "pp_session";

/// One person with one browser, who comes again and again.
pub struct Guest {
    passport: Url,
    site: Url,
    name: String,
    /// What they came with.
    pub browser: Browser,
}

impl Guest {
    /// The person of that number.
    pub fn new(demo: &Demo, number: usize) -> anyhow::Result<Self> {
        let (passport, site) = (Url::parse(&demo.passport)?, Url::parse(&demo.cet)?);
        Ok(Self { passport, site, name: format!("u{number}"), browser: Browser::at(demo)? })
    }

    /// Signs in by password, signed in nowhere before; the cookie of the session at the passport, which has been
    /// acknowledged by it.
    pub async fn sign_in(&mut self) -> anyhow::Result<String> {
        self.browser.cookies.retain(|(name, _)| name.contains(DEVICE));
        let start = self.site.join("/sign-in?return_to=/registration")?;
        let (page, text) = self.follow(start.clone(), self.browser.client.get(start)).await?;
        let mut form = Form::with_control(&page, &text, "password")?;
        form.set("province", "31")?.set("username", &self.name)?.set("password", PASSWORD)?;
        let origin = form.action.origin().ascii_serialization();
        let request = self.browser.client.post(form.action.clone()).header(ORIGIN, origin).form(&form.values);
        let (page, _) = self.follow(form.action, request).await?;
        anyhow::ensure!(page.origin() == self.site.origin(), "{} is led to {page}", self.name);
        self.session()
    }

    /// The same at the passport itself, on the way to no site: little is asked of it beside a look at the password.
    pub async fn sign_in_here(&mut self) -> anyhow::Result<String> {
        self.browser.cookies.retain(|(name, _)| name.contains(DEVICE));
        let start = self.passport.join("/sign-in")?;
        let (page, text) = self.follow(start.clone(), self.browser.client.get(start)).await?;
        let mut form = Form::with_control(&page, &text, "password")?;
        form.set("username", &self.name)?.set("password", PASSWORD)?;
        let origin = form.action.origin().ascii_serialization();
        let request = self.browser.client.post(form.action.clone()).header(ORIGIN, origin).form(&form.values);
        let (status, headers, _) = self.browser.browse(request).await?;
        location(&form.action, &headers)?.with_context(|| format!("{status} at {}", form.action.path()))?;
        self.session()
    }

    fn session(&self) -> anyhow::Result<String> {
        let session = self.browser.cookies.iter().find(|(name, _)| name.contains(SESSION));
        session.map(|(name, value)| format!("{name}={value}")).context("no session at the passport")
    }

    /// Comes to the site again with the session at the passport, and none at the site.
    pub async fn come_back(&mut self) -> anyhow::Result<()> {
        self.browser.cookies.retain(|(name, _)| name.contains(OF_PASSPORT));
        let start = self.site.join("/sign-in?return_to=/registration")?;
        let (page, _) = self.follow(start.clone(), self.browser.client.get(start)).await?;
        anyhow::ensure!(page.origin() == self.site.origin(), "{} is led to {page}", self.name);
        Ok(())
    }

    /// Whether a session lives.
    pub async fn lives(&self, session: &str) -> anyhow::Result<bool> {
        let request = self.browser.client.get(self.passport.join("/account/profile")?);
        let request = self.browser.led(request.header(reqwest::header::COOKIE, session));
        let status = request.send().await?.status();
        anyhow::ensure!(!status.is_server_error(), "{status} where a session is looked at");
        Ok(status == StatusCode::OK)
    }

    /// From now on the proxy leads them to the passport of that number.
    pub fn go_by(&mut self, node: usize) {
        self.browser.node = Some(node);
    }

    /// Whether the site has a session of theirs.
    pub async fn is_at_site(&mut self) -> anyhow::Result<bool> {
        let (status, _, _) = self.browser.browse(self.browser.client.get(self.site.join("/registration")?)).await?;
        anyhow::ensure!(!status.is_server_error(), "{status} at the site");
        Ok(status == StatusCode::OK)
    }

    /// Signs out at the passport.
    pub async fn sign_out(&mut self) -> anyhow::Result<()> {
        let start = self.passport.join("/sign-out")?;
        let (page, text) = self.follow(start.clone(), self.browser.client.get(start.clone())).await?;
        let form = Form::with_control(&page, &text, "csrf")?;
        anyhow::ensure!(form.action == start, "the form there leads to {}", form.action);
        let origin = form.action.origin().ascii_serialization();
        let request = self.browser.client.post(start).header(ORIGIN, origin).form(&form.values);
        let (status, _, _) = self.browser.browse(request).await?;
        anyhow::ensure!(status.is_redirection(), "{status} at signing out");
        Ok(())
    }

    async fn follow(&mut self, mut url: Url, mut request: RequestBuilder) -> anyhow::Result<(Url, String)> {
        for _ in 0..MOST_HOPS {
            let (status, headers, text) =
                self.browser.browse(request).await.with_context(|| format!("{} gave no answer", url.path()))?;
            let Some(target) = location(&url, &headers)? else {
                anyhow::ensure!(status == StatusCode::OK, "{status} at {}", url.path());
                return Ok((url, text));
            };
            url = target;
            request = self.browser.client.get(url.clone());
        }
        anyhow::bail!("more than {MOST_HOPS} redirects, the last to {}", url.path())
    }
}
