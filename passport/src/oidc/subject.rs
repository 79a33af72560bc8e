//! How a person is named to a client (OIDC Core §8).
//!
//! A public subject is the account's id. A pairwise one is a keyed hash of it and of the client's sector, so that two
//! sites of different sectors cannot find out that they know the same person. Neither is ever given to anybody else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Oidc;
use crate::accounts::model::AccountId;
use crate::clients::Client;
use crate::keys::Keys;
use crate::web::KeyUse;

pub(crate) const PURPOSE: KeyUse = KeyUse::PairwiseSubject;

/// The names of people for one client.
#[derive(Clone)]
pub enum Subjects {
    /// The same for every client.
    Public,
    /// Different for each sector.
    Pairwise {
        /// What makes the hash.
        keys: Keys,
        /// The host that the client's redirect URIs share, or that speaks for them.
        sector: String,
    },
}

impl Subjects {
    /// Those for this client.
    pub fn of(oidc: &Oidc, client: &Client) -> Self {
        Self::by(&oidc.0.keys, client)
    }

    /// The same where there is no provider yet.
    pub fn by(keys: &Keys, client: &Client) -> Self {
        match &client.sector {
            None => Self::Public,
            Some(sector) => Self::Pairwise { keys: keys.clone(), sector: sector.clone() },
        }
    }

    /// The subject of this account.
    pub fn name(&self, account: AccountId) -> String {
        match self {
            Self::Public => account.to_string(),
            Self::Pairwise { keys, sector } => pairwise(sector, account, |data| keys.mac(PURPOSE.as_str(), data)),
        }
    }

    /// Whether an ID token or a client means this account by that subject. No other name of the person counts: the client
    /// could find out that somebody whom it knows by one is whom another client knows by the other.
    pub fn means(&self, subject: &str, account: AccountId) -> bool {
        subject == self.name(account)
    }
}

/// The subject of an account within a sector, by that keyed hash.
pub(crate) fn pairwise(sector: &str, account: AccountId, mac: impl FnOnce(&[u8]) -> [u8; 32]) -> String {
    // A host holds no zero byte: no two pairs read the same.
    URL_SAFE_NO_PAD.encode(mac(format!("{sector}\0{account}").as_bytes()))
}
