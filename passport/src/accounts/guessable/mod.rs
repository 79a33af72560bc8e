//! Passwords that are guessed first: those that many people have, those that follow the keyboard, and those that say
//! who has them (NIST SP 800-63B §3.1.1.2, OWASP ASVS 5.0 6.2.4, 6.2.11 and 6.2.12).
//!
//! What counts is what a guesser does: take a known password or word, capitalise it, write `@` for `a`, hang digits, a
//! year or an exclamation mark to either end. So a password is taken apart the same way, and refused when one of its
//! readings is nothing but such a word and such trimmings. What is refused and what not: `docs/adr/0019`.

mod common;
mod filter;
mod owner;
mod pattern;
mod text;
mod trimmings;

pub use self::filter::{digest, pack};
pub use self::owner::Owner;
pub use self::text::{fold, skeleton};

use self::text::Folded;

/// Why a password is refused; the end of the key of the sentence that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guessable {
    /// Many people have it, or one that differs in what everybody varies.
    Common,
    /// It repeats, counts up or walks over the keyboard.
    Pattern,
    /// Most of it is what others know of its owner.
    Own,
    /// Most of it names this site or an exam.
    Site,
}

impl Guessable {
    /// Its name in the keys of texts.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Common => "common",
            Self::Pattern => "pattern",
            Self::Own => "own",
            Self::Site => "site",
        }
    }
}

/// What says whether a skeleton is known.
type Known<'a> = &'a dyn Fn(&[char]) -> bool;

/// Why somebody would guess this password of that owner soon; `None`: nobody would.
pub fn guessable(password: &str, owner: &Owner) -> Option<Guessable> {
    let folded = Folded::of(password);
    if owner.is_most_of(&folded) {
        Some(Guessable::Own)
    } else if owner::names_a_site(&folded) {
        Some(Guessable::Site)
    } else {
        guessable_by_anybody(&folded, &filter::holds)
    }
}

fn guessable_by_anybody(password: &Folded, known: Known<'_>) -> Option<Guessable> {
    if pattern::is_pattern(password.chars()) {
        Some(Guessable::Pattern)
    } else if common::is_common(password.chars(), known) {
        Some(Guessable::Common)
    } else {
        None
    }
}

/// Whether the rules refuse this text once the filter holds what `known` says, given skeletons: for whoever builds the
/// filter, so that it need not hold what follows from the rest.
pub fn follows(password: &str, known: &dyn Fn(&[char]) -> bool) -> bool {
    guessable_by_anybody(&Folded::of(password), known).is_some()
}

#[cfg(test)]
mod tests;
