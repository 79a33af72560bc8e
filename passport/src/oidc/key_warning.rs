//! Sites are told by mail of a key that somebody else has: what the keys' journal asks for when that happens.

use std::collections::BTreeSet;

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

use crate::accounts::model::Email;
use crate::clients::{self, Client};
use crate::delivery::{LostKey, Outbox, SiteName};

/// So many contacts of a client are written to at most.
const MOST: usize = 5;

/// A key that somebody else has.
#[derive(Debug, Clone, Copy)]
pub struct Lost<'l> {
    /// Its id.
    pub kid: &'l str,
    /// Its algorithm.
    pub alg: &'l str,
    /// Since when we know, and nothing that it signed counts.
    pub at: Timestamp,
    /// Until when sites that keep to what they are told may have it in their copy of the key set.
    pub until: Timestamp,
}

/// The mail addresses among the contacts of a client (RFC 7591 §2), each once. A contact may be anything.
pub fn addresses(client: &Client) -> BTreeSet<String> {
    let contacts = client.metadata.contacts.iter();
    let mails = contacts.filter_map(|contact| Email::parse(contact.strip_prefix("mailto:").unwrap_or(contact)).ok());
    mails.map(|mail| mail.as_str().to_owned()).take(MOST).collect()
}

/// Writes a mail to the contacts of every client, within the caller's transaction. To all of them, whatever their algorithm
/// is: a library may take any key of the set for any token.
///
/// # Errors
/// See [`DbError`].
pub async fn tell(tx: &mut Tx, outbox: &Outbox, lost: Lost<'_>) -> Result<(), DbError> {
    for client in clients::store::all(tx).await? {
        let Lost { kid, alg, at, until } = lost;
        let name = SiteName { zh: &client.name.zh, en: &client.name.en, id: client.id.as_str() };
        for to in addresses(&client) {
            outbox.lost_key_mail(tx, &to, &LostKey { site: name, kid, alg, at, until }).await?;
        }
    }
    Ok(())
}
