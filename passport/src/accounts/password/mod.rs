//! The password of an account: changed, put away for passkeys alone, and asked for once more.

mod change;
mod confirmation;
mod page;
mod removal;
mod removal_page;

pub use self::change::Changed;
pub use self::confirmation::{Unconfirmed, require};
pub use self::page::{show, submit};
pub use self::removal::Lack;
pub use self::removal_page::{remove, show as show_removal};
