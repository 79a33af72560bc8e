//! Passwords that people choose, and the rules they keep to.

use shared::secret::SecretString;

/// The characters of which a password needs at least one.
pub const SPECIAL_CHARACTERS: &str = "!@#$%^&*_-";

const LENGTH: std::ops::RangeInclusive<usize> = 8..=18;

/// One rule: the page lists them all, the server checks them all, from this one table.
#[derive(Debug)]
pub struct PasswordRule {
    /// Names the rule in texts (`accounts-password-rule-…`) and in the page's script.
    pub code: &'static str,
    holds: fn(&str) -> bool,
}

/// Every rule, in the order in which they are listed.
pub const PASSWORD_RULES: [PasswordRule; 3] = [
    PasswordRule { code: "length", holds: |text| LENGTH.contains(&text.chars().count()) },
    PasswordRule {
        code: "letter-digit",
        holds: |text| text.bytes().any(|b| b.is_ascii_alphabetic()) && text.bytes().any(|b| b.is_ascii_digit()),
    },
    PasswordRule { code: "special", holds: |text| text.contains(|c| SPECIAL_CHARACTERS.contains(c)) },
];

impl PasswordRule {
    /// Whether `text` keeps to it.
    pub fn holds(&self, text: &str) -> bool {
        (self.holds)(text)
    }
}

/// A password that keeps to every rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password(SecretString);

impl Password {
    /// Takes what was typed, as it was typed.
    ///
    /// # Errors
    /// The rules that it breaks.
    pub fn parse(text: &str) -> Result<Self, Vec<&'static PasswordRule>> {
        let broken: Vec<_> = PASSWORD_RULES.iter().filter(|rule| !rule.holds(text)).collect();
        if broken.is_empty() { Ok(Self(SecretString::new(text))) } else { Err(broken) }
    }

    /// The password itself, to be hashed.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str) -> Vec<&'static str> {
        Password::parse(text).err().unwrap_or_default().iter().map(|rule| rule.code).collect()
    }

    #[test]
    fn each_broken_rule_is_named() {
        assert_eq!(broken("abc123!"), ["length"]);
        assert_eq!(broken("abc123!890123456789"), ["length"]);
        assert_eq!(broken("12345678!"), ["letter-digit"]);
        assert_eq!(broken("abcdefgh1"), ["special"]);
        assert_eq!(broken("密码"), ["length", "letter-digit", "special"]);
    }

    #[test]
    fn every_special_character_serves_and_others_are_welcome() {
        for special in SPECIAL_CHARACTERS.chars() {
            assert!(broken(&format!("abcdef1{special}")).is_empty());
        }
        assert!(broken("密码abc123!").is_empty());
        assert!(broken("a1! 456789 1234567").is_empty());
    }
}
