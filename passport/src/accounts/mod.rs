//! Candidates: registration, sign-in, sessions and profile.

pub mod hashing;
pub mod model;
