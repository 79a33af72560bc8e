//! axe-core in the browser: what it finds on a page is written down, and is a failure in the end.

use std::sync::OnceLock;

use e2e::window::{Look, Window};

use crate::npm;
use crate::stage::Browser;

/// The version whose rules the pages are held to.
const AXE: &str = "axe-core@4.11.0";

/// Rules that axe-core leaves out unless they are asked for: one of WCAG 2.2 AA, and those that it calls obsolete or
/// experimental.
const MORE: [&str; 9] = [
    "target-size",
    "duplicate-id",
    "duplicate-id-active",
    "css-orientation-lock",
    "focus-order-semantics",
    "label-content-name-mismatch",
    "p-as-heading",
    "table-fake-caption",
    "td-has-header",
];

/// The narrowest phone, a usual one, a desktop.
const WIDTHS: [u32; 3] = [320, 390, 1280];

/// What was found on the pages that were looked at: by axe-core at the look that the window has, and at each width whether
/// they have to be scrolled sideways.
#[derive(Default)]
pub(crate) struct Findings(Vec<String>);

impl Findings {
    /// Looks at the page in sight as it is.
    pub(crate) async fn look(&mut self, window: &Window) -> anyhow::Result<()> {
        window.run(source()?).await?;
        let violations: Vec<String> = serde_json::from_value(window.ask(&ask()).await?)?;
        let url = window.url().await?;
        self.0.extend(violations.iter().map(|violation| format!("{url} {violation}")));
        self.measure(window, &url).await
    }

    /// Makes the window each width, and then as it was.
    async fn measure(&mut self, window: &Window, url: &str) -> anyhow::Result<()> {
        const LOOK: &str = "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]";
        let (before, dark): (u32, bool) = serde_json::from_value(window.run(LOOK).await?)?;
        for width in WIDTHS {
            window.look(Look { width, dark }).await?;
            let overhang = window.overhang().await?;
            if overhang > 0 {
                self.0.push(format!("{url} is {overhang} px wider than {width} px"));
            }
        }
        window.look(Look { width: before, dark }).await
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

/// Runs axe-core with every rule; what it complains of, and where.
fn ask() -> String {
    let more: Vec<String> = MORE.iter().map(|id| format!("'{id}': {{ enabled: true }}")).collect();
    format!(
        "const done = arguments[0]; axe.run({{ rules: {{ {} }} }}).then(result => done(result.violations.map(found => \
         found.id + ': ' + found.nodes.map(node => node.target.join(' ')).join(', '))));",
        more.join(", ")
    )
}

/// The source of axe-core.
fn source() -> anyhow::Result<&'static str> {
    static SOURCE: OnceLock<Result<String, String>> = OnceLock::new();
    match SOURCE.get_or_init(|| read().map_err(|error| format!("{error:#}"))) {
        Ok(source) => Ok(source),
        Err(error) => anyhow::bail!("no axe-core: {error}"),
    }
}

fn read() -> anyhow::Result<String> {
    Ok(std::fs::read_to_string(npm::package(AXE)?.join("axe.min.js"))?)
}
