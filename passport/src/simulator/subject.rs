//! How candidates are named to clients, and who is meant by what comes back.

use super::Simulator;
use crate::accounts::model::AccountId;
use crate::clients::Client;
use crate::keys::verify::{Expiry, verify_by};
use crate::oidc::id_token::{self, Hint};
use crate::oidc::subject;

impl Simulator {
    /// The subject of that account for that client.
    pub(super) fn subject(&self, client: &Client, account: AccountId) -> String {
        match &client.sector {
            None => account.to_string(),
            Some(sector) => subject::pairwise(sector, account, |data| self.0.sealer.mac(subject::PURPOSE, data)),
        }
    }

    /// An ID token of ours that a client hands back, expired or not.
    pub(super) async fn hint(&self, text: &str) -> Option<Hint> {
        let ring = self.ring().await.ok()?;
        let kid = jsonwebtoken::decode_header(text).ok()?.kid?;
        let verifier = ring.verifier(&kid)?;
        let hint: Hint = verify_by(text, (id_token::TYPE, Expiry::Ignored), |_| Some(&verifier)).ok()?;
        Some(hint).filter(|hint| hint.is_of(&self.0.issuer))
    }
}
