//! Faults on demand: what the simulator does wrong when it is told to, in one list ([`list`]). Each says what a correct
//! client does about it, and where that stands.
//!
//! They are switched on for everybody ([`switches`]), for one sign-in on its page, or for a candidate in their file.

mod answers;
#[cfg(test)]
mod documented;
mod id_token;
mod list;
pub mod switches;

use std::collections::BTreeSet;

pub(in crate::simulator) use self::answers::{broken_json, cut_off, html};
pub(in crate::simulator) use self::id_token::{Faulty, sign, with_another_signature};
pub use self::list::Fault;
pub use self::switches::Switches;

/// Faults that are on, each once, in the order of the list.
pub type Set = BTreeSet<Fault>;

/// Where a fault shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The answer to an authorization request.
    Authorization,
    /// The ID token.
    IdToken,
    /// The token endpoint.
    Token,
    /// User information.
    UserInfo,
    /// The key set.
    Keys,
    /// The metadata.
    Metadata,
    /// The logout token.
    Logout,
}

impl Place {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] =
        [Self::IdToken, Self::Authorization, Self::Token, Self::UserInfo, Self::Keys, Self::Metadata, Self::Logout];

    /// As it is called in texts and documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::IdToken => "id-token",
            Self::Token => "token",
            Self::UserInfo => "userinfo",
            Self::Keys => "keys",
            Self::Metadata => "metadata",
            Self::Logout => "logout",
        }
    }

    /// Whether one sign-in can have it by itself. Keys and metadata are everybody's.
    pub const fn is_of_a_sign_in(self) -> bool {
        matches!(self, Self::Authorization | Self::IdToken | Self::Token | Self::UserInfo)
    }
}

/// What a correct client does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Must {
    /// Signs nobody in, and says that the sign-in did not work.
    Refuse,
    /// Tells the person that they were not signed in, and lets them begin again.
    Tell,
    /// Sends the person to a page of the passport, without `prompt=none`.
    Ask,
    /// Waits no longer than it means to, says so, and lets the person begin again.
    GiveUp,
    /// Lets the person begin again, and tells its owner that the registration or the request is wrong.
    Mend,
    /// Goes on with what it has, and asks again later.
    Keep,
    /// Answers 400 and ends no session (OIDC Back-Channel Logout 1.0 §2.8).
    RefuseLogout,
}

impl Must {
    /// As it is called in texts and documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Tell => "tell",
            Self::Ask => "ask",
            Self::GiveUp => "give-up",
            Self::Mend => "mend",
            Self::Keep => "keep",
            Self::RefuseLogout => "refuse-logout",
        }
    }
}

/// What is known of a fault.
struct Entry {
    name: &'static str,
    place: Place,
    must: Must,
    section: &'static str,
}

impl Fault {
    const fn entry(self) -> &'static Entry {
        &list::ENTRIES[self as usize]
    }

    /// Its name, which stays: tests of others are written with it.
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// The fault of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.name() == name)
    }

    /// Where it shows.
    pub const fn place(self) -> Place {
        self.entry().place
    }

    /// What a correct client does about it.
    pub const fn must(self) -> Must {
        self.entry().must
    }

    /// Where that stands.
    pub const fn section(self) -> &'static str {
        self.entry().section
    }
}

/// Reads names; the first that is none.
///
/// # Errors
/// The name.
pub fn read<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Set, String> {
    names.into_iter().map(|name| Fault::named(name).ok_or_else(|| name.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_one_fault_and_may_stand_in_an_address() {
        for fault in Fault::ALL {
            assert_eq!(Fault::named(fault.name()), Some(*fault));
            assert!(fault.name().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            assert!(!fault.section().is_empty(), "{}", fault.name());
        }
        let names: BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        assert_eq!(names.len(), Fault::ALL.len());
        assert_eq!(read(["iss", "nothing"]), Err("nothing".to_owned()));
    }
}
