//! Who signed in, as far as the site needs to know.

use shared::clock::Timestamp;
use shared::secret::SecretString;

use crate::profile::Province;

/// What the passport says about the person, after every check.
#[derive(Debug, Clone)]
pub struct Person {
    /// The passport's identifier of the account for this site (`sub`).
    pub subject: String,
    /// The passport's identifier of its session (`sid`), for sign-out from there.
    pub sid: Option<String>,
    /// When the passport said all this: the `iat` of the ID token, to the second.
    pub issued_at: Timestamp,
    /// The account, masked: the site has no use for the address itself.
    pub account: String,
    /// The name, if the person gave one.
    pub name: Option<String>,
    /// The province chosen at sign-in.
    pub province: Option<Province>,
    /// The ID token, kept for signing out (`id_token_hint`).
    pub id_token: SecretString,
}

/// An e-mail address or a mobile number with its middle hidden; the subject's end if there is neither.
#[must_use]
pub fn masked_account(email: Option<&str>, phone: Option<&str>, subject: &str) -> String {
    let by_mail = || email.and_then(masked_email);
    let by_phone = || phone.and_then(masked_phone);
    by_phone().or_else(by_mail).unwrap_or_else(|| {
        let end: Vec<char> = subject.chars().rev().take(4).collect();
        format!("****{}", end.into_iter().rev().collect::<String>())
    })
}

/// `li***@example.com`
fn masked_email(email: &str) -> Option<String> {
    let (local, domain) = email.rsplit_once('@')?;
    let shown: String = local.chars().take(if local.chars().count() > 3 { 2 } else { 1 }).collect();
    Some(format!("{shown}***@{domain}"))
}

/// `138****8000`; other countries keep their code.
fn masked_phone(phone: &str) -> Option<String> {
    let digits: Vec<char> = phone.strip_prefix("+86").unwrap_or(phone).chars().collect();
    if digits.len() < 8 {
        return None;
    }
    let (start, end) = (&digits[..3], &digits[digits.len() - 4..]);
    Some(format!("{}****{}", start.iter().collect::<String>(), end.iter().collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_recognised_by_its_owner_and_by_nobody_else() {
        assert_eq!(masked_account(Some("lilei@example.com"), Some("+8613800138000"), "s"), "138****8000");
        assert_eq!(masked_account(Some("lilei@example.com"), None, "s"), "li***@example.com");
        assert_eq!(masked_account(Some("a@example.com"), None, "s"), "a***@example.com");
        assert_eq!(masked_account(None, None, "0192-abcd"), "****abcd");
    }
}
