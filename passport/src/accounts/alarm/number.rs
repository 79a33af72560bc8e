//! The number of a case.

use std::fmt;

use shared::entropy::{Entropy, bytes};

/// How many digits it has, the last of which checks the others.
const DIGITS: usize = 9;

/// The number of a case: nine digits, since letters are mistaken for each other on the telephone. It opens nothing, so it
/// may be read aloud; it says how many cases there are to nobody; a digit that was misheard is noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseNumber(String);

impl CaseNumber {
    /// A number drawn at random, which may be in use already.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let drawn = u64::from_be_bytes(bytes::<8>(entropy)) % 100_000_000;
        let mut digits = format!("{drawn:08}");
        digits.push(char::from(b'0' + check(digits.as_bytes())));
        Self(digits)
    }

    /// What somebody typed, with or without what stands between the groups.
    pub fn parse(typed: &str) -> Option<Self> {
        let digits: String = typed.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let all = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        (all && check(digits.as_bytes()) == 0).then_some(Self(digits))
    }

    /// As it is stored: the digits alone.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// In groups of three, as people read it aloud.
impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, rest) = self.0.split_at(3);
        let (second, third) = rest.split_at(3);
        write!(f, "{first}-{second}-{third}")
    }
}

/// The check digit of Damm: every wrong digit is found, and every two that changed places. Of digits with their check
/// digit it is 0.
fn check(digits: &[u8]) -> u8 {
    const NEXT: [[u8; 10]; 10] = [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
        [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
        [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
        [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
        [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
        [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
        [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
        [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
        [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ];
    digits.iter().fold(0, |at, digit| NEXT[usize::from(at % 10)][usize::from((digit - b'0') % 10)])
}

#[cfg(test)]
mod tests {
    use shared::entropy::SeededEntropy;

    use super::*;

    #[test]
    fn a_number_is_read_however_it_was_written_down() {
        let entropy = SeededEntropy::new(7);
        for _ in 0..200 {
            let number = CaseNumber::draw(&entropy);
            let shown = number.to_string();
            assert_eq!((shown.len(), shown.matches('-').count()), (11, 2), "{shown}");
            for typed in [shown.clone(), shown.replace('-', " "), shown.replace('-', "")] {
                assert_eq!(CaseNumber::parse(&typed), Some(number.clone()), "{typed}");
            }
        }
    }

    #[test]
    fn a_digit_that_was_misheard_and_two_that_changed_places_are_noticed() {
        let number = CaseNumber::draw(&SeededEntropy::new(1));
        let digits = number.as_str().as_bytes();
        for at in 0..DIGITS {
            for other in b'0'..=b'9' {
                let mut misheard = digits.to_vec();
                misheard[at] = other;
                let typed = String::from_utf8(misheard).expect("digits");
                assert_eq!(CaseNumber::parse(&typed).is_some(), other == digits[at], "{typed}");
            }
            if at + 1 < DIGITS && digits[at] != digits[at + 1] {
                let mut swapped = digits.to_vec();
                swapped.swap(at, at + 1);
                assert_eq!(CaseNumber::parse(&String::from_utf8(swapped).expect("digits")), None);
            }
        }
        for none in ["", "12345678", "1234567890", "12345678x", "１２３４５６７８９"] {
            assert_eq!(CaseNumber::parse(none), None, "{none}");
        }
    }
}
