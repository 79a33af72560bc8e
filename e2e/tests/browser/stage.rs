//! The running demo that all tests of this program share, and a browser for each.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, bail};
use e2e::demo::Demo;
use e2e::journey::Newcomer;
use e2e::window::{Look, Opening, Window};
use fantoccini::wd::WindowHandle;
use fantoccini::{Client, Locator};

/// How long a page may take to show what it should.
const PATIENCE: Duration = Duration::from_secs(60);

/// A demo that ends when this program does: its standard input is ours to close.
struct Running {
    demo: Demo,
    _process: Child,
}

static RUNNING: OnceLock<Result<Running, String>> = OnceLock::new();

/// The demo, started by the first test that asks for it.
pub(crate) fn demo() -> anyhow::Result<&'static Demo> {
    match RUNNING.get_or_init(|| start().map_err(|error| format!("{error:#}"))) {
        Ok(running) => Ok(&running.demo),
        Err(error) => bail!("the demo did not start: {error}"),
    }
}

fn start() -> anyhow::Result<Running> {
    let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("browser-demo");
    let _ = std::fs::remove_dir_all(&home);
    let this = std::env::current_exe()?;
    let programs = this.parent().and_then(Path::parent).context("this test does not lie in a target folder")?;
    let mut process = Command::new(programs.join("xtask"))
        .args(["demo", "--fresh-ports", "--no-build", "--with-chromedriver", "--stop-at-end-of-input", "--home"])
        .arg(&home)
        // Every test comes from the same address: the limits of one address are for people.
        .env("PASSPORT__LIMITS__SIGN_IN_PER_MINUTE", "10000")
        .env("PASSPORT__LIMITS__REGISTER_PER_HOUR", "10000")
        // So is the block of addresses that a captcha is asked of: one test's wrong passwords are not another's.
        .env("PASSPORT__ACCOUNTS__CAPTCHA_AFTER", "10000")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("xtask cannot be started: cargo build --workspace --bins")?;
    let said = BufReader::new(process.stdout.take().context("no output")?);
    for line in said.lines().map_while(Result::ok) {
        if line.starts_with("ready in") {
            let demo = Demo::read(&home.join("demo.json"))?;
            return Ok(Running { demo, _process: process });
        }
    }
    bail!("xtask demo ended before it was ready ({})", process.wait()?)
}

/// Somebody who is not registered yet, another one at each call.
pub(crate) fn newcomer() -> Newcomer {
    static COUNT: AtomicU64 = AtomicU64::new(10_000_000);
    Newcomer::new(COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A window of a browser.
pub(crate) struct Browser {
    client: Client,
    /// The demo it walks through.
    pub(crate) demo: &'static Demo,
}

impl Browser {
    /// Opens a fresh browser, `width` pixels wide; without script if so asked.
    pub(crate) async fn open(width: u32, script: bool) -> anyhow::Result<Self> {
        Self::open_with(width, Opening { script, ..Opening::default() }).await
    }

    /// Opens one whose owner forbids cookies.
    pub(crate) async fn open_without_cookies() -> anyhow::Result<Self> {
        Self::open_with(1280, Opening { cookies: false, ..Opening::default() }).await
    }

    async fn open_with(width: u32, opening: Opening) -> anyhow::Result<Self> {
        let demo = demo()?;
        let driver = demo.chromedriver.as_deref().context("the demo has no chromedriver")?;
        let window = Window::open(driver, opening).await?;
        window.look(Look { width, dark: false }).await?;
        Ok(Self { client: window.into_client(), demo })
    }

    pub(crate) async fn goto(&self, url: &str) -> anyhow::Result<()> {
        Ok(self.client.goto(url).await?)
    }

    pub(crate) async fn back(&self) -> anyhow::Result<()> {
        Ok(self.client.back().await?)
    }

    /// Opens another tab and goes on there; the one that was left.
    pub(crate) async fn new_tab(&self) -> anyhow::Result<WindowHandle> {
        let left = self.client.window().await?;
        let tab = self.client.new_window(true).await?.handle;
        self.client.switch_to_window(tab).await?;
        Ok(left)
    }

    /// Goes on in that tab.
    pub(crate) async fn switch_to(&self, tab: WindowHandle) -> anyhow::Result<()> {
        Ok(self.client.switch_to_window(tab).await?)
    }

    /// What stands in the control of this name.
    pub(crate) async fn value(&self, name: &str) -> anyhow::Result<String> {
        let element = self.client.find(Locator::Css(&format!("main [name='{name}']"))).await?;
        Ok(element.prop("value").await?.unwrap_or_default())
    }

    /// Loads the page anew.
    pub(crate) async fn reload(&self) -> anyhow::Result<()> {
        Ok(self.client.refresh().await?)
    }

    pub(crate) async fn url(&self) -> anyhow::Result<String> {
        Ok(self.client.current_url().await?.to_string())
    }

    /// Follows a link or presses a button.
    pub(crate) async fn click(&self, css: &str) -> anyhow::Result<()> {
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        element.with_context(|| format!("there is no {css}"))?.click().await?;
        Ok(())
    }

    /// Types into the control of this name, or chooses the option with this value.
    pub(crate) async fn fill(&self, name: &str, text: &str) -> anyhow::Result<()> {
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
    pub(crate) async fn arrives_at(&self, start: &str) -> anyhow::Result<()> {
        self.until(&format!("the address {start}"), async || Ok(self.url().await?.starts_with(start))).await
    }

    /// Waits until the page shows this text.
    pub(crate) async fn shows(&self, text: &str) -> anyhow::Result<()> {
        self.until(text, async || Ok(self.text().await?.contains(text))).await
    }

    /// Waits until the page has something that matches.
    pub(crate) async fn appears(&self, css: &str) -> anyhow::Result<()> {
        self.until(css, async || self.has(css).await).await
    }

    /// Waits until the page offers a link or a button besides its frame.
    pub(crate) async fn leads_on(&self) -> anyhow::Result<()> {
        self.until("a way on", async || self.has("main a, main button").await).await
    }

    /// The text of the page.
    pub(crate) async fn text(&self) -> anyhow::Result<String> {
        Ok(self.client.find(Locator::Css("body")).await?.text().await?)
    }

    /// Whether the page has something that matches.
    pub(crate) async fn has(&self, css: &str) -> anyhow::Result<bool> {
        Ok(!self.client.find_all(Locator::Css(css)).await?.is_empty())
    }

    /// Asks until it holds, giving the browser time between the questions; fails with what is seen instead.
    async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
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

    /// Answers the captcha without its picture, as its button offers.
    pub(crate) async fn prove(&self) -> anyhow::Result<()> {
        if self.has("[name=captcha_action][value=work]").await? {
            self.click("[name=captcha_action][value=work]").await?;
            self.appears("[name=pow_nonce]").await?;
            let found = "[name=pow_nonce]";
            self.until("the proof of work", async || {
                let nonce = self.client.find(Locator::Css(found)).await?;
                Ok(nonce.prop("value").await?.is_some_and(|value| !value.is_empty()))
            })
            .await?;
        }
        Ok(())
    }

    /// Registers somebody, beginning at the registration page.
    pub(crate) async fn register(&self, who: &Newcomer) -> anyhow::Result<()> {
        self.prove().await?;
        self.fill("email", &who.email).await?;
        self.fill("mobile", &who.mobile).await?;
        self.fill("password", &who.password).await?;
        self.fill("password_confirm", &who.password).await?;
        self.click("[name=agree]").await?;
        self.click("main button.primary[type=submit]").await?;
        self.arrives_at(&format!("{}/sign-in", self.demo.passport)).await
    }

    /// Signs in on the sign-in page in sight.
    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> anyhow::Result<()> {
        if self.has("[name=captcha_id]").await? {
            self.prove().await?;
        }
        self.fill("province", "31").await?;
        self.fill("username", name).await?;
        self.fill("password", password).await?;
        self.click("main button.primary[type=submit]").await
    }

    /// Registers and signs in somebody new, and stands at the CET desk.
    pub(crate) async fn at_the_desk(&self) -> anyhow::Result<Newcomer> {
        let who = newcomer();
        self.goto(&format!("{}/registration", self.demo.cet)).await?;
        self.arrives_at(&format!("{}/sign-in", self.demo.passport)).await?;
        self.click("main a[href*='/register']").await?;
        self.register(&who).await?;
        self.sign_in(&who.mobile, &who.password).await?;
        self.arrives_at(&format!("{}/registration", self.demo.cet)).await?;
        Ok(who)
    }

    /// What axe-core finds on pages, each in Chinese and in English.
    pub(crate) async fn violations(&self, axe: &str, pages: &[String]) -> anyhow::Result<Vec<String>> {
        const RUN: &str = "const done = arguments[0]; axe.run().then(result => done(result.violations.map(found => \
            found.id + ': ' + found.nodes.map(node => node.target.join(' ')).join(', '))));";
        let mut found = Vec::new();
        for page in pages {
            for lang in ["zh-CN", "en"] {
                let joint = if page.contains('?') { '&' } else { '?' };
                self.goto(&format!("{page}{joint}lang={lang}")).await?;
                self.client.execute(axe, Vec::new()).await?;
                let violations = self.client.execute_async(RUN, Vec::new()).await?;
                let violations: Vec<String> = serde_json::from_value(violations)?;
                found.extend(violations.iter().map(|violation| format!("{page} ({lang}) {violation}")));
            }
        }
        // Later steps read Chinese.
        self.goto(&format!("{}/?lang=zh-CN", self.demo.passport)).await?;
        self.goto(&format!("{}/?lang=zh-CN", self.demo.cet)).await?;
        Ok(found)
    }

    /// Closes the browser.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        Ok(self.client.close().await?)
    }
}
