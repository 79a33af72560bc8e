//! Recovery codes: ten of 120 random bits, each good for one sign-in in place of the second step.

mod operation;
pub mod page;
pub mod store;

use shared::entropy::{Entropy, bytes};
use shared::secret::sha256;

pub use self::operation::check;

/// How many a set has.
pub const COUNT: usize = 10;

/// Crockford's digits: none is taken for another in print.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Digits of a code, of five bits each.
const LENGTH: usize = 24;

/// A code, as its digits without anything between them.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

impl RecoveryCode {
    /// A fresh one.
    pub fn new(entropy: &dyn Entropy) -> Self {
        // Each digit takes the low five bits of a byte of its own: all are equally likely.
        let random: [u8; LENGTH] = bytes(entropy);
        Self(random.map(|byte| char::from(DIGITS[usize::from(byte & 31)])).iter().collect())
    }

    /// Reads what was typed: in any case, with or without hyphens and spaces, and with the letters that are taken for
    /// digits. `None` for what cannot be a code.
    pub fn parse(typed: &str) -> Option<Self> {
        let digit = |c: char| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        };
        let digits: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(digit).collect();
        let good = digits.len() == LENGTH && digits.bytes().all(|byte| DIGITS.contains(&byte));
        good.then_some(Self(digits))
    }

    /// As it is stored: so many random bits need neither salt nor a slow hash.
    pub fn hash(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }

    /// As it is shown: four groups of six.
    pub fn shown(&self) -> String {
        self.0.as_bytes().chunks(6).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
    }
}

#[cfg(test)]
mod tests {
    use shared::entropy::SeededEntropy;

    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_copied() {
        let code = RecoveryCode::new(&SeededEntropy::new(7));
        let shown = code.shown();
        assert_eq!(shown.len(), LENGTH + 3);
        let sloppy = shown.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        for typed in [shown.clone(), shown.replace('-', ""), sloppy, format!("  {shown}\n")] {
            assert!(RecoveryCode::parse(&typed).is_some_and(|read| read == code), "{typed}");
        }
        for typed in ["", "123456", &shown[1..], &format!("{shown}0"), &shown.replace('-', "é")] {
            assert!(RecoveryCode::parse(typed).is_none(), "{typed}");
        }
    }

    #[test]
    fn no_two_codes_of_a_set_are_the_same() {
        let entropy = SeededEntropy::new(7);
        let codes: std::collections::BTreeSet<_> = (0..COUNT).map(|_| RecoveryCode::new(&entropy).hash()).collect();
        assert_eq!(codes.len(), COUNT);
    }
}
