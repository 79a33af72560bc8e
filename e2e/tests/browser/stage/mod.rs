//! Where the tests play: the running demo, or one of a test's own, and a browser for each person.

mod lasting_demo;
mod mailbox;
mod own_demo;
mod shared_demo;
mod site;

use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use e2e::demo::Demo;
use e2e::journey::Newcomer;
use e2e::window::{Look, Opening, Window};

pub(crate) use lasting_demo::LastingDemo;
pub(crate) use mailbox::received;
pub(crate) use own_demo::OwnDemo;
pub(crate) use shared_demo::{operator, whole};
pub(crate) use site::{CHALLENGE, Site, VERIFIER, parameter};

/// Somebody who is not registered yet, another one at each call.
pub(crate) fn newcomer() -> Newcomer {
    static COUNT: AtomicU64 = AtomicU64::new(10_000_000);
    Newcomer::new(COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Registers somebody and signs them in.
pub(crate) async fn registered(browser: &Browser, who: &Newcomer) -> anyhow::Result<()> {
    let passport = &browser.demo.passport;
    browser.goto(&format!("{passport}/register")).await?;
    browser.fill_registration(who).await?;
    browser.submit().await?;
    browser.arrives_at(&format!("{passport}/sign-in")).await?;
    browser.fill("password", &who.password).await?;
    browser.submit().await?;
    browser.appears(".tiles").await
}

/// A window that knows which demo it walks through. All that a window can do, it can do too.
pub(crate) struct Browser {
    window: Window,
    /// The demo it walks through.
    pub(crate) demo: Demo,
}

impl Deref for Browser {
    type Target = Window;

    fn deref(&self) -> &Window {
        &self.window
    }
}

impl Browser {
    /// Opens a fresh browser before the demo that the tests share, `width` pixels wide.
    pub(crate) async fn open(width: u32) -> anyhow::Result<Self> {
        Self::open_at(shared_demo::get()?, width, Opening::default()).await
    }

    /// Opens one there whose owner prefers that language.
    pub(crate) async fn open_in(width: u32, language: &'static str) -> anyhow::Result<Self> {
        Self::open_at(shared_demo::get()?, width, Opening { language, ..Opening::default() }).await
    }

    /// Opens one there that runs no scripts.
    pub(crate) async fn open_without_script() -> anyhow::Result<Self> {
        Self::open_at(shared_demo::get()?, 1280, Opening { script: false, ..Opening::default() }).await
    }

    /// Opens one there whose owner forbids cookies.
    pub(crate) async fn open_without_cookies() -> anyhow::Result<Self> {
        Self::open_at(shared_demo::get()?, 1280, Opening { cookies: false, ..Opening::default() }).await
    }

    /// Opens one before any demo.
    pub(crate) async fn open_at(demo: &Demo, width: u32, opening: Opening) -> anyhow::Result<Self> {
        let driver = shared_demo::get()?.chromedriver.as_deref().context("the demo has no chromedriver")?;
        let window = Window::open(driver, opening).await?;
        window.look(Look { width, dark: false }).await?;
        Ok(Self { window, demo: demo.clone() })
    }

    /// Waits until the page offers a link or a button besides its frame, and is no failure of the server's.
    pub(crate) async fn leads_on(&self) -> anyhow::Result<()> {
        const STATUS: &str = "return performance.getEntriesByType('navigation')[0].responseStatus";
        self.until("a way on", async || self.has("main a, main button").await).await?;
        let status = self.run(STATUS).await?.as_u64().context("the browser does not tell the status")?;
        anyhow::ensure!(status < 500, "{} answered {status}", self.url().await?);
        Ok(())
    }

    /// Presses the one primary button of a page that ends a way, and waits for what it leads to: a page that leads on, too.
    pub(crate) async fn one_button_leads_on(&self) -> anyhow::Result<()> {
        self.leads_on().await?;
        let (before, count) = (self.url().await?, "return document.querySelectorAll('main .button.primary').length");
        let found = self.run(count).await?.as_u64();
        anyhow::ensure!(found == Some(1), "{before} has {found:?} primary buttons: {}", self.text().await?);
        self.click("main .button.primary").await?;
        self.until("another page", async || Ok(self.url().await? != before)).await?;
        self.leads_on().await
    }

    /// Registers somebody, beginning at the registration page.
    pub(crate) async fn register(&self, who: &Newcomer) -> anyhow::Result<()> {
        self.fill_registration(who).await?;
        self.submit().await?;
        self.stands_at_sign_in().await
    }

    /// Signs in on the sign-in page in sight.
    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> anyhow::Result<()> {
        self.fill_sign_in(name, password).await?;
        self.submit().await
    }

    /// Goes to the desk of a site, and stands before the sign-in page that is in between.
    pub(crate) async fn asked_to_sign_in(&self, site: &str) -> anyhow::Result<()> {
        self.goto(&format!("{site}/registration")).await?;
        self.stands_at_sign_in().await
    }

    /// Waits until it stands at the sign-in page of the passport.
    pub(crate) async fn stands_at_sign_in(&self) -> anyhow::Result<()> {
        self.arrives_at(&format!("{}/sign-in", self.demo.passport)).await
    }

    /// Presses the button of a site's desk.
    pub(crate) async fn sign_out_at(&self, site: &str) -> anyhow::Result<()> {
        self.click("main form[action*='sign-out'] button").await?;
        self.arrives_at(&format!("{site}/signed-out")).await
    }

    /// Waits until it stands at the desk of a site.
    pub(crate) async fn stands_at_the_desk_of(&self, site: &str) -> anyhow::Result<()> {
        self.arrives_at(&format!("{site}/registration")).await
    }

    /// Registers and signs in somebody new, and stands at the CET desk.
    pub(crate) async fn at_the_desk(&self) -> anyhow::Result<Newcomer> {
        let who = newcomer();
        self.asked_to_sign_in(&self.demo.cet).await?;
        self.click("main a[href*='/register']").await?;
        self.register(&who).await?;
        self.sign_in(&who.mobile, &who.password).await?;
        self.stands_at_the_desk_of(&self.demo.cet).await?;
        Ok(who)
    }

    /// Signs out by the page of the passport that offers it.
    pub(crate) async fn sign_out_at_the_passport(&self) -> anyhow::Result<()> {
        self.goto(&format!("{}/sign-out", self.demo.passport)).await?;
        self.click("main form[action='/sign-out'] button").await?;
        self.shows("您已退出").await
    }

    /// Closes the browser.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        self.window.close().await
    }
}
