//! The number by which a person, a log line and a page of an error speak of the same request.

use std::convert::Infallible;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderValue};

use crate::entropy::{Entropy, SystemEntropy};

/// The id of one request: 16 hexadecimal digits, the first half drawn when the process starts, the second
/// counted. Not a secret. Extract it in a handler, or take it [`of`](Self::of) the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 16]);

impl RequestId {
    /// The next id of this process.
    pub(super) fn next() -> Self {
        static PROCESS: OnceLock<[u8; 8]> = OnceLock::new();
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let process = PROCESS.get_or_init(|| {
            let mut bytes = [0; 4];
            SystemEntropy::new().fill(&mut bytes);
            hex(u32::from_be_bytes(bytes))
        });
        let mut id = [0; 16];
        id[..8].copy_from_slice(process);
        id[8..].copy_from_slice(&hex(COUNT.fetch_add(1, Ordering::Relaxed)));
        Self(id)
    }

    /// The id of the request that has these extensions; zeros when it did not come through the
    /// [`Kit`](super::Kit).
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get::<super::asking::Asking>().map_or(Self([b'0'; 16]), |asking| asking.id)
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        // Always ASCII: only `hex` writes it.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(super) fn header(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).unwrap_or(HeaderValue::from_static("0"))
    }
}

fn hex(number: u32) -> [u8; 8] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [0; 8];
    for (place, digit) in digits.iter_mut().enumerate() {
        *digit = DIGITS[(number >> (28 - 4 * place)) as usize & 15];
    }
    digits
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_share_the_start_of_their_process() {
        let (a, b) = (RequestId::next(), RequestId::next());
        assert_ne!(a, b);
        assert_eq!(a.as_str()[..8], b.as_str()[..8]);
        assert_eq!(a.as_str().len(), 16);
        assert!(a.as_str().bytes().all(|digit| digit.is_ascii_hexdigit()));
    }

    #[test]
    fn digits_stand_in_their_order() {
        assert_eq!(&hex(0x0123_abcd), b"0123abcd");
    }
}
