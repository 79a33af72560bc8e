//! Fields that several forms have: how they are read, and what is to be mended in them.

use shared::secret::SecretString;

use super::model::{Name, NameError, Password};
use crate::web::Flaws;

/// Reads a new password and its repetition; `label` is the key of what the page calls the first of the two.
pub fn read_new_password(
    flaws: &mut Flaws,
    label: &'static str,
    typed: &SecretString,
    again: &SecretString,
) -> Option<Password> {
    let broken = match Password::parse(typed.expose()) {
        Ok(password) if typed == again => return Some(password),
        Ok(_) => Vec::new(),
        Err(broken) => broken,
    };
    if typed.is_empty() {
        flaws.push("password", label, "accounts-password-empty");
    } else if let [rule] = broken[..] {
        flaws.push("password", label, format!("accounts-password-broken-{}", rule.code));
    } else if !broken.is_empty() {
        flaws.push("password", label, "accounts-password-broken-several");
    } else if again.is_empty() {
        flaws.push("password_confirm", "accounts-password-confirm", "accounts-password-confirm-empty");
    } else {
        flaws.push("password_confirm", "accounts-password-confirm", "accounts-password-confirm-differs");
    }
    None
}

/// Reads a name that may be left out. `Err` when something is to be mended in it.
pub fn read_name(flaws: &mut Flaws, typed: &str) -> Result<Option<Name>, ()> {
    match Name::parse(typed) {
        Ok(name) => Ok(Some(name)),
        Err(NameError::Empty) => Ok(None),
        Err(error) => {
            let key = match error {
                NameError::TooLong => "accounts-name-too-long",
                _ => "accounts-name-character",
            };
            flaws.push("name", "accounts-name", key);
            Err(())
        }
    }
}
