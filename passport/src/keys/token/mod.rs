//! Signing keys whose private half never leaves a token (an HSM): what the passport asks of one, and how such a key is
//! named where the private half of another lies.
//!
//! What stands behind the trait is [`pkcs11`] where the passport runs, and a stand-in in tests of the rules.

mod calls;
mod error;
mod half;
pub mod pkcs11;
#[cfg(test)]
pub(super) mod stand_in;
pub(super) mod tidy;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use shared::secret::SecretBytes;

use super::alg::Alg;

pub use self::calls::Calls;
pub use self::error::TokenError;
pub(super) use self::half::Half;
pub use self::half::ObjectId;

/// A key pair that a token has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its public half, encoded as [`PublicKey`](super::signing_key::PublicKey) wants it.
    pub public: Vec<u8>,
    /// The serial number of the token that holds the private half.
    pub serial: String,
}

/// Something that holds private keys, signs by them and never hands them out.
pub trait KeyHolder: Send + Sync {
    /// Whether it can make keys of that algorithm and sign by them.
    fn offers(&self, alg: Alg) -> BoxFuture<'_, Result<bool, TokenError>>;

    /// Makes a key pair under that id.
    fn generate(&self, alg: Alg, object: ObjectId) -> BoxFuture<'_, Result<Made, TokenError>>;

    /// The signature of a message, as a JWS wants it (RFC 7518 §3), by the key of that id.
    fn sign(&self, alg: Alg, object: ObjectId, message: Vec<u8>) -> BoxFuture<'_, Result<Vec<u8>, TokenError>>;

    /// Leaves nothing of the key of that id; that there is none is as good.
    fn destroy(&self, object: ObjectId) -> BoxFuture<'_, Result<(), TokenError>>;
}

/// Something that holds master keys. What it is asked for stands between a node and its own keys, so it is asked by a
/// thread that may wait: see [`MasterKey`](super::MasterKey).
pub trait MasterHolder: Send + Sync {
    /// Makes a master key under that id.
    ///
    /// # Errors
    /// See [`TokenError`].
    fn make_master(&self, object: ObjectId) -> Result<(), TokenError>;

    /// Seals by the key of that id with AES-256-GCM: ciphertext and tag.
    ///
    /// # Errors
    /// See [`TokenError`].
    fn seal(&self, object: ObjectId, nonce: [u8; NONCE], bound: Bound<'_>) -> Result<Vec<u8>, TokenError>;

    /// Opens ciphertext and tag; none, unless every byte is as it was sealed.
    ///
    /// # Errors
    /// See [`TokenError`].
    fn open(&self, object: ObjectId, nonce: [u8; NONCE], bound: Bound<'_>) -> Result<Option<SecretBytes>, TokenError>;
}

/// How many bytes a nonce has.
pub const NONCE: usize = 12;

/// A text, or what is sealed of it, and what it is bound to.
#[derive(Clone, Copy)]
pub struct Bound<'b> {
    /// The text or what is sealed.
    pub text: &'b [u8],
    /// What it is bound to.
    pub to: &'b [u8],
}

/// A token, and the algorithms whose new keys are made in it.
#[derive(Clone)]
pub struct TokenKeys {
    /// The token.
    pub holder: Arc<dyn KeyHolder>,
    /// The algorithms.
    pub algs: Vec<Alg>,
    /// What it was asked for.
    pub calls: Calls,
}

impl TokenKeys {
    /// Whether a new key of that algorithm is made in the token. EdDSA, which few tokens have, is made in software where
    /// the token does not offer it.
    ///
    /// # Errors
    /// The token cannot be asked, or lacks another algorithm that it is wanted for.
    pub async fn takes(&self, alg: Alg) -> Result<bool, TokenError> {
        if !self.algs.contains(&alg) {
            return Ok(false);
        }
        match self.holder.offers(alg).await? {
            true => Ok(true),
            false if alg == Alg::EdDsa => Ok(false),
            false => Err(TokenError::NotOffered(alg)),
        }
    }
}
