//! What stands for the private half of a signing key: the half itself, or the name that a token knows it by. Both lie
//! sealed under the master key and bound to the key's id, so that whoever writes to the database alone cannot have one
//! key's tokens signed by another, and so that what is true of private halves (when they go, for whom they are kept) is
//! true of both.

use std::fmt;

use shared::entropy::{Entropy, bytes};
use shared::secret::SecretBytes;

/// What a name in a token begins with. PKCS #8 begins with 0x30.
const TOKEN: &[u8] = b"pkcs11\0";

/// How many bytes an id has.
const ID: usize = 16;

/// By what a token knows a key: its `CKA_ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ObjectId([u8; ID]);

impl ObjectId {
    /// One that nothing else has.
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self(bytes::<ID>(entropy))
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; ID] {
        &self.0
    }

    /// The one that [`Display`](fmt::Display) writes; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let digits = |i: usize| u8::from_str_radix(text.get(i..i + 2)?, 16).ok();
        let bytes = (0..text.len()).step_by(2).map(digits).collect::<Option<Vec<_>>>()?;
        Self::from_bytes(&bytes)
    }

    /// That of these bytes; none, if they are no id of ours.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The private half of a signing key, or where it is.
pub(in crate::keys) enum Half {
    /// PKCS #8.
    Software(SecretBytes),
    /// In the token.
    InToken(ObjectId),
}

impl Half {
    /// What is sealed for a key in a token.
    pub(in crate::keys) fn in_token(object: ObjectId) -> Vec<u8> {
        [TOKEN, object.as_bytes()].concat()
    }

    /// Reads what was sealed; none, if it is a damaged name.
    pub(in crate::keys) fn read(opened: SecretBytes) -> Option<Self> {
        match opened.expose().strip_prefix(TOKEN) {
            Some(id) => ObjectId::from_bytes(id).map(Self::InToken),
            None => Some(Self::Software(opened)),
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::entropy::SeededEntropy;

    use super::*;

    #[test]
    fn what_is_sealed_is_a_key_or_its_name_in_a_token() {
        let id = ObjectId::random(&SeededEntropy::new(1));
        let read = |bytes: &[u8]| Half::read(SecretBytes::new(bytes));
        assert!(matches!(read(&Half::in_token(id)), Some(Half::InToken(found)) if found == id));
        assert!(matches!(read(&[0x30, 0x82]), Some(Half::Software(_))));
        assert!(read(b"pkcs11\0short").is_none());
        assert_eq!(ObjectId::parse(&id.to_string()), Some(id));
        for wrong in ["", "12", &"zz".repeat(16), &"+1".repeat(16), &"12".repeat(17)] {
            assert_eq!(ObjectId::parse(wrong), None, "{wrong}");
        }
    }
}
