//! Sites are told by mail of a key that somebody else has, and of one that they stay with: what the keys' journal asks for
//! when that happens.

use std::collections::BTreeSet;

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use crate::accounts::model::Email;
use crate::clients::{self, Client, ClientId};
use crate::delivery::{KeyLetter, KeyMatter, Outbox, SiteName};

/// So many contacts of a client are written to at most.
const MOST: usize = 5;

/// A key, and what became of it.
#[derive(Debug, Clone, Copy)]
pub struct KeyNews<'l> {
    /// Its id.
    pub kid: &'l str,
    /// Its algorithm.
    pub alg: &'l str,
    /// Since when that is so.
    pub at: Timestamp,
    /// Of a lost key, until when sites that keep to what they are told may have it in their copy of the key set; of one
    /// that is kept for a site, until when it is.
    pub until: Timestamp,
}

/// The mail addresses among the contacts of a client (RFC 7591 §2), each once. A contact may be anything.
pub fn addresses(client: &Client) -> BTreeSet<String> {
    let contacts = client.metadata.contacts.iter();
    let mails = contacts.filter_map(|contact| Email::parse(contact.strip_prefix("mailto:").unwrap_or(contact)).ok());
    mails.map(|mail| mail.as_str().to_owned()).take(MOST).collect()
}

/// Writes to the contacts of every client that somebody else has a key, within the caller's transaction. To all of them,
/// whatever their algorithm is: a library may take any key of the set for any token.
///
/// # Errors
/// See [`DbError`].
pub async fn tell_of_loss(tx: &mut Tx, outbox: &Outbox, news: KeyNews<'_>) -> Result<(), DbError> {
    for client in clients::store::all(tx).await? {
        tell(tx, outbox, &client, (KeyMatter::Lost, news)).await?;
    }
    Ok(())
}

/// Writes to the contacts of a client what became of a key that it stays with, within the caller's transaction.
///
/// # Errors
/// See [`DbError`].
pub async fn tell_one(
    tx: &mut Tx,
    outbox: &Outbox,
    client: &str,
    about: (KeyMatter, KeyNews<'_>),
) -> Result<(), DbError> {
    let Some(id) = ClientId::parse(client) else { return Ok(()) };
    match clients::store::find(tx, &id).await? {
        Some(client) => tell(tx, outbox, &client, about).await,
        None => Ok(()),
    }
}

async fn tell(
    tx: &mut Tx,
    outbox: &Outbox,
    client: &Client,
    (matter, news): (KeyMatter, KeyNews<'_>),
) -> Result<(), DbError> {
    let KeyNews { kid, alg, at, until } = news;
    let site = SiteName { zh: &client.name.zh, en: &client.name.en, id: client.id.as_str() };
    for to in addresses(client) {
        outbox.key_mail(tx, &to, &KeyLetter { matter, site, kid, alg, at, until }).await?;
    }
    Ok(())
}
