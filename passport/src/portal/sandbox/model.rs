//! A site in the sandbox.

use shared::clock::Timestamp;

use crate::portal::OrganisationId;

shared::id_type! {
    /// A site of an organisation in the sandbox.
    pub struct SiteId;
}

/// Sites that one organisation may have in the sandbox at a time.
pub const MOST: usize = 20;

/// A site in the sandbox, as the portal remembers it. What it registered there the sandbox knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Which.
    pub id: SiteId,
    /// Whose.
    pub organisation: OrganisationId,
    /// Its client identifier in the sandbox.
    pub client_id: String,
    /// What it is called.
    pub name: String,
    /// Since when it is registered.
    pub registered_at: Timestamp,
    /// The token by which it is changed there (RFC 7592 §1.2), sealed.
    pub token_sealed: Vec<u8>,
}

/// What kind of program a site is, and how it proves that it is itself: what decides how it is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// On a server, with a secret in the header (`client_secret_basic`).
    Secret,
    /// On a server, with a secret in the body (`client_secret_post`).
    SecretPost,
    /// On a server, with a key of its own (`private_key_jwt`).
    Key,
    /// In the browser alone.
    Browser,
    /// On a person's device.
    Device,
}

impl Kind {
    /// All of them, the usual one first.
    pub const ALL: [Self; 5] = [Self::Secret, Self::SecretPost, Self::Key, Self::Browser, Self::Device];

    /// As forms send it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::SecretPost => "secret-post",
            Self::Key => "key",
            Self::Browser => "browser",
            Self::Device => "device",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// How it authenticates at the token endpoint (OIDC Core §9).
    pub const fn method(self) -> &'static str {
        match self {
            Self::Secret => "client_secret_basic",
            Self::SecretPost => "client_secret_post",
            Self::Key => "private_key_jwt",
            Self::Browser | Self::Device => "none",
        }
    }

    /// Where it runs (OIDC Registration §2).
    pub const fn application(self) -> &'static str {
        if matches!(self, Self::Device) { "native" } else { "web" }
    }

    /// The kind that registers itself so.
    pub fn of(method: &str, application: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.method() == method && kind.application() == application)
    }
}
