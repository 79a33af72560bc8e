//! The key that a token is bound to: only who proves possession of it may use the token (RFC 7800 §3.1).

use serde::{Deserialize, Serialize};

use crate::keys::received::Thumbprint;

/// The `cnf` of a token: one member, named by how possession is proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmation {
    /// By a DPoP proof with the key of this thumbprint (RFC 9449 §6.1).
    #[serde(rename = "jkt")]
    Dpop(Thumbprint),
    /// By the certificate of this thumbprint in the handshake (RFC 8705 §3.1).
    #[serde(rename = "x5t#S256")]
    Certificate(Thumbprint),
}

impl Confirmation {
    /// The `token_type` of a token that is bound so (RFC 9449 §5). One that is bound to a certificate is sent as a bearer's
    /// is (RFC 8705 §3).
    pub const fn token_type(bound_to: Option<&Self>) -> &'static str {
        match bound_to {
            Some(Self::Dpop(_)) => "DPoP",
            Some(Self::Certificate(_)) | None => "Bearer",
        }
    }

    /// The thumbprint of the key that a DPoP proof must be signed with, if that is how possession is proven.
    pub const fn jkt(&self) -> Option<&Thumbprint> {
        match self {
            Self::Dpop(thumbprint) => Some(thumbprint),
            Self::Certificate(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_the_standard_says_and_read_back() {
        let text = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
        let thumbprint = || Thumbprint::parse(text).expect("a thumbprint");
        for (bound, name) in
            [(Confirmation::Dpop(thumbprint()), "jkt"), (Confirmation::Certificate(thumbprint()), "x5t#S256")]
        {
            let json = serde_json::to_value(&bound).expect("JSON");
            assert_eq!(json, serde_json::json!({ name: text }));
            assert_eq!(serde_json::from_value::<Confirmation>(json).expect("read"), bound);
        }
        assert!(serde_json::from_value::<Confirmation>(serde_json::json!({ "jkt": "x" })).is_err());
    }
}
