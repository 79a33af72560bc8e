//! 注销账号: the owner asks for the end of the account, and has [`COOLING_OFF`] to take that back.
//!
//! Asking takes the password, and is refused while a site has an open registration of the person ([`Registrations`]), for a
//! while after the password was chosen anew, and while the account is frozen: whoever got into it must not be able to
//! destroy it. Organisations that would be left without anybody who decides are named on the page ([`Organisations`]), and
//! keep nobody from leaving. With the wish every session ends, the sites are told, and every contact gets a link that takes it back. Until
//! the day the owner can sign in, which leads to the page that takes it back with one button, and to no site. Then the
//! account is closed: nothing personal stays, and its row does, so that nobody else ever gets its id.

mod ask_page;
mod due;
mod operation;
mod organisations;
mod registrations;
pub mod store;
mod take_back_page;

use std::time::Duration;

pub use self::ask_page::{show, submit};
pub(in crate::accounts) use self::operation::tell_contacts;
pub use self::operation::{Closure, take_back_for};
pub use self::organisations::Organisations;
pub use self::registrations::{Asked, Registrations, SiteName};
pub use self::take_back_page::{
    show as show_take_back, show_link as show_take_back_link, submit as take_back, submit_link as take_back_by_link,
};

/// How long the wish can be taken back.
pub const COOLING_OFF: Duration = Duration::from_secs(7 * 24 * 60 * 60);
