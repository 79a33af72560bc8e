//! The public keys of clients, for what they sign.

use std::sync::Arc;

use super::failure::Failure;
use crate::clients::{Client, ClientKeys};
use crate::keys::received::KeySet;

/// The keys that this client signs with; none for a client that registered none.
///
/// # Errors
/// The keys stand at an address of the client and could not be had.
pub async fn of(client: &Client) -> Result<Arc<KeySet>, Failure> {
    match &client.keys {
        ClientKeys::Registered(keys) => Ok(Arc::clone(keys)),
        ClientKeys::At(_) | ClientKeys::None => Ok(Arc::default()),
    }
}
