//! SMS as a second step, where the operator's policy allows it (ADR 0056): a code of six digits to the number of the
//! account, beside the password.
//!
//! It is the weakest of the steps, and kept apart from the others for that:
//!
//! - it is for accounts that have neither app nor passkey. Beside those it would be the way past them, so whichever of them
//!   is added takes its place;
//! - what it shows ranks with the password alone ([`Acr::One`](crate::accounts::assurance::Acr)), and no browser leaves it
//!   out;
//! - the number is the one that the account has proven within [`FRESH_MOBILE`](crate::accounts::recovery::FRESH_MOBILE).
//!   Where there is none any more, no code is sent, and the step is asked for all the same: recovery codes pass it;
//! - a reset does not count the number once more beside it ([`crate::accounts::recovery`]).

pub mod code;
mod operation;
pub mod page;
pub mod store;
mod view;

use std::time::Duration;

use shared::clock::Timestamp;
use shared::db::{DbError, Tx};

pub use self::operation::give_way;
pub(in crate::accounts) use self::view::SentView;

use crate::accounts::contact;
use crate::accounts::model::{AccountId, Contact};
use crate::accounts::recovery::FRESH_MOBILE;

/// How long a code may be typed.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// How often one code may be mistyped.
pub const TRIES: u32 = 5;

/// The number that codes of an account go to; `None` where it has none that it proved lately: operators give numbers to
/// other people, after three months at the soonest.
///
/// # Errors
/// See [`DbError`].
pub async fn number(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Option<Contact>, DbError> {
    let held = contact::store::standing(tx, account).await?.mobile;
    let fresh = held.filter(|held| held.proven_at.is_some_and(|at| now.since(at) < FRESH_MOBILE));
    Ok(fresh.map(|held| held.contact))
}
