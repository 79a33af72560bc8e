//! Resource indicators (RFC 8707): which servers an access token is for.
//!
//! A token without a resource is for our own user information. Which resources a client may name is registered by an
//! operator: a token for a server of somebody else's choice is a token that somebody else can use.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::ProtocolError;
use super::params::Params;
use super::rules::Rule;
use crate::clients::Client;

/// Resources, in the order they were named; none: our own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audience(Vec<String>);

impl Audience {
    /// The resources that an authorization request or a client's own token request names.
    ///
    /// # Errors
    /// `invalid_target`: one is not registered for the client.
    pub fn requested<'r>(named: impl Iterator<Item = &'r str>, client: &Client) -> Result<Self, ProtocolError> {
        Self::collect(named, |resource| client.resources.iter().any(|own| own == resource))
    }

    /// The part of the authorized resources that a token request names; all of them if it names none (§2.2).
    ///
    /// # Errors
    /// `invalid_target`: one was not authorized.
    pub fn narrowed(&self, params: &Params) -> Result<Self, ProtocolError> {
        let part = Self::collect(params.all("resource"), |resource| self.0.iter().any(|own| own == resource))?;
        Ok(if part.0.is_empty() { self.clone() } else { part })
    }

    fn collect<'r>(named: impl Iterator<Item = &'r str>, may: impl Fn(&str) -> bool) -> Result<Self, ProtocolError> {
        let mut resources: Vec<String> = Vec::new();
        for resource in named {
            if !may(resource) {
                return Err(Rule::ResourceRefused.into());
            }
            if !resources.iter().any(|known| known == resource) {
                resources.push(resource.to_owned());
            }
        }
        Ok(Self(resources))
    }

    /// One text for storing them, since no URI holds a space; `None` for none.
    pub fn to_text(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(" "))
    }

    /// Reads what [`Self::to_text`] wrote.
    pub fn parse(text: &str) -> Self {
        Self(text.split(' ').map(str::to_owned).collect())
    }

    /// The resources; none: our own.
    pub fn resources(&self) -> &[String] {
        &self.0
    }

    /// The `aud` of a token (RFC 9068 §3).
    pub fn claim<'a>(&'a self, issuer: &'a str) -> Aud<'a> {
        match self.0.as_slice() {
            [] => Aud::One(issuer),
            [one] => Aud::One(one),
            many => Aud::Many(many),
        }
    }
}

/// An `aud` claim as it is written (RFC 7519 §4.1.3).
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub enum Aud<'a> {
    /// A text.
    One(&'a str),
    /// An array.
    Many(&'a [String]),
}

/// An `aud` claim as it is read: either form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadAud(Vec<String>);

impl ReadAud {
    /// Whether that name stands in it.
    pub fn names(&self, name: &str) -> bool {
        self.0.iter().any(|aud| aud == name)
    }

    /// Whether one of those names does.
    pub fn names_any(&self, names: &[String]) -> bool {
        names.iter().any(|name| self.names(name))
    }
}

impl<'de> Deserialize<'de> for ReadAud {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            One(String),
            Many(Vec<String>),
        }
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::One(one) => vec![one],
            Either::Many(many) => many,
        }))
    }
}

impl Serialize for ReadAud {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            many => many.serialize(serializer),
        }
    }
}
