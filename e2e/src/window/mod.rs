//! A window of Chromium, driven by WebDriver: what a person does in it, and what they see.

mod app;
mod devtools;
mod forms;
mod look;

use std::time::Duration;

use anyhow::{Context as _, bail};
use fantoccini::wd::{Capabilities, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

pub use self::app::App;
pub use self::look::{Format, Look};

/// How long a page may take to show what it should.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a window is opened.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    /// The language that the browser asks for, as a tag: `zh-CN`, `en`.
    pub language: &'static str,
    /// Whether pages may run scripts.
    pub script: bool,
    /// Whether the person lets sites keep cookies.
    pub cookies: bool,
    /// Whether cookies go along into frames of other sites.
    pub third_party_cookies: bool,
    /// The size of text that the person has set, in percent of the usual one.
    pub text_percent: u32,
}

impl Default for Opening {
    fn default() -> Self {
        Self { language: "zh-CN", script: true, cookies: true, third_party_cookies: true, text_percent: 100 }
    }
}

/// A window of a browser of its own: no cookies at first.
pub struct Window {
    client: Client,
}

impl Window {
    /// Opens a fresh browser. `driver` is where chromedriver listens.
    pub async fn open(driver: &str, opening: Opening) -> anyhow::Result<Self> {
        let Opening { language, script, cookies, third_party_cookies, text_percent } = opening;
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--ignore-certificate-errors".to_owned(),
            format!("--lang={language}"),
        ];
        if !script {
            arguments.push("--blink-settings=scriptEnabled=false".to_owned());
        }
        let preferences = json!({
            "intl.accept_languages": language,
            // Chromium's own default is 16.
            "webkit.webprefs.default_font_size": 16 * text_percent / 100,
            // Its settings count: 1 is to allow, 2 to block.
            "profile.default_content_setting_values.cookies": if cookies { 1 } else { 2 },
            // 0 is to allow, 1 to block.
            "profile.cookie_controls_mode": i32::from(!third_party_cookies),
            "profile.block_third_party_cookies": !third_party_cookies,
        });
        let mut capabilities = Capabilities::new();
        capabilities.insert("acceptInsecureCerts".to_owned(), json!(true));
        capabilities.insert("goog:chromeOptions".to_owned(), json!({ "args": arguments, "prefs": preferences }));
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(driver)
            .await
            .context("chromedriver gives no browser")?;
        Ok(Self { client })
    }

    /// Types an address.
    pub async fn goto(&self, url: &str) -> anyhow::Result<()> {
        Ok(self.client.goto(url).await?)
    }

    /// Presses Back.
    pub async fn back(&self) -> anyhow::Result<()> {
        Ok(self.client.back().await?)
    }

    /// Loads the page anew.
    pub async fn reload(&self) -> anyhow::Result<()> {
        Ok(self.client.refresh().await?)
    }

    /// Opens another tab and goes on there; the one that was left.
    pub async fn new_tab(&self) -> anyhow::Result<WindowHandle> {
        let left = self.client.window().await?;
        let tab = self.client.new_window(true).await?.handle;
        self.client.switch_to_window(tab).await?;
        Ok(left)
    }

    /// The tab in sight.
    pub async fn tab(&self) -> anyhow::Result<WindowHandle> {
        Ok(self.client.window().await?)
    }

    /// Goes on in that tab.
    pub async fn switch_to(&self, tab: WindowHandle) -> anyhow::Result<()> {
        Ok(self.client.switch_to_window(tab).await?)
    }

    /// The address in sight.
    pub async fn url(&self) -> anyhow::Result<String> {
        Ok(self.client.current_url().await?.to_string())
    }

    /// Follows a link or presses a button.
    pub async fn click(&self, css: &str) -> anyhow::Result<()> {
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        element.with_context(|| format!("there is no {css}"))?.click().await?;
        Ok(())
    }

    /// Waits until the address begins so.
    pub async fn arrives_at(&self, start: &str) -> anyhow::Result<()> {
        self.until(&format!("the address {start}"), async || Ok(self.url().await?.starts_with(start))).await
    }

    /// Waits until the page shows this text.
    pub async fn shows(&self, text: &str) -> anyhow::Result<()> {
        self.until(text, async || Ok(self.text().await?.contains(text))).await
    }

    /// Waits until the page has something that matches.
    pub async fn appears(&self, css: &str) -> anyhow::Result<()> {
        self.until(css, async || self.has(css).await).await
    }

    /// The text of the page.
    pub async fn text(&self) -> anyhow::Result<String> {
        Ok(self.client.find(Locator::Css("body")).await?.text().await?)
    }

    /// Whether the page has something that matches.
    pub async fn has(&self, css: &str) -> anyhow::Result<bool> {
        Ok(!self.client.find_all(Locator::Css(css)).await?.is_empty())
    }

    /// What stands in the control of this name.
    pub async fn value(&self, name: &str) -> anyhow::Result<String> {
        let element = self.client.find(Locator::Css(&format!("main [name='{name}']"))).await?;
        Ok(element.prop("value").await?.unwrap_or_default())
    }

    /// Runs a script in the page; what it returns.
    pub async fn run(&self, script: &str) -> anyhow::Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// Runs a script in the page and waits until it calls its first argument; what it gives it.
    pub async fn ask(&self, script: &str) -> anyhow::Result<Value> {
        Ok(self.client.execute_async(script, Vec::new()).await?)
    }

    /// Asks until it holds, giving the browser time between the questions; fails with what is seen instead.
    pub async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
        let asked = tokio::time::timeout(PATIENCE, async {
            // A page on its way to the next one may be gone between two questions.
            while !holds().await.unwrap_or(false) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        if asked.await.is_ok() {
            return Ok(());
        }
        let (url, text) = (self.url().await?, self.text().await.unwrap_or_default());
        bail!("waited for {what}, but {url} shows: {}", text.chars().take(400).collect::<String>())
    }

    /// Closes the browser.
    pub async fn close(self) -> anyhow::Result<()> {
        Ok(self.client.close().await?)
    }
}
