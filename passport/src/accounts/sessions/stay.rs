//! Where somebody signs in, as they say themselves, and how long a session lasts there.

use std::time::Duration;

use shared::clock::Timestamp;

/// What a browser keeps of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stay {
    /// A cookie that ends with the browser.
    #[default]
    Browser,
    /// A cookie that stays: the computer is the person's own.
    Remembered,
    /// As little as possible: the next person at this computer is somebody else.
    Public,
}

impl Stay {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Browser, Self::Remembered, Self::Public];

    /// What the boxes of a form say. Whoever ticks both is at a public computer: that choice does less harm.
    pub fn chosen(remember: bool, public: bool) -> Self {
        match (remember, public) {
            (_, true) => Self::Public,
            (true, false) => Self::Remembered,
            (false, false) => Self::Browser,
        }
    }

    /// As it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Remembered => "remembered",
            Self::Public => "public",
        }
    }

    /// What was stored. Nothing, and what a later version stored, is a session that ends with the browser.
    pub fn of_code(code: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|stay| Some(stay.code()) == code).unwrap_or_default()
    }
}

/// How long sessions last.
#[derive(Debug, Clone, Copy)]
pub struct SessionPolicy {
    /// Without use.
    pub idle: Duration,
    /// In any case.
    pub absolute: Duration,
}

impl SessionPolicy {
    /// The term of a session that begins, or begins anew.
    pub fn term(self, stay: Stay, now: Timestamp) -> Term {
        Term { stay, idle: self.idle, idle_at: now + self.idle, expires_at: now + self.absolute }
    }
}

impl Default for SessionPolicy {
    /// Two hours without use, twelve in all: a day of registration with a lunch break.
    fn default() -> Self {
        Self { idle: Duration::from_secs(2 * 60 * 60), absolute: Duration::from_secs(12 * 60 * 60) }
    }
}

/// The policy of each kind.
#[derive(Debug, Clone, Copy)]
pub struct SessionPolicies {
    /// Of a session that ends with the browser.
    pub browser: SessionPolicy,
    /// Of one that stays.
    pub remembered: SessionPolicy,
    /// Of one at a public computer.
    pub public: SessionPolicy,
}

impl SessionPolicies {
    /// The policy of that kind.
    pub fn of(&self, stay: Stay) -> SessionPolicy {
        match stay {
            Stay::Browser => self.browser,
            Stay::Remembered => self.remembered,
            Stay::Public => self.public,
        }
    }
}

/// Until when a session holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Its kind.
    pub stay: Stay,
    /// How long it lasts without use.
    pub idle: Duration,
    /// When it ends if it is not used meanwhile.
    pub idle_at: Timestamp,
    /// When it ends in any case.
    pub expires_at: Timestamp,
}

impl Term {
    /// When it ends if nothing more is done.
    pub fn until(&self) -> Timestamp {
        self.idle_at.min(self.expires_at)
    }

    /// The same term after a use that was written down.
    #[must_use]
    pub fn used_at(self, now: Timestamp) -> Self {
        Self { idle_at: now + self.idle, ..self }
    }

    /// How long the browser keeps the cookie; `None`: until it is closed.
    pub fn kept_for(&self, now: Timestamp) -> Option<Duration> {
        let left = || Duration::from_millis(u64::try_from(self.expires_at.millis() - now.millis()).unwrap_or_default());
        (self.stay == Stay::Remembered).then(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_computer_outranks_being_remembered() {
        assert_eq!(Stay::chosen(true, true), Stay::Public);
        assert_eq!(Stay::chosen(true, false), Stay::Remembered);
        assert_eq!(Stay::chosen(false, false), Stay::Browser);
    }

    #[test]
    fn every_kind_is_read_back_and_anything_else_ends_with_the_browser() {
        for stay in Stay::ALL {
            assert_eq!(Stay::of_code(Some(stay.code())), stay);
        }
        assert_eq!((Stay::of_code(None), Stay::of_code(Some("new"))), (Stay::Browser, Stay::Browser));
    }

    #[test]
    fn a_term_ends_at_the_nearer_limit() {
        let begin = Timestamp::from_seconds(1_000);
        let term = SessionPolicy { idle: Duration::from_secs(60), absolute: Duration::from_secs(90) }
            .term(Stay::Remembered, begin);
        assert_eq!(term.until(), begin + Duration::from_secs(60));
        let used = term.used_at(begin + Duration::from_secs(45));
        assert_eq!(used.until(), begin + Duration::from_secs(90), "no use carries it over the absolute limit");
        assert_eq!(used.kept_for(begin + Duration::from_secs(45)), Some(Duration::from_secs(45)));
        assert_eq!(Term { stay: Stay::Browser, ..term }.kept_for(begin), None);
    }
}
