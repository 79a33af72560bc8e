//! A session and how long it lives.

use std::time::Duration;

use shared::clock::Timestamp;
use shared::entropy::{Entropy, token};
use shared::secret::{SecretString, hmac_sha256, sha256};

use crate::profile::Province;

/// Last seen is written at most this often, so that reading pages does not become writing.
const NOTICED: Duration = Duration::from_secs(60);

shared::id_type! {
    /// A session of this site.
    pub struct SessionId;
}

/// The random name of a session that the browser holds; the database holds its hash.
#[derive(Debug, Clone)]
pub struct SessionToken(SecretString);

impl SessionToken {
    /// A fresh one, 256 random bits.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(SecretString::new(token(entropy)))
    }

    /// One that a browser sent, if it has the right form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let right = text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        right.then(|| Self(SecretString::new(text)))
    }

    /// For the cookie.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What the database knows it by.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        sha256(self.0.expose().as_bytes())
    }

    /// The hidden field of forms: only who holds the session can know it.
    #[must_use]
    pub fn form_token(&self) -> String {
        let mac = hmac_sha256(self.0.expose().as_bytes(), b"cet-site: form, 1");
        mac[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// How long a session lives.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// Without the person doing anything.
    pub idle: Duration,
    /// At most.
    pub absolute: Duration,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The account, masked.
    pub account: String,
    /// The name, if the person gave one.
    pub name: Option<String>,
    /// The province of the test centre, chosen at sign-in.
    pub province: Option<Province>,
    /// When it began.
    pub created_at: Timestamp,
    /// When the person was last seen, to within a minute.
    pub seen_at: Timestamp,
}

impl Session {
    /// What to call the person.
    #[must_use]
    pub fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.account)
    }

    /// Whether it still counts.
    #[must_use]
    pub fn is_live(&self, now: Timestamp, limits: SessionLimits) -> bool {
        now.since(self.seen_at) < limits.idle && now.since(self.created_at) < limits.absolute
    }

    /// Whether it is time to write down that the person is here.
    #[must_use]
    pub fn is_to_be_noticed(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) >= NOTICED
    }
}

#[cfg(test)]
mod tests {
    use shared::entropy::SeededEntropy;

    use super::*;

    #[test]
    fn a_session_ends_by_idleness_and_by_age() {
        let entropy = SeededEntropy::new(1);
        let start = Timestamp::from_seconds(1_000_000);
        let limits = SessionLimits { idle: Duration::from_secs(100), absolute: Duration::from_secs(300) };
        let mut session = Session {
            id: SessionId::new(start, &entropy),
            account: "138****8000".to_owned(),
            name: None,
            province: None,
            created_at: start,
            seen_at: start,
        };
        assert!(session.is_live(start + Duration::from_millis(99_999), limits));
        assert!(!session.is_live(start + Duration::from_secs(100), limits));
        session.seen_at = start + Duration::from_secs(250);
        assert!(session.is_live(start + Duration::from_millis(299_999), limits));
        assert!(!session.is_live(start + Duration::from_secs(300), limits));
    }

    #[test]
    fn a_token_is_read_back_and_nothing_else_is() {
        let token = SessionToken::new(&SeededEntropy::new(1));
        assert_eq!(SessionToken::parse(token.expose()).map(|t| t.hash()), Some(token.hash()));
        assert!(SessionToken::parse("").is_none() && SessionToken::parse(&"é".repeat(22)).is_none());
        assert_ne!(token.form_token(), SessionToken::new(&SeededEntropy::new(2)).form_token());
    }
}
