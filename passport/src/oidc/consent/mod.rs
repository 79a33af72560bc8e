//! What people let sites have: the page that asks, the list of the sites that may, and the way to take it back.
//!
//! [`page`] asks and remembers the answer; it decides nothing about the authorization. [`sites`] is 已授权的网站, and
//! [`withdrawal`] ends what one of them was given. [`items`] puts scopes into words for all of them.

mod items;
pub mod page;
pub mod sites;
pub mod withdrawal;
