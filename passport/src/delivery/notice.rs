//! What owners of accounts are told.

use shared::clock::Timestamp;

/// What people are told about their account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Somebody tried to register with a mail address or mobile number of the account.
    ContactTaken,
    /// The password was changed at that moment.
    PasswordChanged {
        /// When.
        at: Timestamp,
    },
    /// The password was chosen anew at that moment by who had forgotten it.
    PasswordReset {
        /// When.
        at: Timestamp,
    },
    /// Somebody wants to choose the password anew, and waits for it.
    RecoveryWaits {
        /// Until when.
        until: Timestamp,
        /// The link that cancels.
        cancel: String,
    },
    /// The wait is over.
    RecoveryWaited {
        /// Until when the password may be chosen.
        until: Timestamp,
        /// The link that goes on.
        resume: String,
    },
    /// The names by which the account signs in, for who has forgotten them.
    AccountFound {
        /// Them, as people write them.
        names: String,
    },
    /// Another contact took the place of one.
    ContactChanged {
        /// The new one, masked.
        to: String,
        /// Until when that can be undone.
        until: Timestamp,
        /// The link that undoes it.
        undo: String,
    },
    /// A contact that was never proven left the account: whoever reads what is sent there said that it is theirs.
    ContactLost {
        /// The contact, masked.
        contact: String,
    },
    /// The account will be closed, as its owner asked.
    Closing {
        /// When.
        until: Timestamp,
        /// The link that takes it back.
        undo: String,
    },
    /// It will not be.
    ClosingTakenBack {
        /// Since when.
        at: Timestamp,
    },
    /// The account was closed.
    Closed {
        /// When.
        at: Timestamp,
    },
    /// No guardian has consented for the account of a child yet, or who was asked did not: this is for the child.
    GuardianMissing {
        /// When the account is closed otherwise.
        until: Timestamp,
        /// The page on which a guardian is asked.
        link: String,
    },
    /// The guardian took their consent back: this is for the child.
    GuardianWithdrew {
        /// When the account is closed otherwise.
        until: Timestamp,
        /// The page on which a guardian is asked.
        link: String,
    },
    /// The guardian consented: this is for the child.
    GuardianAgreed {
        /// When.
        at: Timestamp,
    },
    /// The same for the guardian.
    GuardianConsented {
        /// When.
        at: Timestamp,
        /// The link that takes it back.
        undo: String,
    },
    /// Somebody proved to have the account's mobile number now, and asks to have it detached.
    NumberClaimed {
        /// The number, masked.
        number: String,
        /// Until when it can be kept.
        until: Timestamp,
        /// The link that keeps it.
        keep: String,
    },
    /// The holder of a mobile number kept it, which somebody else asked for: this is for them.
    NumberKept {
        /// The number, masked.
        number: String,
    },
    /// A mobile number was proven long ago, and soon recovers nothing, or gets no code for the second step.
    NumberAges {
        /// Whether it is the second step of the account.
        step: bool,
        /// The number, masked.
        number: String,
        /// From when on.
        until: Timestamp,
        /// The page where it is proven.
        prove: String,
    },
    /// A mobile number was detached from an account.
    NumberDetached {
        /// The number, masked.
        number: String,
    },
    /// An appeal was begun, or its link is sent once more.
    AppealBegun {
        /// Its number.
        number: String,
        /// The link that shows how it stands.
        link: String,
    },
    /// An appeal was refused.
    AppealRefused {
        /// Its number.
        number: String,
        /// The link that shows why.
        link: String,
    },
    /// An appeal was granted.
    AppealGranted {
        /// Its number.
        number: String,
        /// Until when the document can be bound.
        until: Timestamp,
        /// The link that binds it.
        link: String,
    },
    /// Somebody else says that the account's document is theirs.
    DocumentClaimed {
        /// Until when its holder can object.
        until: Timestamp,
        /// The link that objects.
        link: String,
    },
    /// The document stays with the account.
    DocumentKept,
    /// The document left the account.
    DocumentDetached,
    /// What protects the account beside its password changed, or was used.
    FactorChanged {
        /// How.
        factor: Factor,
        /// When.
        at: Timestamp,
    },
    /// The account is locked.
    Locked {
        /// Until when.
        until: Timestamp,
    },
    /// Somebody signed in with a browser in which the account is not known.
    SignedIn {
        /// When.
        at: Timestamp,
        /// The device, in words.
        device: String,
        /// The network that it came from.
        from: String,
        /// Whether wrong passwords had locked the account just before.
        guessed: bool,
    },
    /// Somebody is invited into an organisation of the portal.
    Invited {
        /// What it is called.
        organisation: String,
        /// Who invites.
        by: String,
        /// Until when it can be accepted.
        until: Timestamp,
        /// The link that leads in.
        link: String,
    },
    /// Somebody was taken out of an organisation of the portal by another.
    MemberRemoved {
        /// What it is called.
        organisation: String,
        /// Who did it.
        by: String,
    },
    /// A reviewer decided about an application for a site in production, or asks something: this is for its owners.
    ApplicationAnswered {
        /// What the site is called.
        site: String,
        /// The page on which the answer stands.
        link: String,
    },
    /// Somebody said of something that it was not them: the account is shut until its password is chosen anew.
    CaseOpened {
        /// The number of the case.
        number: String,
        /// When.
        at: Timestamp,
    },
}

impl Notice {
    /// In the keys of its texts, and wherever it is spoken of.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ContactTaken => "taken",
            Self::PasswordChanged { .. } => "password-changed",
            Self::PasswordReset { .. } => "password-reset",
            Self::RecoveryWaits { .. } => "recovery-waits",
            Self::RecoveryWaited { .. } => "recovery-waited",
            Self::AccountFound { .. } => "account-found",
            Self::ContactChanged { .. } => "contact-changed",
            Self::ContactLost { .. } => "contact-lost",
            Self::Closing { .. } => "closing",
            Self::ClosingTakenBack { .. } => "closing-taken-back",
            Self::Closed { .. } => "closed",
            Self::GuardianMissing { .. } => "guardian-missing",
            Self::GuardianWithdrew { .. } => "guardian-withdrew",
            Self::GuardianAgreed { .. } => "guardian-agreed",
            Self::GuardianConsented { .. } => "guardian-consented",
            Self::NumberClaimed { .. } => "number-claimed",
            Self::NumberKept { .. } => "number-kept",
            Self::NumberAges { step: false, .. } => "number-ages",
            Self::NumberAges { step: true, .. } => "step-number-ages",
            Self::NumberDetached { .. } => "number-detached",
            Self::AppealBegun { .. } => "appeal-begun",
            Self::AppealRefused { .. } => "appeal-refused",
            Self::AppealGranted { .. } => "appeal-granted",
            Self::DocumentClaimed { .. } => "document-claimed",
            Self::DocumentKept => "document-kept",
            Self::DocumentDetached => "document-detached",
            Self::FactorChanged { factor, .. } => factor.key(),
            Self::Locked { .. } => "locked",
            Self::SignedIn { guessed: false, .. } => "signed-in",
            Self::SignedIn { guessed: true, .. } => "signed-in-guessed",
            Self::Invited { .. } => "invited",
            Self::MemberRemoved { .. } => "member-removed",
            Self::ApplicationAnswered { .. } => "application-answered",
            Self::CaseOpened { .. } => "case-opened",
        }
    }

    /// Whether a day may bring many of them, of which SMS tell the first ones alone: a change that can be made again and
    /// again. What comes once, or gives its reader a link that no other message has, is always told of in full.
    pub const fn may_come_often(&self) -> bool {
        match self {
            Self::FactorChanged { factor, .. } => !matches!(factor, Factor::PasswordRemoved | Factor::AllRemoved),
            _ => false,
        }
    }

    /// Whether it tells of what the owner may have done, or somebody with what only they ought to know, and may say that it
    /// was not them. A change of contacts has a link of its own for that, which undoes it.
    pub const fn may_be_denied(&self) -> bool {
        match self {
            Self::ContactTaken
            | Self::PasswordChanged { .. }
            | Self::PasswordReset { .. }
            | Self::RecoveryWaits { .. }
            | Self::AccountFound { .. }
            | Self::Closing { .. }
            | Self::ClosingTakenBack { .. }
            | Self::DocumentDetached
            | Self::FactorChanged { .. }
            | Self::SignedIn { .. }
            | Self::Locked { .. } => true,
            Self::RecoveryWaited { .. }
            | Self::ContactChanged { .. }
            | Self::ContactLost { .. }
            | Self::Closed { .. }
            | Self::GuardianMissing { .. }
            | Self::GuardianWithdrew { .. }
            | Self::GuardianAgreed { .. }
            | Self::GuardianConsented { .. }
            | Self::NumberClaimed { .. }
            | Self::NumberKept { .. }
            | Self::NumberAges { .. }
            | Self::NumberDetached { .. }
            | Self::AppealBegun { .. }
            | Self::AppealRefused { .. }
            | Self::AppealGranted { .. }
            | Self::DocumentClaimed { .. }
            | Self::DocumentKept
            | Self::Invited { .. }
            | Self::MemberRemoved { .. }
            | Self::ApplicationAnswered { .. }
            | Self::CaseOpened { .. } => false,
        }
    }
}

/// A change of what protects an account beside its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// An authenticator app was added, perhaps in place of another.
    AuthenticatorAdded,
    /// The authenticator app was removed.
    AuthenticatorRemoved,
    /// SMS was turned on as a second step.
    SmsAdded,
    /// It was turned off, or gave way to something stronger.
    SmsRemoved,
    /// There is another set of recovery codes.
    CodesReplaced,
    /// A recovery code was used.
    CodeUsed,
    /// Somebody who knows the password gave wrong codes.
    CodesGuessed,
    /// The password was put away, for passkeys alone.
    PasswordRemoved,
    /// A copy of everything that is stored of the person was taken.
    DataCopied,
    /// Everything was removed, after all of it had been lost.
    AllRemoved,
}

impl Factor {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::AuthenticatorAdded,
        Self::AuthenticatorRemoved,
        Self::SmsAdded,
        Self::SmsRemoved,
        Self::CodesReplaced,
        Self::CodeUsed,
        Self::CodesGuessed,
        Self::PasswordRemoved,
        Self::DataCopied,
        Self::AllRemoved,
    ];

    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::PasskeyAdded => "passkey-added",
            Self::PasskeyRemoved => "passkey-removed",
            Self::AuthenticatorAdded => "authenticator-added",
            Self::AuthenticatorRemoved => "authenticator-removed",
            Self::SmsAdded => "sms-added",
            Self::SmsRemoved => "sms-removed",
            Self::CodesReplaced => "codes-replaced",
            Self::CodeUsed => "code-used",
            Self::CodesGuessed => "codes-guessed",
            Self::PasswordRemoved => "password-removed",
            Self::DataCopied => "data-copied",
            Self::AllRemoved => "factors-removed",
        }
    }
}
