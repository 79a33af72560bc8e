//! The provider's tables. One statement a function, portable to both engines.

pub mod consents;
pub mod grants;
pub mod pushed_requests;
pub mod revoked;
pub mod signals;
pub mod sweep;
pub mod used_tokens;

#[cfg(test)]
mod tests;
