//! The authorization endpoint (RFC 6749 §3.1, OIDC Core §3.1.2).
//!
//! A request is proven ([`proof`]), checked ([`checks`]) and decided upon ([`interaction`], [`decision`]). Where a page
//! of ours comes first, the request travels along sealed ([`pending`]) and is taken up again from the start: nothing
//! is kept here between two requests of a browser.

pub mod acr;
pub mod checks;
pub mod decision;
pub mod deliver;
pub mod endpoint;
pub mod interaction;
pub mod object;
pub mod pending;
pub mod problem;
pub mod proof;
pub mod reference;
pub mod request;
pub mod respond;
pub mod response_mode;
