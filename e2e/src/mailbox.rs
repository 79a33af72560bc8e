//! What reaches people by mail and SMS, read in the demo's mailbox.

use anyhow::Context as _;
use serde_json::Value;

use crate::demo::Demo;
use crate::window::Window;

/// The newest message to that address or number that says so, once it has arrived. The window goes to the mailbox.
pub async fn received(window: &Window, demo: &Demo, to: &str, says: &str) -> anyhow::Result<Message> {
    let mut found = None;
    let arrived = async || {
        window.goto(&format!("{}/messages.json", demo.mailbox)).await?;
        let all: Vec<Value> = serde_json::from_str(&window.text().await?)?;
        let is_it = |message: &&Value| {
            let theirs = message["to"].as_array().is_some_and(|all| all.iter().any(|one| one == to));
            theirs && [&message["subject"], &message["text"]].iter().any(|text| text.to_string().contains(says))
        };
        found = all.iter().filter(is_it).max_by_key(|message| message["id"].as_u64()).cloned();
        Ok(found.is_some())
    };
    window.until(&format!("a message to {to} that says {says}"), arrived).await?;
    found.map(Message).context("a message")
}

/// A message that arrived.
pub struct Message(Value);

impl Message {
    /// What the passport calls it.
    pub fn id(&self) -> anyhow::Result<String> {
        let id = self.0["message_id"].as_str().and_then(|id| id.split('@').next());
        id.filter(|id| !id.is_empty()).map(str::to_owned).context("a mail's id")
    }

    /// The six digits in it.
    pub fn code(&self) -> anyhow::Result<String> {
        let text = self.0["text"].as_str().unwrap_or_default();
        let six = text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6);
        six.map(str::to_owned).context("a code")
    }

    /// The link in it that leads to this page.
    pub fn link(&self, page: &str) -> anyhow::Result<String> {
        let links = self.0["links"].as_array().into_iter().flatten().filter_map(Value::as_str);
        links.into_iter().find(|link| link.contains(page)).map(str::to_owned).context("a link")
    }
}
