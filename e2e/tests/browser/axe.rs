//! axe-core in the browser: what it finds on a page is written down, and is a failure in the end.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::Context as _;
use e2e::window::Look;

use crate::stage::Browser;

/// The version whose rules the pages are held to.
const AXE: &str = "axe-core@4.11.0";

/// What axe-core found on the pages that were looked at.
#[derive(Default)]
pub(crate) struct Findings(Vec<String>);

impl Findings {
    /// Looks at the page in sight as it is.
    pub(crate) async fn look(&mut self, browser: &Browser) -> anyhow::Result<()> {
        const RUN: &str = "const done = arguments[0]; axe.run().then(result => done(result.violations.map(found => \
            found.id + ': ' + found.nodes.map(node => node.target.join(' ')).join(', '))));";
        browser.run(source()?).await?;
        let violations: Vec<String> = serde_json::from_value(browser.ask(RUN).await?)?;
        let url = browser.url().await?;
        self.0.extend(violations.iter().map(|violation| format!("{url} {violation}")));
        Ok(())
    }

    /// Opens a page in a language and looks at it.
    pub(crate) async fn look_at(&mut self, browser: &Browser, page: &str, lang: &str) -> anyhow::Result<()> {
        let joint = if page.contains('?') { '&' } else { '?' };
        browser.goto(&format!("{page}{joint}lang={lang}")).await?;
        self.look(browser).await
    }

    /// Opens a page in both languages, at both widths and in both schemes, and looks at it each time.
    pub(crate) async fn look_at_every_way(&mut self, browser: &Browser, page: &str) -> anyhow::Result<()> {
        for width in [1280, 390] {
            for dark in [false, true] {
                browser.look(Look { width, dark }).await?;
                for lang in ["en", "zh-CN"] {
                    self.look_at(browser, page, lang).await?;
                }
            }
        }
        Ok(())
    }

    /// Fails if anything was found.
    pub(crate) fn verdict(self) -> anyhow::Result<()> {
        anyhow::ensure!(self.0.is_empty(), "{} violations:\n{}", self.0.len(), self.0.join("\n"));
        Ok(())
    }
}

/// The source of axe-core, fetched by npm at the time of the test.
fn source() -> anyhow::Result<&'static str> {
    static SOURCE: OnceLock<Result<String, String>> = OnceLock::new();
    match SOURCE.get_or_init(|| fetch().map_err(|error| format!("{error:#}"))) {
        Ok(source) => Ok(source),
        Err(error) => anyhow::bail!("no axe-core: {error}"),
    }
}

fn fetch() -> anyhow::Result<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("axe");
    let source = folder.join("node_modules/axe-core/axe.min.js");
    if !source.exists() {
        std::fs::create_dir_all(&folder)?;
        let install = ["install", "--no-audit", "--no-fund", "--no-save", "--prefix"];
        let status = Command::new("npm").args(install).arg(&folder).arg(AXE).status().context("npm is missing")?;
        anyhow::ensure!(status.success(), "npm could not install {AXE}");
    }
    Ok(std::fs::read_to_string(source)?)
}
