//! 试登录: a sign-in in the sandbox on which every message is shown and explained, as it goes over the wire.
//!
//! The portal plays the site: it registers a client of its own there with what the site asks for, so that neither the site's
//! addresses nor its secret are touched, and has the sandbox forget it when the attempt is over. What belongs to an attempt
//! waits sealed in the browser; its id is the `state` of the request, so that an answer from elsewhere finds nothing.

mod attempt;
mod checks;
mod messages;
mod page;
mod talk;

pub use self::page::{begin, follow, show};
