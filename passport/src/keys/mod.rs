//! Signing keys and data keys: made, sealed at rest, rotated, and used.

pub mod alg;

pub use self::alg::Alg;
