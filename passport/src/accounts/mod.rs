//! Candidates: registration, sign-in, sessions and profile.
