//! 试用考生: stand-ins that an organisation signs in with at its sites in the sandbox, one for each state that a site has to
//! get along with. The portal asks for them ([`page`]), the sandbox makes them ([`endpoint`]).

pub mod endpoint;
pub mod page;
pub mod store;

use serde::{Deserialize, Serialize};

/// Where a sandbox makes stand-ins for its portal.
pub const PATH: &str = "/sandbox/candidates";

/// What the portal asks for.
#[derive(Debug, Deserialize, Serialize)]
pub struct Wanted {
    /// The set: a part of the login names, of 4 to 16 of a–z and 0–9.
    pub set: String,
}

/// The stand-ins of a set. They open nothing outside of the sandbox, and are no secret there beyond their organisation.
#[derive(Clone, Deserialize, Serialize)]
pub struct Made {
    /// The password of all of them.
    pub password: String,
    /// One for each state.
    pub candidates: Vec<Candidate>,
}

/// A stand-in.
#[derive(Clone, Deserialize, Serialize)]
pub struct Candidate {
    /// Its [state](crate::accounts::stand_ins::State).
    pub state: String,
    /// Its login name.
    pub login: String,
    /// The secret of its app, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp_secret: Option<String>,
}
