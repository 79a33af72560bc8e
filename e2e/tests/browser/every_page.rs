//! Wherever the walk leads on which the pictures are taken, in whichever state a page is, there is nothing to complain of; and
//! it leads to every page that the routers know.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Context as _;
use e2e::demo::Demo;
use e2e::walk::{self, Tour, Witness, Worth};
use e2e::window::{Look, Opening, Window};
use url::Url;

use crate::axe::Findings;
use crate::logs;
use crate::npm;
use crate::router;
use crate::stage::{Browser, whole};

/// What a site shows of a failed sign-in is never more than that; and 72 hours pass before the other one shows its button,
/// which `three_days` looks at.
const ONLY_AS_FAILURES: [&str; 2] = ["/sign-in/failed", "/recover/resume"];

/// Who looks at each page, and remembers which.
struct Inspector {
    look: Look,
    found: Findings,
    /// Where a page stood, as it is when all is well.
    stood_at: Vec<Url>,
    /// Where each is kept as HTML, to be judged at the end.
    kept: PathBuf,
}

impl Witness for Inspector {
    async fn see(&mut self, window: &Window, name: &str, _: Worth) -> anyhow::Result<()> {
        const HTML: &str = "return '<!doctype html>' + document.documentElement.outerHTML";
        const STATUS: &str = "return performance.getEntriesByType('navigation')[0].responseStatus";
        window.look(self.look).await?;
        self.found.look(window).await.with_context(|| name.to_owned())?;
        let html = window.run(HTML).await?;
        std::fs::write(self.kept.join(name).with_extension("html"), html.as_str().context("no page")?)?;
        let url = Url::parse(&window.url().await?)?;
        let status = window.run(STATUS).await?.as_u64().context("the browser does not tell the status")?;
        if status < 400 || ONLY_AS_FAILURES.contains(&url.path()) {
            self.stood_at.push(url);
        }
        window.look(Look { width: 1280, dark: false }).await
    }
}

impl Inspector {
    /// The pages among those that were not met at any of the addresses.
    fn missed(&self, pages: BTreeSet<String>, at: &[&str]) -> anyhow::Result<Vec<String>> {
        let origins = at.iter().map(|base| Ok(Url::parse(base)?.origin())).collect::<anyhow::Result<Vec<_>>>()?;
        let met: Vec<_> = self.stood_at.iter().filter(|url| origins.contains(&url.origin())).collect();
        Ok(pages.into_iter().filter(|page| !met.iter().any(|url| router::is_of(url.path(), page))).collect())
    }

    fn verdict(self, demo: &Demo) -> anyhow::Result<()> {
        let missed = self.missed(router::of_passport()?, &[&demo.passport])?;
        anyhow::ensure!(missed.is_empty(), "the walk (e2e/src/walk) leads past pages of the passport: {missed:#?}");
        let missed = self.missed(router::of_site()?, &[&demo.cet, &demo.pets, &demo.ncre])?;
        anyhow::ensure!(missed.is_empty(), "the walk (e2e/src/walk) leads past pages of the sites: {missed:#?}");
        let faults = npm::faults_in(&self.kept)?;
        anyhow::ensure!(faults.is_empty(), "pages that are no good HTML:\n{faults}");
        self.found.verdict()
    }
}

async fn everywhere(name: &str, language: &'static str, look: Look) -> anyhow::Result<()> {
    let running = whole(name, &[])?;
    let (demo, staff) = (&running.demo, running.operator()?);
    let browser = Browser::open_at(demo, 1280, Opening { language, ..Opening::default() }).await?;
    let kept = demo.home.join("pages");
    std::fs::create_dir_all(&kept)?;
    let mut inspector = Inspector { look, found: Findings::default(), stood_at: Vec::new(), kept };
    walk::everywhere(&mut Tour { window: &browser, witness: &mut inspector }, demo, &staff).await?;
    browser.close().await?;
    logs::tell_nothing(demo, &walk::people())?;
    inspector.verdict(demo)
}

#[tokio::test]
async fn every_page_is_walked_past_in_chinese_on_a_phone_and_none_has_a_violation() -> anyhow::Result<()> {
    everywhere("demo-walked-zh", "zh-CN", Look { width: 390, dark: false }).await
}

#[tokio::test]
async fn every_page_is_walked_past_in_english_on_a_dark_desktop_and_none_has_a_violation() -> anyhow::Result<()> {
    everywhere("demo-walked-en", "en", Look { width: 1280, dark: true }).await
}
