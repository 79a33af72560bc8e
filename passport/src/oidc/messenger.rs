//! What messages have in common that are signed for one client: it is found, the person is named to it, and its token
//! is signed with a key that it knows.
//!
//! Whatever goes wrong with that may be mended while the message waits.

use std::fmt::Display;
use std::sync::Arc;

use serde::Serialize;

use super::Oidc;
use super::subject::Subjects;
use crate::clients::Client;
use crate::delivery::SendError;
use crate::egress::Egress;

/// Signs for clients, and reaches them.
pub(super) struct Messenger {
    pub(super) oidc: Oidc,
    pub(super) egress: Egress,
}

/// It may go well later.
pub(super) fn later(error: impl Display) -> SendError {
    SendError::Temporary(error.to_string())
}

impl Messenger {
    /// Tokens of that provider, handed over by calls that egress lets through.
    pub(super) fn new(oidc: Oidc, egress: Egress) -> Self {
        Self { oidc, egress }
    }

    /// What is told in `iss`.
    pub(super) fn issuer(&self) -> &str {
        &self.oidc.0.issuer
    }

    /// The client of that id; `None`: it is gone, and wants to know nothing.
    pub(super) async fn client(&self, id: &str) -> Result<Option<Arc<Client>>, SendError> {
        self.oidc.0.clients.find(id).await.map_err(later)
    }

    /// The name by which a client knows an account.
    pub(super) fn subject(&self, client: &Client, account: &str) -> String {
        match account.parse() {
            Ok(account) => Subjects::of(&self.oidc, client).name(account),
            Err(_) => account.to_owned(),
        }
    }

    /// A token of that `typ`, in the algorithm of the client's ID tokens.
    pub(super) async fn sign(
        &self,
        client: &Client,
        typ: &str,
        claims: &(impl Serialize + Sync),
    ) -> Result<String, SendError> {
        let keys = &self.oidc.0.keys;
        keys.sign_for(client.id.as_str(), client.id_token_alg, typ, claims).await.map_err(later)
    }
}
