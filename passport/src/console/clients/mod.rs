//! The clients: what is registered, what there is to point out, what was refused to them, and suspending them. The same is
//! told and done at the command line by `passport clients`.

pub mod acts;
pub mod list;
pub mod page;

use std::sync::Arc;

use shared::i18n::Lang;
use shared::page::Page;

use super::gate::Refusal;
use super::{Console, paths};
use crate::clients::Client;

/// Where a client is.
fn path(client: &Client) -> String {
    format!("{}/{}", paths::CLIENTS, client.id)
}

/// What a client is called.
fn name(page: &Page, client: &Client) -> String {
    match page.lang {
        Lang::Zh => client.name.zh.clone(),
        Lang::En => client.name.en.clone(),
    }
}

impl Console {
    async fn client(&self, id: &str) -> Result<Arc<Client>, Refusal> {
        self.0.clients.find(id).await?.ok_or(Refusal::Unknown)
    }
}
