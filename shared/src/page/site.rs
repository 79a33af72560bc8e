//! Brand, navigation and the other small data a page is made of.

/// The accent of a site or of a part of a page. Its class recolours whatever carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Accent {
    /// The passport, indigo.
    #[default]
    Passport,
    /// CET, azurite.
    Cet,
    /// PETS, violet.
    Pets,
    /// NCRE, ochre.
    Ncre,
    /// A site that is not ours: a quiet mark with the first character of its name.
    Other,
}

impl Accent {
    /// The accent a registration names (`pp`, `cet`, `pets`, `ncre`); anything else is a site that is not
    /// ours.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        match name {
            "pp" => Self::Passport,
            "cet" => Self::Cet,
            "pets" => Self::Pets,
            "ncre" => Self::Ncre,
            _ => Self::Other,
        }
    }

    /// The class that sets the accent.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Passport => "pp",
            Self::Cet => "cet",
            Self::Pets => "pets",
            Self::Ncre => "ncre",
            Self::Other => "other",
        }
    }

    /// The picture behind the name on the home page of an exam site; the others have no banner and borrow
    /// the first one's.
    #[must_use]
    pub const fn banner(self) -> &'static str {
        match self {
            Self::Pets => "banner-pets.svg",
            Self::Ncre => "banner-ncre.svg",
            Self::Cet | Self::Passport | Self::Other => "banner-cet.svg",
        }
    }

    /// The symbol of the mark in the sprite; a site that is not ours has none.
    #[must_use]
    pub const fn mark(self) -> Option<&'static str> {
        match self {
            Self::Passport => Some("mark-pp"),
            Self::Cet => Some("mark-cet"),
            Self::Pets => Some("mark-pets"),
            Self::Ncre => Some("mark-ncre"),
            Self::Other => None,
        }
    }
}

/// The site a page belongs to, in the language of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Colour and mark.
    pub accent: Accent,
    /// The short name beside the mark.
    pub name: String,
    /// A second, smaller line under the name.
    pub tagline: Option<String>,
    /// Where the name leads.
    pub home: String,
}

/// A link by address and words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Local path or absolute address.
    pub href: String,
    /// The words.
    pub label: String,
}

impl Link {
    /// A link.
    #[must_use]
    pub fn new(href: impl Into<String>, label: impl Into<String>) -> Self {
        Self { href: href.into(), label: label.into() }
    }
}

/// An entry of a navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavItem {
    /// Where it leads.
    pub href: String,
    /// The words.
    pub label: String,
    /// Whether it names the page being shown.
    pub current: bool,
    /// A symbol of the sprite; only the side navigation shows one.
    pub icon: &'static str,
}

impl NavItem {
    /// An entry without a symbol.
    #[must_use]
    pub fn new(href: impl Into<String>, label: impl Into<String>, current: bool) -> Self {
        Self { href: href.into(), label: label.into(), current, icon: "" }
    }

    /// The same with a symbol of the sprite.
    #[must_use]
    pub fn with_icon(mut self, icon: &'static str) -> Self {
        self.icon = icon;
        self
    }
}

/// Who is signed in, and how to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The name shown in the header; may be empty when the person gave none.
    pub name: String,
    /// Where the form of the 退出 button is posted.
    pub sign_out: String,
}

/// Until when who is signed in stays so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holds {
    /// In words.
    pub text: String,
    /// In how many seconds that is.
    pub seconds: i64,
    /// Where a script asks for more time; none where there is no more.
    pub more: Option<String>,
    /// Whether the page is taken from the screen then: the next person at the computer is somebody else.
    pub clears: bool,
}

/// An option of a select.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the person reads.
    pub label: String,
}

impl Choice {
    /// An option.
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// A rule shown under a password field and ticked while one types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What the script checks: `length:8:18`, `letter-digit`, `one-of:!@#$%^&*_-`.
    pub check: String,
    /// The rule in words.
    pub text: String,
    /// The server's verdict about what was sent; `None` before anything was sent.
    pub kept: Option<bool>,
}

/// Where a person is on the way to, from the registration of that site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The full name in the language of the page.
    pub name: String,
    /// The host, for a careful look.
    pub host: String,
    /// Colour and mark.
    pub accent: Accent,
    /// The address of its logo, on this host; none: its mark stands there.
    pub logo: Option<String>,
}
