//! The OpenID provider: discovery, authorization, tokens, user information and logout.

pub mod authorize;
pub mod error;
pub mod grant_engine;
pub mod handle;
pub mod params;
pub mod scope;

#[cfg(test)]
pub(crate) mod testing;
