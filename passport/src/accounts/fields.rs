//! Fields that several forms have: how they are read, and what is to be mended in them.

use shared::secret::SecretString;

use super::guessable::{Owner, guessable};
use super::model::{Name, NameError, Password, PasswordRule};
use crate::config::PasswordProfile;
use crate::web::Flaws;

/// What a new password is measured by.
pub struct PasswordContext<'a> {
    /// Which passwords may be chosen.
    pub profile: PasswordProfile,
    /// What others know of the person: all that is known by then.
    pub owner: &'a Owner,
    /// The key of what the page calls the first of the two fields.
    pub label: &'static str,
}

/// Reads a new password and its repetition, wherever one is chosen: from the fields `password` and `password_confirm`.
pub fn read_new_password(
    flaws: &mut Flaws,
    context: &PasswordContext<'_>,
    typed: &SecretString,
    again: &SecretString,
) -> Option<Password> {
    if typed.is_empty() {
        flaws.push("password", context.label, "accounts-password-empty");
        return None;
    }
    let password = match Password::parse(context.profile, typed.expose()) {
        Ok(password) => password,
        Err(broken) => {
            push_broken(flaws, context.label, &broken);
            return None;
        }
    };
    if let Some(reason) = guessable(typed.expose(), context.owner) {
        flaws.push("password", context.label, format!("accounts-password-guessable-{}", reason.code()));
        return None;
    }
    if typed != again {
        let key =
            if again.is_empty() { "accounts-password-confirm-empty" } else { "accounts-password-confirm-differs" };
        flaws.push("password_confirm", "accounts-password-confirm", key);
        return None;
    }
    Some(password)
}

fn push_broken(flaws: &mut Flaws, label: &'static str, broken: &[&PasswordRule]) {
    match broken {
        [rule] => flaws.push("password", label, format!("accounts-password-broken-{}", rule.code)),
        _ => flaws.push("password", label, "accounts-password-broken-several"),
    }
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
