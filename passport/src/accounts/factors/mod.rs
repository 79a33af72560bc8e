//! What protects an account beside its password: passkeys, an authenticator app, recovery codes.
//!
//! As soon as there is a passkey or an app, the password alone signs nobody in ([`super::login::machine`]). Whatever is
//! changed here is changed by somebody who signed in within [`step_up::FRESH`] with the best that the account has, and
//! every proven contact hears of it.

pub mod authenticator;
mod change;
mod code;
pub mod needed;
pub mod page;
pub mod passkeys;
pub mod recovery_codes;
pub mod sms;
pub mod step_up;
pub mod store;
mod tries;

use futures_util::FutureExt as _;

use super::assurance::Acr;
use super::model::AccountId;
use super::{Accounts, Trouble};

pub use self::change::{announce, guard};
pub use self::code::{Tried, Typed, try_code};
pub use self::tries::{At, Place, lift};

use self::change::{removed, too_many};

/// What an account has beside its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Enrolled {
    /// An authenticator app.
    pub authenticator: bool,
    /// A passkey.
    pub passkey: bool,
    /// Codes by SMS. Never beside the two, which take their place.
    pub sms: bool,
    /// A recovery code that is not used yet. By itself it is no factor: it stands in for one.
    pub recovery_code: bool,
}

impl Enrolled {
    /// Whether the password alone is not enough.
    pub const fn any(self) -> bool {
        self.authenticator || self.passkey || self.sms
    }

    /// The highest context class that its owner can reach.
    pub const fn reach(self) -> Acr {
        match self {
            Self { passkey: true, .. } => Acr::PhishingResistant,
            Self { authenticator: true, .. } => Acr::Two,
            _ => Acr::One,
        }
    }
}

impl Accounts {
    /// What an account has.
    ///
    /// # Errors
    /// The database.
    pub async fn enrolled(&self, account: AccountId) -> Result<Enrolled, Trouble> {
        Ok(self.parts().db.read(move |tx| store::enrolled(tx, account).boxed()).await?)
    }
}
