//! What stands in every column of every table: whether it tells of a person, how long it stays, and what becomes of it
//! when a backup is put in the place of the database.
//!
//! It is one list ([`list`]), and what is done with data goes by it: [`retention`] removes what is past its time,
//! [`copy`] hands out what is held of one person, `docs/operate/personal-data.md` is written from it, the tests of
//! [`crate::backup::fates`] look at it. A table or column that is missing fails a test, on both databases; so does one of
//! an erased account in which anything personal is left that the list does not allow.

pub mod copy;
#[cfg(test)]
mod documented;
pub mod list;
pub mod retention;
pub mod store;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::accounts;
use crate::backup::fates::Fate;
use crate::clients;
use crate::keys::store::SealedColumn;
use crate::portal;
use crate::web::KeyUse;

pub use self::list::all;
pub use self::retention::Retention;

use self::store::{Count, Own, Sweep};

/// Every column that data keys seal, in the order of their [uses](KeyUse): to be sealed anew when those are changed.
pub const SEALED: [SealedColumn; 8] = {
    let [numbers, apps, files, photos, guardians] = accounts::SEALED;
    let [sites, sets] = portal::sandbox::SEALED;
    [numbers, apps, files, photos, guardians, sites, sets, clients::signals::SEALED_AUTHORIZATIONS]
};

/// A table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What becomes of it in a restore.
    pub restored: Fate,
    /// Of whom its rows tell.
    pub whose: Whose,
    /// How its rows go; any of these is enough.
    pub goes: &'static [Goes],
    /// Its columns, all of them.
    pub columns: &'static [Columns],
}

/// Columns that are alike: what they hold, how long, and their names, separated by spaces.
#[derive(Debug, Clone, Copy)]
pub struct Columns(pub Kind, pub Stays, pub &'static str);

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing about a person.
    Plain,
    /// An id of ours that stands for a person or for something of theirs, or a hash of what identifies them.
    Pseudonym,
    /// What names a person, reaches them or tells where they were.
    Identifies,
    /// Something else about the person.
    About,
    /// What proves or opens something, or a hash of it: never shown, to anybody.
    Secret,
    /// What identifies a person, sealed for that use.
    Sealed(KeyUse),
    /// What tells where a person was, sealed under a key of their account that is destroyed when it is closed.
    SealedForAccount,
    /// Something about another person than the one whose row it is.
    OfAnother,
    /// Who of the staff, or of a site, has to do with it.
    Staff,
}

impl Kind {
    /// Whether it tells of a person whose account it is, or may be.
    pub const fn is_personal(self) -> bool {
        !matches!(self, Self::Plain | Self::Staff)
    }
}

/// How long the contents of a column stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stays {
    /// As long as the row.
    Row,
    /// As long as the row, and no longer than the account: emptied when that is closed.
    Open,
    /// Until then, in words.
    Until(&'static str),
}

/// Of whom the rows of a table tell.
#[derive(Debug, Clone, Copy)]
pub enum Whose {
    /// Of nobody.
    Nobody,
    /// Of the person whose account these rows name.
    Account(Own),
    /// Of the person who has the contact whose hash these rows have.
    Receiver(Own),
    /// Of persons, but of which one cannot be found, or is not to be told, because of this.
    Unlinked(&'static str),
}

/// How rows go.
#[derive(Debug, Clone, Copy)]
pub enum Goes {
    /// They stay for good, because of this.
    Never(&'static str),
    /// When the account is closed.
    Closed,
    /// When that is done, in words.
    When(&'static str),
    /// So long after that: by the clean-up.
    Over(Keep, &'static str, Sweep),
    /// So long after that: by the clean-up, which has more to do with them than to remove them.
    By(Work, Keep, &'static str, Count),
}

/// How long something stays after its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Not at all.
    Not,
    /// For so long.
    For(Duration),
    /// As long as refresh tokens may ask whether their session was ended.
    Sessions,
    /// As long as `accounts.appeal_keep` says.
    Appeals,
}

/// What the clean-up does that is more than to remove rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Lets go of the oldest batches of the audit record.
    Record,
    /// Removes authorizations of which nothing lives any more.
    Grants,
    /// Takes former contacts from accounts.
    Changes,
    /// Takes numbers from accounts that somebody else has now, and forgets who asked.
    Numbers,
    /// Erases what was said in appeals, and moves on those whose time is over.
    Appeals,
    /// Closes accounts of which nothing was ever proven.
    Unproven,
    /// Closes accounts whose owners cancelled them.
    Cancelled,
    /// Lets children come of age, ends requests to guardians that nobody answered, and closes accounts without consent.
    Guardians,
}

impl Table {
    /// Each column with what it holds and how long.
    pub fn each_column(&self) -> impl Iterator<Item = (&'static str, Kind, Stays)> + use<> {
        let columns = self.columns;
        columns.iter().flat_map(|group| group.2.split_ascii_whitespace().map(|name| (name, group.0, group.1)))
    }

    /// How rows past their time are removed, where that is all that there is to do.
    pub fn sweep(&self) -> Option<&'static Sweep> {
        self.goes.iter().find_map(|goes| match goes {
            Goes::Over(_, _, sweep) => Some(sweep),
            _ => None,
        })
    }
}

/// The table of that name.
pub fn table(name: &str) -> Option<&'static Table> {
    all().find(|table| table.name == name)
}
