//! What a site has just got, and nobody can read again: it waits in the browser, sealed, for the page that shows it.

use serde::{Deserialize, Serialize};
use shared::secret::SecretString;

/// A secret on its way from where it was made to the page of its site.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(in crate::portal) struct Credentials {
    secret: Option<String>,
}

impl Credentials {
    /// Those that were just made.
    pub(super) fn of(secret: Option<&SecretString>) -> Self {
        Self { secret: secret.map(|secret| secret.expose().to_owned()) }
    }

    /// The secret, if there is one.
    pub(in crate::portal) fn secret(self) -> Option<String> {
        self.secret
    }
}
