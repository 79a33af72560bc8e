//! Organisations that run exam sites, the people who act for them, and what each of them may do.

use std::fmt;

use shared::clock::Timestamp;

shared::id_type! {
    /// An organisation.
    pub struct OrganisationId;
}

shared::id_type! {
    /// A person's membership of an organisation: what addresses name, so that they tell no account.
    pub struct MemberId;
}

shared::id_type! {
    /// An invitation into an organisation.
    pub struct InvitationId;
}

/// What somebody is in an organisation. Each may do what those below may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Looks.
    Viewer,
    /// Runs the sites.
    Developer,
    /// Decides who belongs to it.
    Owner,
}

impl Role {
    /// All of them, the one that may do most first.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Developer, Self::Viewer];

    /// As it is stored and sent by forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Developer => "developer",
            Self::Owner => "owner",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Whether who has this role may do that.
    pub fn may(self, act: Act) -> bool {
        self >= act.needs()
    }
}

/// What is done with an organisation. Every address of one stands for one of these, and nothing is done without asking
/// whether the person may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Looking at it, its members and what was done.
    Look,
    /// Leaving it.
    Leave,
    /// Changing its name.
    Rename,
    /// Inviting somebody, and taking that back.
    Invite,
    /// Giving a member another role.
    ChangeRole,
    /// Removing a member.
    Remove,
    /// Registering sites in the sandbox, changing and removing them.
    RunSites,
    /// Applying for sites for candidates and changes of them, and taking that back.
    Apply,
    /// Making and ending secrets of sites for candidates.
    KeepSecrets,
}

impl Act {
    /// The least role that may do it.
    pub const fn needs(self) -> Role {
        match self {
            Self::Look | Self::Leave => Role::Viewer,
            Self::RunSites => Role::Developer,
            Self::Rename | Self::Invite | Self::ChangeRole | Self::Remove | Self::Apply | Self::KeepSecrets => {
                Role::Owner
            }
        }
    }

    /// How sure it has to be who does it.
    pub const fn asks(self) -> Proof {
        match self {
            Self::Look => Proof::Session,
            Self::Leave | Self::Rename | Self::RunSites => Proof::SecondFactor,
            // What decides who decides, and where candidates are sent.
            Self::Invite | Self::ChangeRole | Self::Remove | Self::Apply | Self::KeepSecrets => {
                Proof::FreshSecondFactor
            }
        }
    }
}

/// How sure it has to be who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// They are signed in.
    Session,
    /// They signed in with a second factor.
    SecondFactor,
    /// They did so within the last minutes.
    FreshSecondFactor,
}

/// The name of an organisation, as it is registered somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationName(String);

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameError {
    /// Nothing, or one character.
    Short,
    /// Over [`OrganisationName::LONGEST`] characters.
    Long,
    /// A character that stands in no name, or one of a script that could imitate another's name.
    Character,
    /// It reads like an address: names travel in mails, where a reader could follow it.
    Address,
}

impl OrganisationName {
    /// The most characters that one has.
    pub const LONGEST: usize = 60;

    /// Reads what was typed; spaces around it and between words are made one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let count = text.chars().count();
        if count < 2 || !text.chars().any(char::is_alphabetic) {
            return Err(NameError::Short);
        }
        if count > Self::LONGEST {
            return Err(NameError::Long);
        }
        if !text.chars().all(stands_in_names) {
            return Err(NameError::Character);
        }
        if reads_like_an_address(&text) {
            return Err(NameError::Address);
        }
        Ok(Self(text))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrganisationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Han and Latin letters, digits, and the marks of names. Greek and Cyrillic letters look like Latin ones, and no
/// organisation here is registered under them.
fn stands_in_names(c: char) -> bool {
    let han = matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' | '〇');
    let latin = c.is_alphabetic() && c < '\u{0250}';
    han || latin || c.is_ascii_digit() || " （）()·-—&.,，、《》“”’'".contains(c)
}

/// A dot between a letter or digit and a letter, with no space: `a.example`, and not `Co., Ltd.`.
fn reads_like_an_address(text: &str) -> bool {
    text.match_indices('.').any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        before && text[at + 1..].chars().next().is_some_and(char::is_alphabetic)
    })
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Which.
    pub id: OrganisationId,
    /// What it is called.
    pub name: String,
    /// Since when it is here.
    pub created_at: Timestamp,
}

/// What somebody is in an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Which membership.
    pub id: MemberId,
    /// Of which organisation.
    pub organisation: Organisation,
    /// As what.
    pub role: Role,
}
