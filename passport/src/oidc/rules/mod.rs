//! Every rule by which a request of the protocol is refused, in one list ([`list`]). Whoever refuses names the rule that was
//! broken: a [`ProtocolError`](super::error::ProtocolError) cannot be made without one.
//!
//! A rule has a name that stays: it stands in `error_uri`, in what is stored of refusals and in the metrics, and a page of the
//! [`dictionary`] says what it means and what to do. Some are not told to whoever asks, since a guesser would learn from
//! them: those are answered as another one, and the owner of the client sees which it was.

pub mod dictionary;
mod jwt;
pub mod pages;

use super::error::{Code, ProtocolError};

pub use self::jwt::{of_assertion, of_proof, of_request_object};
pub use self::list::Rule;

/// Makes the rules out of the list: name of the variant, name, code, what is wrong, where the rule stands and, unless it is
/// told as itself, as what it is told.
macro_rules! rules {
    ($($group:ident { $($rule:ident $name:literal $code:ident $says:literal $section:literal $(told $told:ident)?;)+ })+) => {
        /// A rule of the protocol, as it was broken.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[doc = $says] $rule,)+)+
        }

        impl Rule {
            /// All of them, in the order of the list.
            pub const ALL: &'static [Self] = &[$($(Self::$rule,)+)+];
        }

        pub(super) const ENTRIES: &[Entry] = &[$($(
            Entry {
                name: $name,
                group: Group::$group,
                code: Code::$code,
                says: $says,
                section: $section,
                told: [$(Rule::$told,)? Rule::$rule][0],
            },
        )+)+];
    };
}

mod list;

/// What is known of a rule.
pub(super) struct Entry {
    name: &'static str,
    group: Group,
    code: Code,
    says: &'static str,
    section: &'static str,
    told: Rule,
}

/// What rules are about: a file of the dictionary each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Any request.
    Form,
    /// Authorization requests.
    Authorize,
    /// Pushed requests.
    Pushed,
    /// Signed requests.
    Object,
    /// Client authentication.
    Client,
    /// The token endpoint.
    Token,
    /// DPoP and certificates.
    Proof,
    /// What takes or looks at tokens.
    Resource,
    /// Registration of clients.
    Registration,
    /// Signing out.
    Logout,
    /// The service itself.
    Service,
}

impl Group {
    /// All of them, in the order of the pages.
    pub const ALL: [Self; 11] = [
        Self::Form,
        Self::Authorize,
        Self::Pushed,
        Self::Object,
        Self::Client,
        Self::Token,
        Self::Proof,
        Self::Resource,
        Self::Registration,
        Self::Logout,
        Self::Service,
    ];
}

impl Rule {
    const fn entry(self) -> &'static Entry {
        &list::ENTRIES[self as usize]
    }

    /// Its name, which stays.
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// The rule of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name)
    }

    /// What it is about.
    pub const fn group(self) -> Group {
        self.entry().group
    }

    /// The code of the standard that a client is told.
    pub const fn code(self) -> Code {
        self.entry().code
    }

    /// What is wrong, in the characters of RFC 6749 §4.1.2.1.
    pub const fn says(self) -> &'static str {
        self.entry().says
    }

    /// Where the rule stands.
    pub const fn section(self) -> &'static str {
        self.entry().section
    }

    /// The rule that whoever asks is told of.
    pub const fn told(self) -> Self {
        self.entry().told
    }

    /// The error of a request that breaks it.
    pub const fn error(self) -> ProtocolError {
        ProtocolError::of(self)
    }

    /// The address of its page.
    pub fn page(self, issuer: &str) -> String {
        format!("{issuer}{}/{}", crate::web::paths::ERRORS, self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_their_own_and_fit_into_an_address() {
        let names: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
        assert_eq!(names.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            let name = rule.name();
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{name}");
            assert_eq!(Rule::named(name), Some(*rule));
        }
    }

    #[test]
    fn what_is_told_has_the_characters_of_a_description() {
        for rule in Rule::ALL {
            for text in [rule.says(), rule.section()] {
                let plain = |b: u8| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\';
                assert!(!text.is_empty() && text.bytes().all(plain), "{}: {text}", rule.name());
            }
        }
    }

    #[test]
    fn a_rule_that_is_not_told_cannot_be_told_apart_from_the_one_that_is() {
        for rule in Rule::ALL {
            let told = rule.told();
            assert_eq!(told.told(), told, "{}", rule.name());
            let (own, other) = (rule.error(), told.error());
            assert_eq!(own.describe("R"), other.describe("R"));
            assert_eq!((own.code, own.uri("https://p.test")), (other.code, other.uri("https://p.test")));
        }
        assert_eq!(Rule::VerifierWrong.told(), Rule::GrantRefused);
        assert_eq!(Rule::ClientSecretWrong.told(), Rule::ClientUnknown.told());
    }
}
