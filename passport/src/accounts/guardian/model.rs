//! Who is under 14, who answers for them, and how that stands.

use chrono::{Datelike as _, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use shared::clock::{CHINA, Timestamp};

use crate::accounts::model::{AccountId, Contact, Name};
use crate::accounts::proof::CODE_TRIES;
use crate::delivery::MessageId;

/// The age at which people answer for themselves.
const OF_AGE: i32 = 14;

/// From when on who was born that day is 14: from the day after the birthday, as the law counts years of life, by the
/// clock of China.
pub fn of_age_at(born: NaiveDate) -> Option<Timestamp> {
    let year = born.year() + OF_AGE;
    // Who was born on 29 February has the birthday on 1 March.
    let birthday = born.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 3, 1))?;
    let day = birthday.checked_add_days(Days::new(1))?.signed_duration_since(NaiveDate::default()).num_days();
    Some(Timestamp::from_seconds(day * 24 * 60 * 60 - CHINA))
}

/// The day in `YYYY-MM-DD`, or the last one of `YYYY`; `None` where the year is left out.
pub fn born_on(text: &str) -> Option<NaiveDate> {
    let whole = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| day.year() > 0);
    whole.or_else(|| NaiveDate::from_ymd_opt(text.parse::<i32>().ok().filter(|year| *year > 0)?, 12, 31))
}

/// How it became known how old somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// They said so at registration.
    Declared,
    /// By the date of birth in their profile.
    Profile,
    /// By the one in their identity document.
    Document,
}

impl Why {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Declared, Self::Profile, Self::Document];

    /// As it is stored, and in the keys of texts.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Profile => "profile",
            Self::Document => "document",
        }
    }

    pub(super) fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.code() == code)
    }
}

/// Why consent that was asked for or given is needed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Nobody answered in time.
    Lapsed,
    /// Whoever was asked said no, or that they are no guardian of anybody here.
    Refused,
    /// The guardian took it back.
    Withdrawn,
    /// A backup was put in the place of the database: nobody knows whether it was taken back since.
    Restored,
}

impl Ended {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Lapsed, Self::Refused, Self::Withdrawn, Self::Restored];

    /// As it is stored, and in the keys of texts.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Lapsed => "lapsed",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Restored => "restored",
        }
    }

    pub(super) fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ended| ended.code() == code)
    }
}

/// A request to a guardian that waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// When its last message was sent.
    pub sent_at: Timestamp,
    /// That message.
    pub message: MessageId,
    /// Until when the code in it may be typed.
    pub code_until: Timestamp,
    /// How many codes were typed.
    pub tries: u32,
    /// Until when the link in it can be answered.
    pub until: Timestamp,
}

impl Asked {
    /// Whether its code can still be typed at that moment.
    pub fn takes_code(&self, now: Timestamp) -> bool {
        self.code_until > now && self.tries < CODE_TRIES
    }
}

/// How an account of somebody under 14 stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A guardian has to be asked.
    Needed {
        /// What became of the one before.
        ended: Option<Ended>,
    },
    /// One was asked.
    Asked(Asked),
    /// One has consented.
    Consented {
        /// When.
        at: Timestamp,
    },
    /// Its owner is 14, and has to accept the agreements themselves.
    Grown,
}

impl State {
    /// The words that are stored.
    pub const CODES: [&'static str; 4] = ["needed", "asked", "consented", "grown"];

    /// The one of this state.
    pub const fn code(&self) -> &'static str {
        let [needed, asked, consented, grown] = Self::CODES;
        match self {
            Self::Needed { .. } => needed,
            Self::Asked(_) => asked,
            Self::Consented { .. } => consented,
            Self::Grown => grown,
        }
    }
}

/// Somebody known to be under 14.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guardianship {
    /// The account.
    pub account: AccountId,
    /// How it stands.
    pub state: State,
    /// How it became known.
    pub why: Why,
    /// From when on its owner is 14, where the day of birth is known.
    pub of_age_at: Option<Timestamp>,
    /// When the account is closed unless somebody consents before.
    pub erase_at: Option<Timestamp>,
    /// Who was asked, or has consented.
    pub guardian: Option<Guardian>,
}

impl Guardianship {
    /// Whether its owner is 14 at that moment, whether that was noticed or not.
    pub fn is_grown(&self, now: Timestamp) -> bool {
        self.state == State::Grown || self.of_age_at.is_some_and(|at| at <= now)
    }

    /// Whether the account enters no site at that moment, since consent is missing.
    pub fn holds(&self, now: Timestamp) -> bool {
        matches!(self.state, State::Needed { .. } | State::Asked(_)) && !self.is_grown(now)
    }

    /// Whether what a person says of their age may be said anew: as long as no guardian was asked. From then on it is for
    /// the guardian, a document or the birthday to say; and a document outweighs what is said.
    pub fn may_be_restated(&self) -> bool {
        self.state == State::Needed { ended: None } && self.why != Why::Document
    }
}

/// What somebody is to the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// 母亲
    Mother,
    /// 父亲
    Father,
    /// 其他监护人
    Other,
}

impl Relation {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Mother, Self::Father, Self::Other];

    /// In forms, in the keys of texts and in copies.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mother => "mother",
            Self::Father => "father",
            Self::Other => "other",
        }
    }

    /// The one of that code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.code() == code)
    }
}

/// Who answers for a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guardian {
    /// What they are called.
    pub name: Name,
    /// What they are to the child.
    pub relation: Relation,
    /// Where they are written to.
    pub contact: Contact,
}

/// As it is sealed.
#[derive(Serialize, Deserialize)]
struct Written {
    name: String,
    relation: Relation,
    contact: String,
}

impl Guardian {
    /// As it is sealed.
    pub(super) fn write(&self) -> Vec<u8> {
        let written = Written {
            name: self.name.as_str().to_owned(),
            relation: self.relation,
            contact: self.contact.as_str().to_owned(),
        };
        // Texts alone: nothing in it can fail to be written.
        serde_json::to_vec(&written).unwrap_or_default()
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let written: Written = serde_json::from_slice(bytes).ok()?;
        Some(Self {
            name: Name::parse(&written.name).ok()?,
            relation: written.relation,
            contact: Contact::parse(&written.contact)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grown(born: &str) -> String {
        of_age_at(born_on(born).expect("a day")).expect("a moment").to_string()
    }

    #[test]
    fn who_is_born_on_a_day_is_fourteen_from_the_day_after_the_birthday_in_china() {
        assert_eq!(grown("2013-03-17"), "2027-03-17T16:00:00Z");
        assert_eq!(grown("2012-02-29"), "2026-03-01T16:00:00Z", "2026 has no 29 February");
        assert_eq!(grown("2013"), "2027-12-31T16:00:00Z", "of a year alone the last day counts");
    }

    #[test]
    fn a_day_without_its_year_says_nothing_of_an_age() {
        for none in ["0000-02-28", "0000", "", "2013-13-01", "２０１３", "-5"] {
            assert_eq!(born_on(none), None, "{none}");
        }
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for why in Why::ALL {
            assert_eq!(Why::parse(why.code()), Some(why));
        }
        for ended in Ended::ALL {
            assert_eq!(Ended::parse(ended.code()), Some(ended));
        }
        for relation in Relation::ALL {
            let contact = Contact::parse("wang@example.com").expect("a contact");
            let guardian = Guardian { name: Name::parse("王芳").expect("a name"), relation, contact };
            assert_eq!(Relation::parse(relation.code()), Some(relation));
            assert_eq!(Guardian::read(&guardian.write()), Some(guardian));
        }
    }

    #[test]
    fn no_site_is_entered_before_consent_and_every_one_from_the_birthday_on() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let later = Timestamp::from_seconds(1_900_000_000);
        let asked = Asked {
            sent_at: now,
            message: "01890000-0000-7000-8000-000000000000".parse().expect("an id"),
            code_until: later,
            tries: 0,
            until: later,
        };
        let of = |state, of_age_at| Guardianship {
            account: "01890000-0000-7000-8000-000000000000".parse().expect("an id"),
            state,
            why: Why::Declared,
            of_age_at,
            erase_at: None,
            guardian: None,
        };
        for (state, holds) in [
            (State::Needed { ended: None }, true),
            (State::Needed { ended: Some(Ended::Withdrawn) }, true),
            (State::Asked(asked), true),
            (State::Consented { at: now }, false),
            (State::Grown, false),
        ] {
            assert_eq!(of(state, None).holds(now), holds, "{state:?}");
            assert_eq!(of(state, Some(later)).holds(now), holds, "{state:?}");
            assert!(!of(state, Some(now)).holds(now), "{state:?}");
            assert!(of(state, Some(now)).is_grown(now));
        }
        assert!(asked.takes_code(now) && !asked.takes_code(later) && !Asked { tries: 5, ..asked }.takes_code(now));
        assert!(of(State::Needed { ended: None }, None).may_be_restated());
        assert!(!of(State::Needed { ended: Some(Ended::Refused) }, None).may_be_restated());
        assert!(!of(State::Asked(asked), None).may_be_restated());
    }
}
