//! A window of Chromium, driven by WebDriver: what a person does in it, and what they see.

use std::time::Duration;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::journey::Newcomer;

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
    /// The size of text that the person has set, in percent of the usual one.
    pub text_percent: u32,
}

impl Default for Opening {
    fn default() -> Self {
        Self { language: "zh-CN", script: true, cookies: true, text_percent: 100 }
    }
}

/// What the window looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The width of the page in CSS pixels: a real one, also below what a desktop's window can be.
    pub width: u32,
    /// Whether the person prefers a dark scheme.
    pub dark: bool,
}

/// How a picture is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Exact.
    Png,
    /// Small: WebP of this quality, up to 100.
    WebP(u32),
}

/// A window of a browser of its own: no cookies at first.
pub struct Window {
    client: Client,
}

impl Window {
    /// Opens a fresh browser. `driver` is where chromedriver listens.
    pub async fn open(driver: &str, opening: Opening) -> anyhow::Result<Self> {
        let Opening { language, script, cookies, text_percent } = opening;
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

    /// Makes the window look so from now on.
    pub async fn look(&self, look: Look) -> anyhow::Result<()> {
        let height = if look.width < 720 { 844 } else { 800 };
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": look.width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        )
        .await?;
        let scheme = if look.dark { "dark" } else { "light" };
        // A colour on its way to the other scheme would be in the picture.
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await?;
        Ok(())
    }

    /// A picture of the whole page, however long it is.
    pub async fn picture(&self, format: Format) -> anyhow::Result<Vec<u8>> {
        let size = self.devtools("Page.getLayoutMetrics", json!({})).await?;
        let size = &size["cssContentSize"];
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        let mut how = json!({ "captureBeyondViewport": true, "clip": clip, "format": "png" });
        if let Format::WebP(quality) = format {
            how["format"] = json!("webp");
            how["quality"] = json!(quality);
        }
        let taken = self.devtools("Page.captureScreenshot", how).await?;
        Ok(STANDARD.decode(taken["data"].as_str().context("the browser gives no picture")?)?)
    }

    /// How many pixels the page is wider than the window: more than none, and a person has to scroll sideways.
    pub async fn overhang(&self) -> anyhow::Result<i64> {
        const ASK: &str = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        self.client.execute(ASK, Vec::new()).await?.as_i64().context("the browser does not tell its width")
    }

    /// Types an address.
    pub async fn goto(&self, url: &str) -> anyhow::Result<()> {
        Ok(self.client.goto(url).await?)
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

    /// Types into the control of this name, or chooses the option with this value.
    pub async fn fill(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let css = format!("[name='{name}']:not([type=hidden])");
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(&css)).await;
        let element = element.with_context(|| format!("there is no control named {name}"))?;
        if element.tag_name().await? == "select" {
            element.select_by_value(text).await?;
        } else {
            element.clear().await?;
            element.send_keys(text).await?;
        }
        Ok(())
    }

    /// Waits until the address begins so.
    pub async fn arrives_at(&self, start: &str) -> anyhow::Result<()> {
        self.until(&format!("the address {start}"), async || Ok(self.url().await?.starts_with(start))).await
    }

    /// Waits until the page has something that matches.
    pub async fn has_soon(&self, css: &str) -> anyhow::Result<()> {
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

    /// Answers the captcha without its picture, as its button offers, if the page asks for one.
    pub async fn prove(&self) -> anyhow::Result<()> {
        if !self.has("[name=captcha_action][value=work]").await? {
            return Ok(());
        }
        self.click("[name=captcha_action][value=work]").await?;
        self.until("the proof of work", async || {
            let nonce = self.client.find(Locator::Css("[name=pow_nonce]")).await?;
            Ok(nonce.prop("value").await?.is_some_and(|value| !value.is_empty()))
        })
        .await
    }

    /// Fills in the registration page in sight, all but the button at its end.
    pub async fn fill_registration(&self, who: &Newcomer) -> anyhow::Result<()> {
        self.prove().await?;
        self.fill("email", &who.email).await?;
        self.fill("mobile", &who.mobile).await?;
        self.fill("password", &who.password).await?;
        self.fill("password_confirm", &who.password).await?;
        self.click("[name=agree]").await
    }

    /// Fills in the sign-in page in sight, all but the button at its end. The province is Shanghai.
    pub async fn fill_sign_in(&self, name: &str, password: &str) -> anyhow::Result<()> {
        self.prove().await?;
        self.fill("province", "31").await?;
        self.fill("username", name).await?;
        self.fill("password", password).await
    }

    /// Presses the one primary button of the form in sight.
    pub async fn submit(&self) -> anyhow::Result<()> {
        self.click("main button.primary[type=submit]").await
    }

    /// The WebDriver session itself, for what this window does not know. It keeps its look.
    #[must_use]
    pub fn into_client(self) -> Client {
        self.client
    }

    /// Closes the browser.
    pub async fn close(self) -> anyhow::Result<()> {
        Ok(self.client.close().await?)
    }

    /// A command of Chromium's DevTools protocol, which chromedriver passes on.
    async fn devtools(&self, method: &'static str, params: Value) -> anyhow::Result<Value> {
        let command = DevTools { method, params };
        self.client.issue_cmd(command).await.with_context(|| format!("the browser refuses {method}"))
    }
}

/// chromedriver's own extension of WebDriver.
#[derive(Debug)]
struct DevTools {
    method: &'static str,
    params: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (reqwest::Method, Option<String>) {
        (reqwest::Method::POST, Some(json!({ "cmd": self.method, "params": self.params }).to_string()))
    }
}
