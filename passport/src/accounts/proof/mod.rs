//! Proving that a mail address or a mobile number is somebody's.
//!
//! A request sends a code of six digits to type where it was asked for, good for [`CODE_LIFETIME`] and [`CODE_TRIES`]
//! tries; a mail carries a link as well, good for [`LINK_LIFETIME`] and in any browser. One request is one row. Whichever
//! of the two is used first spends both, by one statement, and ends what other requests for the same contact wait for.
//!
//! A request for a name that nobody has is the same work and the same row, without a message: neither answers nor times
//! tell the two apart. Requests from elsewhere leave each other alone, so that a stranger who asks again and again spoils
//! nobody's code; only asking again on the same page replaces what was sent before.

pub mod check;
pub mod code_page;
pub mod issue;
pub mod model;
pub mod store;
pub(in crate::accounts) mod ticket;
pub(in crate::accounts) mod words;

use std::time::Duration;

pub use self::check::{Checked, Followed};
pub use self::issue::{Cap, Issued, Request, Stopped};
pub use self::model::{Over, Proof, ProofId, Purpose};

use crate::web::KeyUse;

/// How long a code may be typed.
pub const CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// How long a link may be followed.
pub const LINK_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// How often a code may be mistyped: of a million codes, so many are tried in vain.
pub const CODE_TRIES: u32 = 5;

/// How long after one request the same page may ask for another.
pub const PAUSE: Duration = Duration::from_secs(60);

/// What codes are hashed for.
const CODE_PURPOSE: KeyUse = KeyUse::ProofCode;
