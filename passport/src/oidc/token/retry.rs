//! The answer to a refresh, kept for a client that did not receive it.
//!
//! It is sealed under a key that only the spent token yields: whoever reads the database cannot open it, and whoever
//! presents the token has been given it already.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use shared::entropy::{Entropy, bytes};
use shared::secret::hmac_sha256;

/// Seals `answer` for whoever presents `token`. Empty if the library fails: then there is nothing to retry.
pub(crate) fn seal(token: &str, answer: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
    let nonce = bytes::<NONCE_LEN>(entropy);
    let Some(key) = key(token) else { return Vec::new() };
    let mut sealed = answer.to_vec();
    match key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed) {
        Ok(()) => [nonce.as_slice(), &sealed].concat(),
        Err(_) => Vec::new(),
    }
}

/// Opens what [`seal`] sealed for `token`.
pub(crate) fn open(token: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>()?;
    let mut body = body.to_vec();
    let opened = key(token)?.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut body).ok()?;
    Some(opened.to_vec())
}

fn key(token: &str) -> Option<LessSafeKey> {
    let key = hmac_sha256(token.as_bytes(), b"refresh answer");
    UnboundKey::new(&AES_256_GCM, &key).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use shared::entropy::SeededEntropy;

    use super::*;

    #[test]
    fn only_the_spent_token_opens_the_answer() {
        let sealed = seal("token", b"answer", &SeededEntropy::new(1));
        assert_eq!(open("token", &sealed).as_deref(), Some(b"answer".as_slice()));
        assert_eq!(open("other", &sealed), None);
        assert_eq!(open("token", &sealed[..sealed.len() - 1]), None);
        assert_eq!(open("token", b""), None);
    }
}
