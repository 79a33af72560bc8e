//! Signing out: at the wish of a site ([`end_session`]), and at every site once a session ended.
//!
//! Whatever ends a session has its sites told in the same transaction ([`farewell`]); logout tokens go from server to
//! server afterwards ([`back_channel`]). Who signs out in this browser comes by a page in which sites sign them out
//! there too ([`front_channel`]).
//!
//! Tokens need no care of their own: refresh tokens and user information ask whether the session that they come of
//! has ended, unless the person granted offline access.

pub mod back_channel;
pub mod end_session;
pub mod farewell;
pub mod front_channel;
pub mod request;

pub use self::back_channel::LogoutTokens;
pub use self::farewell::Farewells;
