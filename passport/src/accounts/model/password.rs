//! Passwords that people choose, and the rules they keep to.

use shared::secret::SecretString;
use unicode_normalization::UnicodeNormalization as _;

use crate::config::PasswordProfile;

/// The characters of which a password of the profile `seed` needs at least one.
const SPECIAL_CHARACTERS: &str = "!@#$%^&*_-";

/// One rule: the page lists them all, the server checks them all, from one table for each profile.
#[derive(Debug)]
pub struct PasswordRule {
    /// Names the rule in texts (`accounts-password-rule-…`, `accounts-password-broken-…`).
    pub code: &'static str,
    /// The same rule for the page's script.
    pub check: &'static str,
    holds: fn(&str) -> bool,
}

/// Of the profile `seed`, in the order in which they are listed.
static SEED: [PasswordRule; 3] = [
    PasswordRule { code: "length", check: "length:8:18", holds: |text| (8..=18).contains(&text.chars().count()) },
    PasswordRule {
        code: "letter-digit",
        check: "letter-digit",
        holds: |text| text.bytes().any(|b| b.is_ascii_alphabetic()) && text.bytes().any(|b| b.is_ascii_digit()),
    },
    PasswordRule {
        code: "special",
        check: "one-of:!@#$%^&*_-",
        holds: |text| text.contains(|c| SPECIAL_CHARACTERS.contains(c)),
    },
];

/// Of the profile `modern`: length alone makes a password hard to guess (OWASP ASVS 5.0 6.2.5, 6.2.9).
static MODERN: [PasswordRule; 1] = [PasswordRule {
    code: "length-modern",
    check: "length:15:128",
    holds: |text| (15..=128).contains(&text.nfc().count()),
}];

impl PasswordRule {
    /// Every rule of a profile.
    pub fn of(profile: PasswordProfile) -> &'static [Self] {
        match profile {
            PasswordProfile::Seed => &SEED,
            PasswordProfile::Modern => &MODERN,
        }
    }

    /// Whether `text` keeps to it.
    pub fn holds(&self, text: &str) -> bool {
        (self.holds)(text)
    }
}

/// A password that keeps to every rule of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password(SecretString);

impl Password {
    /// Takes what was typed, as it was typed.
    ///
    /// # Errors
    /// The rules that it breaks.
    pub fn parse(profile: PasswordProfile, text: &str) -> Result<Self, Vec<&'static PasswordRule>> {
        let broken: Vec<_> = PasswordRule::of(profile).iter().filter(|rule| !rule.holds(text)).collect();
        if broken.is_empty() { Ok(Self(SecretString::new(text))) } else { Err(broken) }
    }

    /// The password itself, to be hashed.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

/// The one spelling of a password that is hashed, whatever keyboard it was typed on (RFC 8265 §4.2.2): each white space a
/// space, and characters of several parts put together (NFC).
pub fn canonical_password(typed: &SecretString) -> SecretString {
    let typed = typed.expose();
    // Room for the longest outcome: NFC makes of a character three at most, of four bytes each.
    let mut text = String::with_capacity(typed.len() * 6);
    text.extend(typed.chars().map(|c| if c.is_whitespace() && !c.is_control() { ' ' } else { c }).nfc());
    SecretString::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use PasswordProfile::{Modern, Seed};

    fn broken(profile: PasswordProfile, text: &str) -> Vec<&'static str> {
        Password::parse(profile, text).err().unwrap_or_default().iter().map(|rule| rule.code).collect()
    }

    #[test]
    fn each_broken_rule_is_named() {
        assert_eq!(broken(Seed, "abc123!"), ["length"]);
        assert_eq!(broken(Seed, "abc123!890123456789"), ["length"]);
        assert_eq!(broken(Seed, "12345678!"), ["letter-digit"]);
        assert_eq!(broken(Seed, "abcdefgh1"), ["special"]);
        assert_eq!(broken(Seed, "密码"), ["length", "letter-digit", "special"]);
    }

    #[test]
    fn every_special_character_serves_and_others_are_welcome() {
        for special in SPECIAL_CHARACTERS.chars() {
            assert!(broken(Seed, &format!("abcdef1{special}")).is_empty());
        }
        assert!(broken(Seed, "密码abc123!").is_empty());
        assert!(broken(Seed, "a1! 456789 1234567").is_empty());
    }

    #[test]
    fn the_modern_profile_asks_for_length_alone_and_counts_what_a_reader_counts() {
        assert_eq!(broken(Modern, &"é".repeat(14)), ["length-modern"]);
        assert_eq!(broken(Modern, &"e\u{301}".repeat(14)), ["length-modern"], "a letter and its accent are one");
        for text in
            ["correct horse battery", "山高月小水落石出曾日月之几何而", &"é".repeat(128), &"e\u{301}".repeat(128)]
        {
            assert!(broken(Modern, text).is_empty(), "{text}");
        }
        assert_eq!(broken(Modern, &"x".repeat(129)), ["length-modern"]);
    }

    #[test]
    fn a_password_is_the_same_from_every_keyboard() {
        let canonical = |text: &str| canonical_password(&SecretString::new(text));
        assert_eq!(canonical("cafe\u{301}\u{3000}1"), canonical("café 1"));
        assert_ne!(canonical("Café 1"), canonical("café 1"));
    }
}
