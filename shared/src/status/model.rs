//! Parts, their states, and notices.

use crate::clock::Timestamp;
use crate::i18n::Lang;

macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$of])* $variant),+
        }

        impl $name {
            /// All there are, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in the document and on the command line.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }

            /// The one of that name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == name)
            }
        }
    };
}

named! {
    /// What can work or not, apart from the rest.
    Part {
        /// Signing in with a password, a passkey and what belongs to it.
        SignIn = "sign-in",
        /// Making an account.
        Registration = "registration",
        /// What sites are given, so that people get in.
        Tokens = "tokens",
        /// Mail on its way to people.
        Mail = "mail",
        /// SMS on their way to people.
        Sms = "sms",
        /// Where everything is kept.
        Database = "database",
        /// What signs and seals.
        Keys = "keys",
    }
}

named! {
    /// How a part stands, from the best to the worst.
    State {
        /// It works.
        Ok = "ok",
        /// Nothing was heard of it lately.
        Unknown = "unknown",
        /// It works with delay, or not for everybody.
        Degraded = "degraded",
        /// It is being worked on, as was announced.
        Maintenance = "maintenance",
        /// It does not work.
        Down = "down",
    }
}

named! {
    /// Why something is announced.
    Kind {
        /// Work that is planned.
        Planned = "planned",
        /// Anything else that people should know.
        Trouble = "trouble",
    }
}

/// The same in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Words {
    /// In that language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// What operators announce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// Why it is there.
    pub kind: Kind,
    /// What it is about; nothing in particular when empty.
    pub parts: Vec<Part>,
    /// From when on it is shown.
    pub shown_from: Timestamp,
    /// When what it tells of begins.
    pub begins: Timestamp,
    /// When that ends, and the notice with it.
    pub ends: Timestamp,
    /// What else there is to say; may be empty for planned work, which the times tell of.
    pub words: Words,
}

impl Notice {
    /// Whether people are told of it now.
    #[must_use]
    pub fn is_shown(&self, now: Timestamp) -> bool {
        self.shown_from <= now && !self.is_over(now)
    }

    /// Whether what it tells of goes on now.
    #[must_use]
    pub fn is_running(&self, now: Timestamp) -> bool {
        self.begins <= now && !self.is_over(now)
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ends <= now
    }
}

/// How everything stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// When the parts were looked at.
    pub at: Timestamp,
    /// The parts that there are, in order.
    pub parts: Vec<(Part, State)>,
    /// The notices that are not over, the first to begin first.
    pub notices: Vec<Notice>,
}

impl Report {
    /// How that part stands, if there is one.
    #[must_use]
    pub fn state(&self, part: Part) -> Option<State> {
        self.parts.iter().find(|(one, _)| *one == part).map(|(_, state)| *state)
    }

    /// The state of the part that stands worst.
    #[must_use]
    pub fn worst(&self) -> State {
        self.parts.iter().map(|(_, state)| *state).max().unwrap_or(State::Unknown)
    }
}
