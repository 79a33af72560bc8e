//! Scopes (RFC 6749 §3.3): what a client asks for and what it is given.

use std::fmt;

use super::error::ProtocolError;
use super::rules::Rule;
use crate::clients::{Client, GrantType};

/// OIDC Core §3.1.2.1: makes an OAuth request an OpenID one.
pub const OPENID: &str = "openid";
/// Name, what else the person tells of themselves, language and time of the last change.
pub const PROFILE: &str = "profile";
/// Mail address.
pub const EMAIL: &str = "email";
/// Postal address.
pub const ADDRESS: &str = "address";
/// Mobile number.
pub const PHONE: &str = "phone";
/// OIDC Core §11: a refresh token that outlives the session.
pub const OFFLINE_ACCESS: &str = "offline_access";
/// Ours: the province of the test centre, and whether the identity was verified.
pub const EXAM: &str = "exam";

/// Every scope that means something to this provider, in the order of the metadata.
pub const SUPPORTED: [&str; 7] = [OPENID, PROFILE, EMAIL, PHONE, ADDRESS, OFFLINE_ACCESS, EXAM];

/// The longest `scope` parameter that is read, in bytes.
const LIMIT: usize = 1024;

/// Different scope tokens in the order they were asked for, one space between them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Scope(String);

impl Scope {
    /// Reads a `scope` parameter.
    ///
    /// # Errors
    /// `invalid_scope` for one that is longer than any client needs, or that is no scope.
    pub fn requested(text: &str) -> Result<Self, ProtocolError> {
        // Each token is compared with all before it, and what is granted is stored: a stranger must not choose how much.
        if text.len() > LIMIT {
            return Err(Rule::ScopeTooLong.into());
        }
        Self::parse(text)
    }

    /// Reads a scope of any length: one that was stored. A token that stands in it twice counts once.
    ///
    /// # Errors
    /// `invalid_scope` for a character outside of RFC 6749 §3.3.
    pub fn parse(text: &str) -> Result<Self, ProtocolError> {
        if !text.bytes().all(|b| b == b' ' || b == 0x21 || (0x23..=0x5b).contains(&b) || (0x5d..=0x7e).contains(&b)) {
            return Err(Rule::ScopeCharacter.into());
        }
        Ok(Self::collect(text.split(' ').filter(|token| !token.is_empty())))
    }

    /// The tokens, each once.
    pub fn collect<'a>(tokens: impl Iterator<Item = &'a str>) -> Self {
        let mut scope = Self::default();
        for token in tokens {
            if !scope.has(token) {
                if !scope.0.is_empty() {
                    scope.0.push(' ');
                }
                scope.0.push_str(token);
            }
        }
        scope
    }

    /// The tokens as they travel.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its tokens.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|token| !token.is_empty())
    }

    /// Whether that token is one of them.
    pub fn has(&self, token: &str) -> bool {
        self.iter().any(|t| t == token)
    }

    /// Whether it is the scope of nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its tokens and those of `other`.
    pub fn union(&self, other: &Self) -> Self {
        Self::collect(self.iter().chain(other.iter()))
    }

    /// Its tokens without those of `other`.
    pub fn without(&self, other: &Self) -> Self {
        Self::collect(self.iter().filter(|token| !other.has(token)))
    }

    /// What `client` may be given of it for a person's authorization. What is unknown or not registered for the
    /// client is left out (OIDC Core §3.1.2.1); `offline_access` needs the refresh token grant (§11).
    pub fn granted_to(&self, client: &Client) -> Self {
        Self::collect(self.iter().filter(|token| {
            client.allows_scope(token) && (*token != OFFLINE_ACCESS || client.allows(GrantType::RefreshToken))
        }))
    }

    /// What `client` may be given of it for itself: no person's data (RFC 6749 §4.4).
    pub fn granted_to_client_itself(&self, client: &Client) -> Self {
        Self::collect(self.iter().filter(|token| client.allows_scope(token) && !SUPPORTED.contains(token)))
    }

    /// Everything that `client` registered, for a request that names nothing.
    pub fn registered(client: &Client) -> Self {
        Self::collect(client.scopes.iter().map(String::as_str))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({})", self.0)
    }
}

impl shared::db::Bind for &Scope {
    fn into_value(self) -> shared::db::Value {
        shared::db::Bind::into_value(self.0.as_str())
    }

    fn null() -> shared::db::Value {
        <&str as shared::db::Bind>::null()
    }
}

impl shared::db::Column for Scope {
    fn read(cell: shared::db::Cell<'_>) -> Result<Self, shared::db::CellError> {
        let text = <String as shared::db::Column>::read(cell)?;
        Self::parse(&text).map_err(|_| shared::db::CellError::new("is not a scope"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::error::Code;
    use crate::oidc::testing::client;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).expect("a scope")
    }

    #[test]
    fn the_order_asked_for_is_kept_and_doubles_go() {
        assert_eq!(scope("  openid email  openid profile ").as_str(), "openid email profile");
    }

    #[test]
    fn a_quote_a_backslash_or_anything_beyond_ascii_is_refused() {
        for bad in ["a\"b", "a\\b", "é", "a\tb", "a\u{7f}"] {
            assert_eq!(Scope::parse(bad).map_err(|e| e.code), Err(Code::InvalidScope), "{bad:?}");
        }
    }

    #[test]
    fn a_parameter_of_any_length_is_not_read() {
        assert!(Scope::requested(&"a".repeat(LIMIT)).is_ok());
        let flood: String = (0..LIMIT).map(|n| format!("s{n} ")).collect();
        assert_eq!(Scope::requested(&flood).map_err(|e| e.code), Err(Code::InvalidScope));
    }

    #[test]
    fn what_a_client_did_not_register_is_left_out() {
        let client = client("scopes = ['openid', 'email', 'offline_access']");
        assert_eq!(scope("openid phone email made_up").granted_to(&client).as_str(), "openid email");
    }

    #[test]
    fn offline_access_needs_the_refresh_token_grant() {
        let with =
            client("scopes = ['openid', 'offline_access']\ngrant_types = ['authorization_code', 'refresh_token']");
        let without = client("scopes = ['openid', 'offline_access']");
        assert!(scope("openid offline_access").granted_to(&with).has(OFFLINE_ACCESS));
        assert!(!scope("openid offline_access").granted_to(&without).has(OFFLINE_ACCESS));
    }

    #[test]
    fn a_client_of_its_own_is_given_no_persons_data() {
        let client = client("scopes = ['openid', 'email', 'reports']");
        assert_eq!(scope("openid email reports").granted_to_client_itself(&client).as_str(), "reports");
    }

    #[test]
    fn scopes_are_sets_that_keep_their_order() {
        assert_eq!(scope("a b").union(&scope("b c")).as_str(), "a b c");
        assert_eq!(scope("c a b").without(&scope("a")).as_str(), "c b");
    }
}
