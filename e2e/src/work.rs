//! The captcha's alternative without a picture: a proof of work, done honestly.

use aws_lc_rs::digest::{SHA256, digest};

/// The smallest number whose SHA-256 with the challenge, as `challenge:number`, begins with `bits` zero bits.
#[must_use]
pub fn solve(challenge: &str, bits: u32) -> u64 {
    (0..u64::MAX)
        .find(|nonce| leading_zero_bits(digest(&SHA256, format!("{challenge}:{nonce}").as_bytes()).as_ref()) >= bits)
        .unwrap_or(u64::MAX)
}

fn leading_zero_bits(bytes: &[u8]) -> u32 {
    let mut bits = 0;
    for byte in bytes {
        bits += byte.leading_zeros();
        if *byte != 0 {
            break;
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_has_the_zero_bits_asked_for() {
        let nonce = solve("challenge", 8);
        assert_eq!(digest(&SHA256, format!("challenge:{nonce}").as_bytes()).as_ref()[0], 0);
        assert_eq!(leading_zero_bits(&[0, 0b0001_0000, 0]), 11);
    }
}
