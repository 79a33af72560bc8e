//! The signature algorithms of the passport.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

/// A JWS algorithm (RFC 7518 §3.1, RFC 8037 §3.1) that the passport signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Alg {
    /// ECDSA on P-256 with SHA-256: for our own sites, about 15 times cheaper to make.
    ES256,
    /// Ed25519 (RFC 8037 §3.1).
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// RSA-PSS with SHA-256: what the FAPI 2.0 Security Profile §5.4 lets RSA keys do.
    PS256,
    /// RSA PKCS #1 v1.5 with SHA-256: what a client gets that names none (OIDC Registration §2).
    RS256,
}

impl Alg {
    /// Every algorithm, the preferred one first.
    pub const ALL: [Self; 4] = [Self::ES256, Self::EdDsa, Self::PS256, Self::RS256];

    /// The name in a JOSE header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ES256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::PS256 => "PS256",
            Self::RS256 => "RS256",
        }
    }

    /// The left half of the hash that belongs to this algorithm, as `at_hash` and `c_hash` want it
    /// (OIDC Core §3.1.3.6). Ed25519 hashes with SHA-512.
    pub fn left_half_of_hash(self, data: &[u8]) -> Vec<u8> {
        let algorithm = if self == Self::EdDsa { &digest::SHA512 } else { &digest::SHA256 };
        let hash = digest::digest(algorithm, data);
        let (left, _) = hash.as_ref().split_at(algorithm.output_len() / 2);
        left.to_vec()
    }
}

impl fmt::Display for Alg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name is of no algorithm that the passport signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the algorithm is none of ES256, EdDSA, PS256 and RS256")]
pub struct UnknownAlg;

impl FromStr for Alg {
    type Err = UnknownAlg;

    fn from_str(text: &str) -> Result<Self, UnknownAlg> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == text).ok_or(UnknownAlg)
    }
}
