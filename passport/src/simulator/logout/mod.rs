//! Signing out: at the wish of a site ([`end_session`]), and telling sites ([`back_channel`]).

pub(super) mod back_channel;
pub(super) mod end_session;

pub use self::back_channel::Told;
pub(super) use self::back_channel::{TellError, Telling};
