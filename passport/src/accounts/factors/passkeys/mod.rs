//! Passkeys (Web Authentication Level 3): keys on a device or in its owner's cloud that verify their user, and answer
//! only to the site that they were made for.
//!
//! A challenge is a row ([`store::Ceremony`]): good for [`PATIENCE`], once, and in the browser that asked for it.

pub mod answer;
mod options;
pub mod page;
mod registration;
pub mod store;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;
use url::Url;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Uuid,
    WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

pub use self::options::{Asked, register as register_options, sign_in as sign_in_options};

use crate::accounts::model::AccountId;

/// How long a challenge waits: a PIN is to be remembered, or a telephone to be found (WebAuthn §15.1).
pub const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// Why a ceremony led to nothing.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// A rule of the standard is broken.
    #[error(transparent)]
    Rule(#[from] WebauthnError),
    /// What came is no answer of a browser.
    #[error("no answer of a browser: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The passport has no domain.
    #[error("there are no passkeys without a domain")]
    NoDomain,
    /// It names no account.
    #[error("no id of an account: {0}")]
    Handle(#[from] uuid::Error),
}

/// The relying party of the ceremonies, in their sense: this passport. The library draws its challenges itself.
///
/// A passport that is reached by an address in place of a name has none: passkeys belong to domains (§5.1.2).
pub struct Passkeys(Option<Webauthn>);

/// Whom a passkey is made for, as authenticators show it.
#[derive(Debug, Clone)]
pub struct Owner<I = AccountId> {
    /// The account. Its id is the user handle: it tells nothing of the person (§14.6.1).
    pub account: I,
    /// The name that the person signs in with.
    pub login_name: String,
    /// What the person is called.
    pub display_name: String,
}

/// What a browser is told, and what is kept until it answers.
pub struct Begun {
    /// The options of the ceremony, as JSON.
    pub options: Value,
    /// What the answer is checked against, as the library writes it.
    pub state: String,
}

/// A passkey that was used.
pub struct Used {
    /// The key, with its counter and flags as they are now.
    pub passkey: Passkey,
    /// Whether it is kept in its owner's cloud.
    pub synced: bool,
}

impl Passkeys {
    /// A relying party for the pages of that origin.
    ///
    /// # Errors
    /// The origin is none that passkeys can be made for.
    pub fn new(origin: &str, name: &str) -> Result<Self, PasskeyError> {
        let origin = Url::parse(origin).map_err(|_| WebauthnError::Configuration)?;
        let Some(domain) = origin.domain() else { return Ok(Self(None)) };
        Ok(Self(Some(WebauthnBuilder::new(domain, &origin)?.rp_name(name).timeout(PATIENCE).build()?)))
    }

    /// Whether there can be any.
    pub const fn possible(&self) -> bool {
        self.0.is_some()
    }

    fn party(&self) -> Result<&Webauthn, PasskeyError> {
        self.0.as_ref().ok_or(PasskeyError::NoDomain)
    }

    /// Begins to make a passkey; `present` are those that the account has: a device that holds one makes no second.
    ///
    /// # Errors
    /// The library could not.
    pub fn begin_registration<I: fmt::Display>(
        &self,
        owner: &Owner<I>,
        present: &[Passkey],
    ) -> Result<Begun, PasskeyError> {
        let present = present.iter().map(|passkey| passkey.cred_id().clone()).collect();
        let (login_name, display_name) = (&owner.login_name, &owner.display_name);
        let handle = Uuid::parse_str(&owner.account.to_string())?;
        let (options, state) =
            self.party()?.start_passkey_registration(handle, login_name, display_name, Some(present))?;
        let mut options = serde_json::to_value(&options)?;
        // The library leaves it to the device whether the passkey can be found without a name; ours always are.
        let selection = &mut options["publicKey"]["authenticatorSelection"];
        selection["residentKey"] = "required".into();
        selection["requireResidentKey"] = true.into();
        Ok(Begun { options, state: serde_json::to_string(&state)? })
    }

    /// The passkey that was made, and whether it is kept in its owner's cloud.
    ///
    /// # Errors
    /// The answer does not fit what was asked, or is none.
    pub fn finish_registration(&self, state: &str, answer: &str) -> Result<Used, PasskeyError> {
        let state: PasskeyRegistration = serde_json::from_str(state)?;
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer)?;
        let passkey = self.party()?.finish_passkey_registration(&answer, &state)?;
        let synced = serde_json::to_value(&passkey)?["cred"]["backup_state"].as_bool().unwrap_or_default();
        Ok(Used { passkey, synced })
    }

    /// Begins a sign-in with whichever passkey its owner picks.
    ///
    /// # Errors
    /// The library could not.
    pub fn begin_sign_in(&self) -> Result<Begun, PasskeyError> {
        let (mut options, state) = self.party()?.start_discoverable_authentication()?;
        // Whether it is offered in the account field or asked for by a button is the page's to say.
        options.mediation = None;
        Ok(Begun { options: serde_json::to_value(&options)?, state: serde_json::to_string(&state)? })
    }

    /// Whose passkey answers, and which: to find the key that the answer is checked with.
    ///
    /// # Errors
    /// The answer is none.
    pub fn identify<I: FromStr<Err = uuid::Error>>(&self, answer: &str) -> Result<(I, Vec<u8>), PasskeyError> {
        let answer: PublicKeyCredential = serde_json::from_str(answer)?;
        let (handle, credential) = self.party()?.identify_discoverable_authentication(&answer)?;
        Ok((handle.to_string().parse()?, credential.to_vec()))
    }

    /// Checks the answer with that key: signature, challenge, origin, that the user was verified, and that the counter
    /// has grown.
    ///
    /// # Errors
    /// Something of it does not hold.
    pub fn finish_sign_in(&self, state: &str, answer: &str, mut passkey: Passkey) -> Result<Used, PasskeyError> {
        let state: DiscoverableAuthentication = serde_json::from_str(state)?;
        let answer: PublicKeyCredential = serde_json::from_str(answer)?;
        let result = self.party()?.finish_discoverable_authentication_v2(&answer, state, &passkey)?;
        passkey.update_credential(&result);
        Ok(Used { synced: result.backup_state(), passkey })
    }
}
