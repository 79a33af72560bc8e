//! The mailbox, beside the browser that a test walks with.

use e2e::demo::Demo;
use e2e::mailbox::{self, Message};
use e2e::window::Opening;

use super::Browser;

/// The newest message to that address or number that says so, once it has arrived.
pub(crate) async fn received(demo: &Demo, to: &str, says: &str) -> anyhow::Result<Message> {
    let browser = Browser::open_at(demo, 1280, Opening::default()).await?;
    let message = mailbox::received(&browser, demo, to, says).await?;
    browser.close().await?;
    Ok(message)
}
