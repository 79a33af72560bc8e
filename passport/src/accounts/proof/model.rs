//! A request for a proof, and how it stands.

use shared::clock::Timestamp;

use super::CODE_TRIES;
use crate::accounts::model::{AccountId, Contact};
use crate::delivery::MessageId;
use crate::web::paths;

shared::id_type! {
    /// A request for a proof. It opens nothing by itself.
    pub struct ProofId;
}

/// What is proved by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// That a contact of an account is its owner's.
    Contact,
    /// That another contact is theirs, which is to take the place of the present one.
    Change,
    /// That whoever forgot the password reads what is sent to the account.
    Recovery,
    /// That somebody who appeals can be written to, whether they have an account or not.
    Appeal,
}

impl Purpose {
    /// As it is stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Change => "change",
            Self::Recovery => "recovery",
            Self::Appeal => "appeal",
        }
    }

    /// The page that a mail's link leads to; `None`: its code is all that there is.
    pub(super) const fn page(self) -> Option<&'static str> {
        match self {
            Self::Contact | Self::Change => Some(paths::CONTACT_CONFIRM),
            Self::Recovery => Some(paths::RECOVER_LINK),
            Self::Appeal => None,
        }
    }

    /// Whether a message goes to contacts of nobody, too.
    pub(super) const fn reaches_anybody(self) -> bool {
        matches!(self, Self::Appeal)
    }

    /// Whether only who is signed in asks for it.
    pub(super) const fn is_of_a_session(self) -> bool {
        matches!(self, Self::Contact | Self::Change)
    }

    pub(super) fn parse(code: &str) -> Option<Self> {
        [Self::Contact, Self::Change, Self::Recovery, Self::Appeal].into_iter().find(|purpose| purpose.code() == code)
    }
}

/// Why a request proves nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// It was used.
    Used,
    /// A later one took its place.
    Replaced,
    /// The owner of the contact said that it was not them.
    Refused,
    /// Too many wrong codes were typed.
    Guessed,
    /// It is too old.
    Expired,
    /// What it proved has gone to another account meanwhile.
    Taken,
    /// Another contact took the place of what it proved, which can still be undone.
    Moved,
}

impl Over {
    /// In keys of texts, and as the reason of an end where it is stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Replaced => "replaced",
            Self::Refused => "refused",
            Self::Guessed => "guessed",
            Self::Expired => "expired",
            Self::Taken => "taken",
            Self::Moved => "moved",
        }
    }
}

/// A request as it is stored.
#[derive(Debug, Clone)]
pub struct Proof {
    /// Its id.
    pub id: ProofId,
    /// What it proves.
    pub purpose: Purpose,
    /// Whose contact it is; `None`: nobody's.
    pub account: Option<AccountId>,
    /// The contact, as a login name.
    pub name: String,
    /// The contact, as it was written to.
    pub contact: Contact,
    /// The block of addresses that it was asked from.
    pub asked_from: String,
    /// The message that was written.
    pub message: MessageId,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Until when the code may be typed.
    pub code_until: Timestamp,
    /// Until when the link may be followed.
    pub link_until: Timestamp,
    /// How many codes were typed.
    pub tries: u32,
    /// When it was used.
    pub proved_at: Option<Timestamp>,
    /// Why it ended otherwise.
    pub ended: Option<Over>,
}

impl Proof {
    /// Why its link leads nowhere at that moment; `None` if it does.
    pub fn link_over(&self, now: Timestamp) -> Option<Over> {
        let used = self.proved_at.map(|_| Over::Used);
        used.or(self.ended).or((self.link_until <= now).then_some(Over::Expired))
    }

    /// Why its code is not taken at that moment; `None` if it is.
    pub fn code_over(&self, now: Timestamp) -> Option<Over> {
        let guessed = (self.tries >= CODE_TRIES).then_some(Over::Guessed);
        let used = self.proved_at.map(|_| Over::Used);
        used.or(self.ended).or(guessed).or((self.code_until <= now).then_some(Over::Expired))
    }
}
