//! 这不是我: whoever reads in a notice of something that they did not do says so, without signing in.
//!
//! Every notice to a proven contact carries a link of its own ([`tell`]). Its page tells what was reported; its button
//! shuts the account ([`shut`]): every session and everything half begun ends, and nobody signs in until the password is
//! chosen anew, by the rules of any reset. A case with a number is opened ([`operation`]), which staff see and close. Who
//! is signed in reports a line of the account's history the same way.
//!
//! An alarm gives nobody anything: who has stolen a mailbox ends sessions with it and no more. How often is limited, and
//! while an account is shut, a contact that can still be undone opens it to nobody by itself ([`doubt`]).

pub mod admin;
mod doubt;
mod link;
mod number;
mod operation;
mod page;
mod report_page;
mod shut;
mod sign_in;
pub mod store;
mod tell;

use std::time::Duration;

pub use self::doubt::doubted;
pub use self::number::CaseNumber;
pub(in crate::accounts) use self::operation::{may_be_denied, note_undone};
pub use self::page::{show, submit};
pub use self::report_page::{show as show_report, submit as submit_report};
pub(in crate::accounts) use self::shut::shut;
pub use self::sign_in::{tell_of_browser, tell_of_lock};
pub use self::tell::{Done, tell, tell_proven};

/// How long a link raises the alarm: who reads a mail after the holidays is in time.
pub const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long after that its page still shows the case.
pub const KEEP_LINKS: Duration = Duration::from_secs(60 * 24 * 60 * 60);
