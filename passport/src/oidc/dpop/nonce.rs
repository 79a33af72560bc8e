//! Nonces for proofs (RFC 9449 §8): they show that a proof was made just now, and not long ago for today.
//!
//! A nonce is the number of a stretch of time and a keyed hash of it. Every node makes and knows the same ones, and
//! nothing is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::clock::Timestamp;
use shared::secret::constant_time_eq;

use crate::web::{KeyUse, Sealer};

const PURPOSE: KeyUse = KeyUse::DpopNonce;

/// How many seconds one nonce is given out for. It is good for the next stretch too.
const STRETCH: i64 = 120;

const NUMBER: usize = 8;
const TAG: usize = 16;

/// The nonce to use now.
pub fn current(sealer: &dyn Sealer, now: Timestamp) -> String {
    URL_SAFE_NO_PAD.encode(made(sealer, now.seconds().div_euclid(STRETCH)))
}

/// Whether it is one that we gave out for this stretch of time or the one before, or that a node whose clock is a little
/// ahead gave out for the next.
pub(super) fn is_fresh(text: &str, sealer: &dyn Sealer, now: Timestamp) -> bool {
    let raw = if text.len() == (NUMBER + TAG) / 3 * 4 { URL_SAFE_NO_PAD.decode(text).ok() } else { None };
    let Some(raw) = raw else { return false };
    let stretch = now.seconds().div_euclid(STRETCH);
    (stretch - 1..=stretch + 1).any(|number| constant_time_eq(&made(sealer, number), &raw))
}

fn made(sealer: &dyn Sealer, number: i64) -> [u8; NUMBER + TAG] {
    let mut raw = [0; NUMBER + TAG];
    raw[..NUMBER].copy_from_slice(&number.to_be_bytes());
    raw[NUMBER..].copy_from_slice(&sealer.mac(PURPOSE, &number.to_be_bytes())[..TAG]);
    raw
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::seal::testing::PlainSealer;

    #[test]
    fn a_nonce_is_good_for_its_stretch_and_the_next() {
        let at = |seconds: i64| Timestamp::from_seconds(1_200_000 + seconds);
        let nonce = current(&PlainSealer, at(0));
        assert_eq!(current(&PlainSealer, at(119)), nonce);
        assert_ne!(current(&PlainSealer, at(120)), nonce);
        for (seconds, fresh) in [(0, true), (239, true), (240, false), (-1, true), (-121, false)] {
            assert_eq!(is_fresh(&nonce, &PlainSealer, at(seconds)), fresh, "{seconds}");
        }
    }

    #[test]
    fn nobody_else_makes_one() {
        let now = Timestamp::from_seconds(1_200_000);
        let nonce = current(&PlainSealer, now);
        for other in ["", "x", &nonce[1..], &format!("{nonce}A"), &nonce.replace(&nonce[20..22], "__"), &"é".repeat(16)]
        {
            assert!(!is_fresh(other, &PlainSealer, now), "{other}");
        }
    }
}
