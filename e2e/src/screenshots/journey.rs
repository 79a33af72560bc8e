//! The pictures of `docs/journey.md`: the six steps of the main journey, small enough to lie beside the text.

use std::path::Path;

use anyhow::Context as _;
use e2e::demo::Demo;
use e2e::journey::Newcomer;
use e2e::window::{Format, Look, Window};

/// The lowest quality at which small characters still read well.
const QUALITY: u32 = 60;

/// Walks the journey and takes each step on a desktop and on a phone.
pub(crate) async fn picture(window: &Window, demo: &Demo, folder: &Path) -> anyhow::Result<()> {
    // The same person each time, so that the pictures change with the pages only.
    let newcomer = Newcomer { email: "lixiaoyu@example.cn".to_owned(), ..Newcomer::new(12_345_678) };
    let take = async |name: &str| take(window, folder, name).await;
    window.look(Look { width: 1280, dark: false }).await?;
    window.goto(&demo.cet).await?;
    take("1-exam-home").await?;
    window.click("main a[href='/registration']").await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    take("2-sign-in").await?;
    window.click("main a[href*='/register']").await?;
    window.arrives_at(&format!("{}/register", demo.passport)).await?;
    window.fill("email", &newcomer.email).await?;
    window.fill("mobile", &newcomer.mobile).await?;
    take("3-register").await?;
    window.fill_registration(&newcomer).await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/sign-in", demo.passport)).await?;
    window.fill_sign_in(&newcomer.mobile, &newcomer.password).await?;
    take("4-sign-in").await?;
    window.submit().await?;
    window.arrives_at(&format!("{}/registration", demo.cet)).await?;
    take("4-desk").await?;
    window.goto(&demo.passport).await?;
    take("5-passport-home").await?;
    window.click(&format!("main a[href^='{}']", demo.pets)).await?;
    window.arrives_at(&format!("{}/registration", demo.pets)).await?;
    take("6-another-site").await
}

async fn take(window: &Window, folder: &Path, name: &str) -> anyhow::Result<()> {
    for (device, width) in [("phone", 390), ("desktop", 1280)] {
        window.look(Look { width, dark: false }).await?;
        let path = folder.join(format!("{name}-{device}.webp"));
        std::fs::write(&path, window.picture(Format::WebP(QUALITY)).await?)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    println!("✓ {name}");
    Ok(())
}
