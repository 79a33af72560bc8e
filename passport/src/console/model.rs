//! The staff, and what each of them is.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use shared::clock::Timestamp;

/// How long a one-time link is good for.
pub const LINK: Duration = Duration::from_secs(60 * 60);

/// How many passkeys somebody makes before they can sign in: one that is lost locks nobody out.
pub const PASSKEYS: usize = 2;

/// How long a session lasts that is not used.
pub const IDLE: Duration = Duration::from_secs(15 * 60);

/// How long any session lasts.
pub const ABSOLUTE: Duration = Duration::from_secs(8 * 60 * 60);

/// How long a proposal waits for a second person.
pub const WAITS: Duration = Duration::from_secs(24 * 60 * 60);

/// How long an account can be looked at after somebody said why.
pub const READING: Duration = Duration::from_secs(15 * 60);

/// How long proposals, acts and readings are kept after their time.
pub const KEPT: Duration = Duration::from_secs(366 * 24 * 60 * 60);

shared::id_type! {
    /// Somebody of the staff.
    pub struct StaffId;
}

shared::id_type! {
    /// A proposal, or an act that takes one person.
    pub struct ProposalId;
}

shared::id_type! {
    /// A reading of an account: who looks, at which, and why.
    pub struct ReadId;
}

/// What somebody of the staff does. Nobody's role contains another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Helps candidates.
    Support,
    /// Decides what others propose about accounts.
    Reviewer,
    /// Decides who belongs to the staff.
    Operator,
    /// Looks at what the others do.
    Auditor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Support, Self::Reviewer, Self::Operator, Self::Auditor];

    /// As it is stored and sent by forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Reviewer => "reviewer",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// The roles that somebody has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roles(BTreeSet<Role>);

impl Roles {
    /// These.
    pub fn of(roles: impl IntoIterator<Item = Role>) -> Self {
        Self(roles.into_iter().collect())
    }

    /// Reads what was stored. A role that this version does not know lets nobody do anything.
    pub fn parse(text: &str) -> Self {
        Self::of(text.split(' ').filter_map(Role::parse))
    }

    /// Whether one of these is among them.
    pub fn any(&self, of: &[Role]) -> bool {
        of.iter().any(|role| self.0.contains(role))
    }

    /// Whether that one is.
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Role> {
        self.0.iter().copied()
    }
}

/// As they are stored: separated by spaces.
impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.iter().map(Role::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

/// How it stands with somebody of the staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// They have no passkeys yet.
    Invited,
    /// They can sign in.
    Active,
    /// They cannot any more.
    Suspended,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Invited, Self::Active, Self::Suspended];

    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Somebody of the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: StaffId,
    /// What colleagues call them.
    pub name: String,
    /// As what.
    pub roles: Roles,
    /// How it stands with them.
    pub state: State,
    /// Since when they are in the list.
    pub made_at: Timestamp,
}

/// What somebody of the staff is called: 1 to 40 letters and digits of any script, with single spaces, dots and hyphens
/// between them.
pub fn read_name(typed: &str) -> Option<String> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = name.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '·'));
    (fits && name.chars().any(char::is_alphanumeric) && name.chars().count() <= 40).then_some(name)
}

/// Why an account is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its owner asked for help.
    Owner,
    /// Something happened that is looked into.
    Incident,
    /// Somebody appeals.
    Appeal,
    /// An authority asks, as the law has it.
    Authority,
    /// A colleague proposed something about it.
    Approval,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Owner, Self::Incident, Self::Appeal, Self::Authority, Self::Approval];

    /// Those that can be chosen.
    pub const CHOSEN: [Self; 4] = [Self::Owner, Self::Incident, Self::Appeal, Self::Authority];

    /// As it is stored and recorded.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Incident => "incident",
            Self::Appeal => "appeal",
            Self::Authority => "authority",
            Self::Approval => "approval",
        }
    }

    /// Reads what a form sent.
    pub fn chosen(text: &str) -> Option<Self> {
        Self::CHOSEN.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// How it stands with a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It waits for a second person.
    Open,
    /// It is done.
    Done,
    /// Somebody refused it, or who proposed it took it back.
    Refused,
    /// What it was about had changed by then.
    Lapsed,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Done, Self::Refused, Self::Lapsed];

    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Lapsed => "lapsed",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_they_are_written_and_unknown_ones_count_for_nothing() {
        let roles = Roles::of([Role::Operator, Role::Support]);
        assert_eq!(roles.to_string(), "support operator");
        assert_eq!(Roles::parse("operator support"), roles);
        assert!(Roles::parse("owner").is_empty() && Roles::parse("").is_empty());
    }

    #[test]
    fn a_name_is_one_that_a_colleague_can_type() {
        assert_eq!(read_name("  王  芳 "), Some("王 芳".to_owned()));
        for wrong in ["", " ", "<b>", "a\u{202e}b", &"x".repeat(41)] {
            assert_eq!(read_name(wrong), None, "{wrong}");
        }
    }
}
