//! What an account is made of. Every type here can only hold what its rules allow.

mod account;
mod contact;
mod details;
mod email;
mod id_document;
mod login_name;
mod mobile;
mod name;
mod password;
mod province;

pub use self::account::{Account, AccountClaims, AccountId, Identity};
pub use self::contact::{Contact, ContactKind};
pub use self::details::{Address, DetailError, Details};
pub use self::email::{Email, EmailError};
pub use self::id_document::{IdDocument, IdDocumentError, IdType};
pub use self::login_name::LoginName;
pub use self::mobile::{Mobile, MobileError};
pub use self::name::{Name, NameError};
pub use self::password::{Password, PasswordRule, canonical_password};
pub use self::province::Province;

/// Text as a person may paste it: surrounding white space dropped, full-width forms (U+FF01–U+FF5E and the
/// ideographic space) made the ASCII characters that they stand for.
pub(crate) fn half_width(text: &str) -> String {
    let half = |c: char| match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        other => other,
    };
    text.trim().chars().map(half).collect()
}

/// [`half_width`] without what people put between the groups of a number.
pub(crate) fn compact(text: &str) -> String {
    half_width(text)
        .chars()
        .filter(|c| {
            !c.is_whitespace() && !matches!(c, '-' | '‐' | '‑' | '–' | '—' | '(' | ')' | '.' | '\u{200B}'..='\u{200F}')
        })
        .collect()
}
