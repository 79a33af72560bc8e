//! What is typed into the one account field of the sign-in page.

use super::{Email, Mobile, half_width};

/// A login name, known or not, in the form in which it is looked up and its failures are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LoginName(String);

impl LoginName {
    /// Reads what was typed: an address, a mobile number, or else a plain name. Only nothing is no name.
    pub fn parse(text: &str) -> Option<Self> {
        let typed = half_width(text);
        if typed.is_empty() {
            return None;
        }
        Some(if let Ok(email) = Email::parse(&typed) {
            Self::email(&email)
        } else if let Ok(mobile) = Mobile::parse(&typed) {
            Self::mobile(&mobile)
        } else {
            Self::plain(&typed)
        })
    }

    /// The name that a mail address is.
    pub fn email(email: &Email) -> Self {
        Self(format!("email:{}", email.folded()))
    }

    /// The name that a mobile number is.
    pub fn mobile(mobile: &Mobile) -> Self {
        Self(format!("mobile:{}", mobile.as_str()))
    }

    /// A name that is neither: only accounts made for measuring have one.
    pub fn plain(name: &str) -> Self {
        // What is longer than any name is the same unknown name.
        Self(format!("login:{}", name.chars().take(254).collect::<String>().to_lowercase()))
    }

    /// The form that is compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_however_it_is_typed() {
        let same = |a: &str, b: &str| assert_eq!(LoginName::parse(a), LoginName::parse(b));
        same("Li@Example.com", " li@example.com");
        same("138 0013 8000", "+8613800138000");
        same("U0", "u0");
        assert_eq!(LoginName::parse(" \u{3000}"), None);
        assert_eq!(LoginName::parse("u0").expect("a name").as_str(), "login:u0");
    }
}
