//! 重置密码: who forgot the password proves to read what is sent to the account, and chooses another one.
//!
//! The first page answers the same, and takes the same time, whether anybody has that name or not. What is proven is
//! written down in a row ([`store`]) that the browser holds a token of; [`need`] says whether it is enough: a mail alone
//! is, an SMS alone only where the account has nothing else, proven or not, since numbers are given to other people; else a second channel, or
//! [`WAIT`], which every channel of the account is told of and can cancel. A factor is never passed by: one of the account's
//! is shown, or both channels, or the wait is over. Nothing of it signs anybody in.
//!
//! A contact that was never proven belongs to whoever proves it first: then it goes to a new account, and nothing of the
//! one that had claimed it comes along.

mod ask_page;
mod code_page;
mod cookie;
mod factor;
mod link_page;
pub mod need;
mod need_view;
mod number;
mod operation;
mod passkey_page;
mod password_page;
mod reset;
mod resume;
mod resume_page;
pub mod store;

use std::time::Duration;

pub use self::ask_page::{show, submit};
pub use self::code_page::RecoveryCode;
pub use self::link_page::{cancel, follow, show as show_link, show_cancel};
pub use self::need::{Need, Proven};
pub use self::passkey_page::submit as submit_passkey;
pub use self::password_page::{show as show_password, submit as submit_password};
pub use self::resume_page::{show as show_resume, submit as resume};

/// How long a browser may take to choose the password.
pub const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// How long is waited where one channel is not enough: each of the account's may cancel in that time.
pub const WAIT: Duration = Duration::from_secs(72 * 60 * 60);

/// How long after the wait the password may be chosen.
pub const AFTER_WAIT: Duration = Duration::from_secs(48 * 60 * 60);

/// How long after a recovery nothing may be changed that would shut the owner out.
pub const GUARD: Duration = Duration::from_secs(72 * 60 * 60);

/// How fresh the proof of a mobile number has to be for an SMS to be enough: after that it may be somebody else's.
pub const FRESH_MOBILE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

#[cfg(test)]
mod tests;
