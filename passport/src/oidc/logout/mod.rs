//! Signing out at the wish of a site.
//!
//! Tokens need no care of their own: refresh tokens and user information ask whether the session that they come of
//! has ended, unless the person granted offline access.

pub mod end_session;
pub mod request;
