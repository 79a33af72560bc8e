//! Refresh tokens as types.
//!
//! One carries the id of its grant, which finds the row, and 256 random bits, which prove that one may have it
//! (RFC 6749 §10.10 asks for 128); the database keeps SHA-256 of the whole. It ends in a keyed hash: a token that we
//! never issued is refused without asking the database, and one that we did issue but do not know any more is known
//! to be a reused one.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::entropy::{Entropy, bytes};
use shared::secret::{constant_time_eq, sha256};

use crate::web::{KeyUse, Sealer};

shared::id_type! {
    /// One authorization by one person for one client, and all tokens that come of it.
    pub struct GrantId;
}

impl GrantId {
    fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(shared::uuid::Uuid::from_bytes(bytes))
    }
}

/// A refresh token that was just made: the one moment at which its text is known.
pub struct Minted {
    /// For the client.
    pub text: String,
    /// For the database.
    pub hash: [u8; 32],
}

/// A refresh token that a client presented: where to look, and what to compare.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Presented {
    /// The grant it claims to be of.
    pub grant: GrantId,
    /// What the database must hold.
    pub hash: [u8; 32],
}

impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented").field("grant", &self.grant).finish_non_exhaustive()
    }
}

const ID: usize = 16;
const SECRET: usize = 32;
const TAG: usize = 16;
const PURPOSE: KeyUse = KeyUse::RefreshToken;

/// Makes a refresh token.
pub fn mint_refresh_token(grant: GrantId, entropy: &dyn Entropy, sealer: &dyn Sealer) -> Minted {
    let mut raw = [0; ID + SECRET + TAG];
    raw[..ID].copy_from_slice(grant.as_bytes());
    raw[ID..ID + SECRET].copy_from_slice(&bytes::<SECRET>(entropy));
    let tag = sealer.mac(PURPOSE, &raw[..ID + SECRET]);
    raw[ID + SECRET..].copy_from_slice(&tag[..TAG]);
    Minted { text: URL_SAFE_NO_PAD.encode(raw), hash: sha256(&raw) }
}

/// Reads a presented refresh token; `None` for anything that we did not issue.
pub fn read_refresh_token(text: &str, sealer: &dyn Sealer) -> Option<Presented> {
    let raw: [u8; ID + SECRET + TAG] = decode(text)?;
    let tag = sealer.mac(PURPOSE, &raw[..ID + SECRET]);
    let genuine = constant_time_eq(&tag[..TAG], &raw[ID + SECRET..]);
    if genuine { Some(Presented { grant: grant_of(&raw)?, hash: sha256(&raw) }) } else { None }
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    // Checked first, so that a huge value is not decoded at all.
    if text.len() != (N * 8).div_ceil(6) {
        return None;
    }
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

fn grant_of(raw: &[u8]) -> Option<GrantId> {
    raw.first_chunk::<ID>().map(|id| GrantId::from_bytes(*id))
}

#[cfg(test)]
mod tests {
    use shared::clock::Timestamp;
    use shared::entropy::SeededEntropy;

    use super::*;
    use crate::web::seal::testing::PlainSealer;

    fn grant(entropy: &SeededEntropy) -> GrantId {
        GrantId::new(Timestamp::from_seconds(1_000), entropy)
    }

    #[test]
    fn what_was_minted_is_read() {
        let entropy = SeededEntropy::new(1);
        let grant = grant(&entropy);
        let token = mint_refresh_token(grant, &entropy, &PlainSealer);
        assert_eq!(read_refresh_token(&token.text, &PlainSealer), Some(Presented { grant, hash: token.hash }));
    }

    #[test]
    fn a_refresh_token_that_was_not_issued_is_not_looked_up() {
        let entropy = SeededEntropy::new(3);
        let token = mint_refresh_token(grant(&entropy), &entropy, &PlainSealer);
        let mut forged = token.text.into_bytes();
        forged[30] = if forged[30] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).expect("ASCII");
        assert_eq!(read_refresh_token(&forged, &PlainSealer), None);
    }

    #[test]
    fn anything_else_is_none() {
        for text in ["", "x", &"A".repeat(63), &"é".repeat(32), &"=".repeat(64), &"A".repeat(100_000)] {
            assert_eq!(read_refresh_token(text, &PlainSealer), None);
        }
    }
}
