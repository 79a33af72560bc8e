//! The kinds of events, as types: whoever adds one names its fields here and nowhere else.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A word of ours: which reason, which field, which state.
pub type Code = Cow<'static, str>;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A candidate, by account id.
    Account(String),
    /// A relying party, by client id.
    Client(String),
    /// Somebody at the command line of a node.
    Operator,
    /// Someone not signed in.
    Visitor,
    /// The passport itself, on schedule or at start.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => write!(f, "account:{id}"),
            Self::Client(id) => write!(f, "client:{id}"),
            Self::Operator => f.write_str("operator"),
            Self::Visitor => f.write_str("visitor"),
            Self::System => f.write_str("system"),
        }
    }
}

/// What happened. Fields are ids and codes of ours, never what a person typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// An account was made.
    AccountRegistered {
        /// Its id.
        account: String,
    },
    /// Both agreements were accepted.
    AgreementAccepted {
        /// By which account.
        account: String,
        /// Version of the texts.
        version: String,
    },
    /// A session began.
    SignedIn {
        /// Whose.
        account: String,
        /// Which session.
        session: String,
    },
    /// A sign-in to an existing account was refused.
    SignInRefused {
        /// To which account.
        account: String,
        /// A code: `password`, `locked`, …
        reason: Code,
    },
    /// An account was locked.
    AccountLocked {
        /// Which.
        account: String,
        /// Until when, in milliseconds since the epoch; none: until it is unlocked.
        until: Option<i64>,
    },
    /// An account was unlocked.
    AccountUnlocked {
        /// Which.
        account: String,
    },
    /// A password was changed by its owner.
    PasswordChanged {
        /// Whose.
        account: String,
        /// How many other sessions ended by it.
        sessions_ended: u64,
    },
    /// A password was put away by its owner, to sign in with passkeys alone.
    PasswordRemoved {
        /// Whose.
        account: String,
        /// How many other sessions ended by it.
        sessions_ended: u64,
    },
    /// Somebody took a copy of everything that is stored of the person.
    DataCopied {
        /// Of which account.
        account: String,
    },
    /// A password was chosen anew by who had forgotten it.
    PasswordReset {
        /// Whose.
        account: String,
        /// How many sessions ended by it.
        sessions_ended: u64,
    },
    /// Somebody who wants to choose the password anew proved to read what is sent to the account.
    RecoveryProven {
        /// Which account.
        account: String,
        /// `email` or `mobile`.
        contact: Code,
    },
    /// They wait, since that is not enough.
    RecoveryWaits {
        /// Which account.
        account: String,
        /// Until when, in milliseconds since the epoch.
        until: i64,
    },
    /// The owner said that it was not them, and every recovery under way ended.
    RecoveryCancelled {
        /// Which account.
        account: String,
    },
    /// The names of an account were sent to its contacts, for who knows the identity document.
    AccountNamed {
        /// Which account.
        account: String,
    },
    /// A contact was proven to be its owner's.
    ContactProven {
        /// Whose.
        account: String,
        /// `email` or `mobile`.
        contact: Code,
    },
    /// Somebody else proved to have the account's mobile number now, and asks to have it detached.
    NumberClaimed {
        /// Which account.
        account: String,
        /// Until when its holder can keep it, in milliseconds since the epoch.
        until: i64,
    },
    /// The holder kept the number.
    NumberKept {
        /// Which account.
        account: String,
    },
    /// A contact left the account, since it has another owner.
    ContactDetached {
        /// Which account.
        account: String,
        /// `email` or `mobile`.
        contact: Code,
    },
    /// The owner of a contact said that they had not given it.
    ContactRefused {
        /// The account that had claimed it.
        account: String,
        /// `email` or `mobile`.
        contact: Code,
    },
    /// A contact that was not proven was corrected.
    ContactCorrected {
        /// Whose.
        account: String,
        /// `email` or `mobile`.
        contact: Code,
    },
    /// Another contact took the place of one.
    ContactChanged {
        /// Whose.
        account: String,
        /// `email` or `mobile`.
        contact: Code,
    },
    /// A change of contacts was undone, and nobody signs in until a contact is proven anew.
    AccountFrozen {
        /// Which account.
        account: String,
    },
    /// Somebody said of something in an account that it was not them: the account was shut.
    CaseOpened {
        /// Which.
        account: String,
        /// The number of the case.
        case: String,
    },
    /// Staff closed a case about an account.
    CaseClosed {
        /// Which.
        account: String,
        /// The number of the case.
        case: String,
    },
    /// The owner asked for the end of the account.
    ClosureAsked {
        /// Which.
        account: String,
        /// When it will be closed, in milliseconds since the epoch.
        due: i64,
    },
    /// That was taken back, by the owner or by who reads what is sent to them.
    ClosureTakenBack {
        /// Which account.
        account: String,
    },
    /// Something was done with an appeal about an identity document.
    AppealMoved {
        /// Which appeal.
        appeal: String,
        /// A code: the state that it came to, or `shown`, `photo_seen`.
        step: Code,
        /// Who of the staff did it, if one did.
        staff: Option<String>,
    },
    /// Somebody else says that the account's document is theirs, and the holder is asked.
    DocumentClaimed {
        /// Which account.
        account: String,
        /// Which appeal.
        appeal: String,
        /// Until when the holder can object, in milliseconds since the epoch.
        until: i64,
    },
    /// The holder objected.
    DocumentDefended {
        /// Which account.
        account: String,
        /// Which appeal.
        appeal: String,
    },
    /// The document stays with its holder, who had been asked.
    DocumentKept {
        /// Which account.
        account: String,
        /// Which appeal.
        appeal: String,
    },
    /// The document left the account.
    DocumentDetached {
        /// Which account.
        account: String,
        /// Which appeal.
        appeal: String,
    },
    /// A document that was won in an appeal was bound to an account.
    DocumentBound {
        /// Which account.
        account: String,
        /// Which appeal.
        appeal: String,
    },
    /// A second factor was added, or replaced.
    FactorAdded {
        /// Whose.
        account: String,
        /// `passkey`, `authenticator` or `recovery_codes`.
        factor: Code,
    },
    /// A second factor was removed.
    FactorRemoved {
        /// Whose.
        account: String,
        /// `passkey`, `authenticator`, or `all`.
        factor: Code,
    },
    /// An account was closed.
    AccountClosed {
        /// Which.
        account: String,
        /// A code: `unproven`, `cancelled`, …
        reason: Code,
    },
    /// A profile was changed.
    ProfileChanged {
        /// Whose.
        account: String,
        /// Names of the fields, not their content.
        fields: Vec<Code>,
    },
    /// A session ended.
    SessionEnded {
        /// Whose.
        account: String,
        /// Which session.
        session: String,
        /// A code: `signed_out`, `password_changed`, …
        reason: Code,
    },
    /// A person let a client have these scopes.
    ConsentGiven {
        /// The person.
        account: String,
        /// The client.
        client: String,
        /// Scopes, separated by spaces.
        scope: String,
    },
    /// A person refused a client.
    ConsentRefused {
        /// The person.
        account: String,
        /// The client.
        client: String,
    },
    /// A person took back what they had let a client have.
    ConsentWithdrawn {
        /// The person.
        account: String,
        /// The client.
        client: String,
    },
    /// An authorization code came a second time; what it had given was revoked (RFC 6749 §4.1.2).
    CodeReused {
        /// The client it was issued to.
        client: String,
        /// The account it was issued for.
        account: String,
    },
    /// A used refresh token came again; its family was ended (RFC 9700 §4.14.2).
    RefreshTokenReused {
        /// The client it was issued to.
        client: String,
        /// The account it was issued for.
        account: String,
    },
    /// A client entered the registry.
    ClientRegistered {
        /// Its id.
        client: String,
    },
    /// A client gave up its registration.
    ClientRemoved {
        /// Its id.
        client: String,
    },
    /// Somebody was given the right to register clients.
    ClientInvited {
        /// How many.
        uses: u32,
    },
    /// A client's metadata changed.
    ClientChanged {
        /// Its id.
        client: String,
    },
    /// A client got a secret.
    ClientSecretAdded {
        /// Its id.
        client: String,
    },
    /// A client's older secrets got their end.
    ClientSecretsRetired {
        /// Its id.
        client: String,
        /// When they end, in milliseconds since the epoch.
        at: i64,
    },
    /// A signing key went from one state to another.
    SigningKeyMoved {
        /// The key.
        kid: String,
        /// Its algorithm.
        alg: Code,
        /// The state it left; none: it was made.
        from: Option<Code>,
        /// The state it is in; none: it was removed.
        to: Option<Code>,
    },
    /// A key for sealing data was made.
    DataKeyMade {
        /// The key.
        key: String,
    },
}

/// One event of each kind, and of those kinds that are told in several ways one for each. Accounts and clients in them
/// are `an-account` and `a-client`.
#[cfg(test)]
pub(crate) fn samples() -> Vec<Event> {
    let (account, client) = (|| "an-account".to_owned(), || "a-client".to_owned());
    let text = || "x".to_owned();
    vec![
        Event::AccountRegistered { account: account() },
        Event::AgreementAccepted { account: account(), version: text() },
        Event::SignedIn { account: account(), session: text() },
        Event::SignInRefused { account: account(), reason: "password".into() },
        Event::SignInRefused { account: account(), reason: "second_step".into() },
        Event::SignInRefused { account: account(), reason: "another".into() },
        Event::AccountLocked { account: account(), until: Some(1) },
        Event::AccountLocked { account: account(), until: None },
        Event::AccountUnlocked { account: account() },
        Event::PasswordChanged { account: account(), sessions_ended: 1 },
        Event::PasswordRemoved { account: account(), sessions_ended: 1 },
        Event::DataCopied { account: account() },
        Event::PasswordReset { account: account(), sessions_ended: 1 },
        Event::RecoveryProven { account: account(), contact: "email".into() },
        Event::RecoveryWaits { account: account(), until: 1 },
        Event::RecoveryCancelled { account: account() },
        Event::AccountNamed { account: account() },
        Event::ContactProven { account: account(), contact: "email".into() },
        Event::ContactRefused { account: account(), contact: "email".into() },
        Event::NumberClaimed { account: account(), until: 1 },
        Event::NumberKept { account: account() },
        Event::ContactDetached { account: account(), contact: "mobile".into() },
        Event::ContactCorrected { account: account(), contact: "email".into() },
        Event::ContactChanged { account: account(), contact: "email".into() },
        Event::AccountFrozen { account: account() },
        Event::CaseOpened { account: account(), case: text() },
        Event::CaseClosed { account: account(), case: text() },
        Event::ClosureAsked { account: account(), due: 1 },
        Event::ClosureTakenBack { account: account() },
        Event::AppealMoved { appeal: text(), step: "granted".into(), staff: Some(text()) },
        Event::DocumentClaimed { account: account(), appeal: text(), until: 1 },
        Event::DocumentDefended { account: account(), appeal: text() },
        Event::DocumentKept { account: account(), appeal: text() },
        Event::DocumentDetached { account: account(), appeal: text() },
        Event::DocumentBound { account: account(), appeal: text() },
        Event::FactorAdded { account: account(), factor: "passkey".into() },
        Event::FactorAdded { account: account(), factor: "authenticator".into() },
        Event::FactorAdded { account: account(), factor: "recovery_codes".into() },
        Event::FactorRemoved { account: account(), factor: "passkey".into() },
        Event::FactorRemoved { account: account(), factor: "authenticator".into() },
        Event::FactorRemoved { account: account(), factor: "all".into() },
        Event::AccountClosed { account: account(), reason: "unproven".into() },
        Event::ProfileChanged { account: account(), fields: vec!["name".into()] },
        Event::SessionEnded { account: account(), session: text(), reason: "another".into() },
        Event::ConsentGiven { account: account(), client: client(), scope: text() },
        Event::ConsentRefused { account: account(), client: client() },
        Event::ConsentWithdrawn { account: account(), client: client() },
        Event::CodeReused { account: account(), client: client() },
        Event::RefreshTokenReused { account: account(), client: client() },
        Event::ClientRegistered { client: client() },
        Event::ClientRemoved { client: client() },
        Event::ClientInvited { uses: 1 },
        Event::ClientChanged { client: client() },
        Event::ClientSecretAdded { client: client() },
        Event::ClientSecretsRetired { client: client(), at: 1 },
        Event::SigningKeyMoved { kid: text(), alg: "ES256".into(), from: None, to: Some("active".into()) },
        Event::DataKeyMade { key: text() },
    ]
}

impl Event {
    /// The account it concerns, if any.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::AccountRegistered { account }
            | Self::AgreementAccepted { account, .. }
            | Self::SignedIn { account, .. }
            | Self::SignInRefused { account, .. }
            | Self::AccountLocked { account, .. }
            | Self::AccountUnlocked { account }
            | Self::PasswordChanged { account, .. }
            | Self::PasswordRemoved { account, .. }
            | Self::DataCopied { account }
            | Self::PasswordReset { account, .. }
            | Self::RecoveryProven { account, .. }
            | Self::RecoveryWaits { account, .. }
            | Self::AccountNamed { account }
            | Self::RecoveryCancelled { account }
            | Self::ContactProven { account, .. }
            | Self::ContactRefused { account, .. }
            | Self::NumberClaimed { account, .. }
            | Self::NumberKept { account, .. }
            | Self::ContactDetached { account, .. }
            | Self::ContactCorrected { account, .. }
            | Self::ContactChanged { account, .. }
            | Self::AccountFrozen { account }
            | Self::CaseOpened { account, .. }
            | Self::CaseClosed { account, .. }
            | Self::ClosureAsked { account, .. }
            | Self::ClosureTakenBack { account }
            | Self::DocumentClaimed { account, .. }
            | Self::DocumentDefended { account, .. }
            | Self::DocumentKept { account, .. }
            | Self::DocumentDetached { account, .. }
            | Self::DocumentBound { account, .. }
            | Self::FactorAdded { account, .. }
            | Self::FactorRemoved { account, .. }
            | Self::AccountClosed { account, .. }
            | Self::ProfileChanged { account, .. }
            | Self::SessionEnded { account, .. }
            | Self::ConsentGiven { account, .. }
            | Self::ConsentRefused { account, .. }
            | Self::ConsentWithdrawn { account, .. }
            | Self::CodeReused { account, .. }
            | Self::RefreshTokenReused { account, .. } => Some(account),
            _ => None,
        }
    }

    /// The client it concerns, if any.
    pub fn client(&self) -> Option<&str> {
        match self {
            Self::ConsentGiven { client, .. }
            | Self::ConsentRefused { client, .. }
            | Self::ConsentWithdrawn { client, .. }
            | Self::CodeReused { client, .. }
            | Self::RefreshTokenReused { client, .. }
            | Self::ClientRegistered { client }
            | Self::ClientChanged { client }
            | Self::ClientRemoved { client }
            | Self::ClientSecretAdded { client }
            | Self::ClientSecretsRetired { client, .. } => Some(client),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn there_is_a_sample_of_every_kind() {
        let kind = |event| serde_json::to_value(event).ok().and_then(|value| Some(value["kind"].as_str()?.to_owned()));
        let sampled: Vec<String> = samples().into_iter().filter_map(kind).collect();
        // The sentence about a kind that does not exist names all that do.
        let refused = serde_json::from_value::<Event>(json!({ "kind": "nothing" })).expect_err("no such kind");
        let refused = refused.to_string();
        let kinds: Vec<&str> = refused.split('`').skip(3).step_by(2).collect();
        assert!(kinds.len() > 20 && kinds.contains(&"signed_in"), "{refused}");
        for kind in kinds {
            assert!(sampled.iter().any(|known| known == kind), "no sample of {kind}");
        }
    }

    #[test]
    fn what_is_stored_is_read_again() {
        for event in samples() {
            let stored: Value = serde_json::to_value(&event).expect("JSON");
            assert_eq!(serde_json::from_value::<Event>(stored).expect("an event"), event);
        }
    }
}
