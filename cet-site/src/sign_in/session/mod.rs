//! Who is signed in at this site: rows of its own database, named by a random token in a cookie.

pub mod model;
pub mod store;

pub use model::{Session, SessionId, SessionLimits, SessionToken};
