//! axe-core finds nothing to complain of on any page, in both languages, at both widths.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::stage::Browser;

/// The version whose rules the pages are held to.
const AXE: &str = "axe-core@4.11.0";

/// The source of axe-core, fetched by npm at the time of the test.
fn axe() -> anyhow::Result<String> {
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

#[tokio::test]
async fn no_page_has_an_accessibility_violation() -> anyhow::Result<()> {
    let axe = axe()?;
    let mut found = Vec::new();
    for width in [1280, 390] {
        let browser = Browser::open(width, true).await?;
        let demo = browser.demo;
        let mut pages = Vec::new();
        for path in ["/sign-in", "/register", "/help", "/agreement", "/privacy", "/accessibility", "/recover", "/"] {
            pages.push(format!("{}{path}", demo.passport));
        }
        for site in [&demo.cet, &demo.pets, &demo.ncre] {
            for path in ["/", "/about", "/rules", "/dates", "/process", "/faq", "/transcript", "/contact", "/news"] {
                pages.push(format!("{site}{path}"));
            }
        }
        for (site, path) in [
            (&demo.passport, "/no-such-page"),
            (&demo.passport, "/authorize?client_id=nobody"),
            (&demo.passport, "/signed-out"),
            (&demo.cet, "/no-such-page"),
            (&demo.cet, "/signed-out"),
            (&demo.cet, "/sign-in/callback?error=access_denied"),
            (&demo.cet, "/sign-in/failed?kind=refused&code=invalid_grant"),
        ] {
            pages.push(format!("{site}{path}"));
        }
        found.extend(browser.violations(&axe, &pages).await?);
        browser.at_the_desk().await?;
        let mut pages = vec![format!("{}/registration", demo.cet)];
        for path in ["/", "/account/profile", "/account/password", "/sign-out"] {
            pages.push(format!("{}{path}", demo.passport));
        }
        found.extend(browser.violations(&axe, &pages).await?);
        browser.close().await?;
    }
    anyhow::ensure!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
    Ok(())
}
