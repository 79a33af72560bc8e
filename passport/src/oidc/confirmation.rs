//! The key that a token is bound to: only who proves possession of it may use the token (RFC 7800 §3.1).

use serde::{Deserialize, Serialize};

use crate::keys::received::Thumbprint;

/// The `cnf` of a token: one member, named by how possession is proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmation {
    /// By a DPoP proof with the key of this thumbprint (RFC 9449 §6.1).
    #[serde(rename = "jkt")]
    Dpop(Thumbprint),
}

impl Confirmation {
    /// The `token_type` of a token that is bound so (RFC 9449 §5); a token that is bound to nothing is a bearer's.
    pub const fn token_type(bound_to: Option<&Self>) -> &'static str {
        match bound_to {
            Some(Self::Dpop(_)) => "DPoP",
            None => "Bearer",
        }
    }

    /// The thumbprint of the key that a DPoP proof must be signed with.
    pub const fn jkt(&self) -> &Thumbprint {
        match self {
            Self::Dpop(thumbprint) => thumbprint,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_the_standard_says_and_read_back() {
        let text = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
        let bound = Confirmation::Dpop(Thumbprint::parse(text).expect("a thumbprint"));
        let json = serde_json::to_value(&bound).expect("JSON");
        assert_eq!(json, serde_json::json!({ "jkt": text }));
        assert_eq!(serde_json::from_value::<Confirmation>(json).expect("read"), bound);
        assert!(serde_json::from_value::<Confirmation>(serde_json::json!({ "jkt": "x" })).is_err());
    }
}
