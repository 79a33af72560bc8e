//! Proof of work: what a browser does in place of reading a picture.

use shared::secret::sha256;

/// The longest nonce that is hashed; a browser counts up from 0 and stays far below.
const LONGEST: usize = 20;

/// Whether SHA-256 of `challenge`, a colon and `nonce` begins with so many zero bits.
pub(super) fn is_done(challenge: &str, nonce: &str, bits: u8) -> bool {
    nonce.len() <= LONGEST && leading_zeros(&sha256(format!("{challenge}:{nonce}").as_bytes())) >= bits.into()
}

fn leading_zeros(hash: &[u8; 32]) -> u32 {
    let zero_bytes = hash.iter().take_while(|byte| **byte == 0).count();
    let rest = hash.get(zero_bytes).map_or(0, |byte| byte.leading_zeros());
    u32::try_from(8 * zero_bytes).unwrap_or(u32::MAX).saturating_add(rest)
}

#[cfg(test)]
pub(super) fn solve(challenge: &str, bits: u8) -> String {
    (0..u64::MAX).map(|n| n.to_string()).find(|nonce| is_done(challenge, nonce, bits)).expect("a nonce")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_bits_are_counted_across_bytes() {
        let mut hash = [0xff; 32];
        assert_eq!(leading_zeros(&hash), 0);
        hash[..3].copy_from_slice(&[0, 0, 0b0010_0000]);
        assert_eq!(leading_zeros(&hash), 18);
        assert_eq!(leading_zeros(&[0; 32]), 256);
    }

    #[test]
    fn work_done_is_seen_and_work_for_another_challenge_is_not() {
        let nonce = solve("challenge", 10);
        assert!(is_done("challenge", &nonce, 10));
        assert!(!is_done("another", &nonce, 10) || !is_done("a third", &nonce, 10));
        assert!(!is_done("challenge", &format!("{nonce:0>30}"), 0), "an endless nonce is not hashed");
    }
}
