//! What stands in a picture or in a message, and how forgivingly an answer is read.

use std::borrow::Cow;

use shared::entropy::{self, Entropy};
use shared::secret::constant_time_eq;

use crate::accounts::model::compact;

/// Characters in a picture.
pub(super) const LENGTH: usize = 5;

/// Digits of a code that is sent.
pub(super) const DIGITS: usize = 6;

/// Characters that no one takes for another: without 0 O Q, 1 I, 2 Z, 5 S, 8 B, G, U V.
pub(super) const ALPHABET: &[u8] = b"ACDEFHJKLMNPRTWXY34679";

/// The longest answer that is looked at.
const LONGEST: usize = 64;

/// The characters of a picture or a code, or those that were typed: as capitals.
#[derive(Clone)]
pub(in crate::accounts) struct Answer(Vec<u8>);

impl Answer {
    /// Characters for a new picture, each as likely as the other.
    pub(super) fn random(entropy: &dyn Entropy) -> Self {
        Self::of(ALPHABET, LENGTH, entropy)
    }

    /// A new code to be sent.
    pub(in crate::accounts) fn digits(entropy: &dyn Entropy) -> Self {
        Self::of(b"0123456789", DIGITS, entropy)
    }

    fn of(alphabet: &[u8], length: usize, entropy: &dyn Entropy) -> Self {
        let n = alphabet.len();
        let mut out = Vec::with_capacity(length);
        while out.len() < length {
            let [byte] = entropy::bytes::<1>(entropy);
            // The bytes above the last multiple would favour the first characters.
            if usize::from(byte) < 256 / n * n {
                out.push(alphabet[usize::from(byte) % n]);
            }
        }
        Self(out)
    }

    /// Reads what was typed: capitals or not, as an input method's full-width characters, with spaces. `None` if that
    /// is nothing at all.
    pub(in crate::accounts) fn parse(text: &str) -> Option<Self> {
        let byte = |c: char| u8::try_from(c).map_or(b'?', |byte| byte.to_ascii_uppercase());
        let typed: Vec<u8> = compact(text).chars().take(LONGEST).map(byte).collect();
        (!typed.is_empty()).then_some(Self(typed))
    }

    /// The characters as text.
    pub(in crate::accounts) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// The characters, in ASCII.
    pub(in crate::accounts) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq for Answer {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(&self.0, &other.0)
    }
}

impl Eq for Answer {}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::entropy::SystemEntropy;

    #[test]
    fn an_answer_may_be_small_full_width_or_spaced() {
        let right = Answer::parse("ACD34");
        for typed in ["acd34", "ＡＣＤ３４", "ａｃｄ３４", " a c d 3 4 ", "ACD\u{3000}34"] {
            assert_eq!(Answer::parse(typed), right, "{typed}");
        }
        for typed in ["ACD3", "ACD344", "ACD43", "ＡＣＤ３中"] {
            assert_ne!(Answer::parse(typed), right, "{typed}");
        }
        assert_eq!(Answer::parse(" \u{3000}"), None);
    }

    #[test]
    fn a_picture_has_characters_of_the_alphabet_all_of_which_occur() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..300 {
            let answer = Answer::random(&SystemEntropy::new());
            assert_eq!(answer.bytes().len(), LENGTH);
            seen.extend(answer.bytes().to_vec());
        }
        assert_eq!(seen.len(), ALPHABET.len());
        assert!(seen.iter().all(|c| ALPHABET.contains(c)));
    }
}
