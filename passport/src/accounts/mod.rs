//! Candidates: registration, sign-in, sessions and profile.

pub mod model;
