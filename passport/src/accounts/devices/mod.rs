//! Browsers in which somebody has signed in before.
//!
//! A browser that signs in holds a random token; a row says which accounts are known by it. Where an account is known,
//! its tries are counted apart: whoever guesses elsewhere locks themselves out and not the owner. And there its owner
//! may have the second step left out for a while ([`TRUST`]); what is left out is not shown, and such a sign-in counts as
//! one factor. Tries of the second step are counted apart only where that step itself was passed.

pub mod cookie;
pub mod store;

use std::time::Duration;

/// How long after a sign-in a browser is known: from one examination to the next.
pub const LIFETIME: Duration = Duration::from_secs(180 * 24 * 60 * 60);

/// How long the second step is left out in a browser whose owner said so.
pub const TRUST: Duration = Duration::from_secs(30 * 24 * 60 * 60);
