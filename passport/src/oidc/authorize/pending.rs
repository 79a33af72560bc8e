//! An authorization request on its way through our pages: sealed into an address, so that a restart, another node or
//! a second tab takes it up as well as this one.

use http::Uri;
use shared::clock::Timestamp;

use super::super::discovery::paths;
use super::interaction::Began;
use crate::web::Sealer;
use crate::web::seal::{KeyUse, open_text, seal_text};

const PURPOSE: KeyUse = KeyUse::AuthorizationRequest;

/// The query parameter and form field that carries a sealed request.
pub const FIELD: &str = "request";

const FIRST: &str = "first";

/// The longest request that is taken up: it has to fit into an address twice, and sealed.
pub const LIMIT: usize = 4096;

/// A request, and when it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its parameters as they came.
    pub query: String,
    /// When it came.
    pub began_at: Timestamp,
}

impl Pending {
    /// Seals it.
    pub fn seal(&self, sealer: &dyn Sealer) -> String {
        let mut data = self.began_at.millis().to_be_bytes().to_vec();
        data.extend_from_slice(self.query.as_bytes());
        seal_text(sealer, PURPOSE, &data)
    }

    /// Opens what [`Self::seal`] made; `None` for anything else.
    pub fn open(sealer: &dyn Sealer, text: &str) -> Option<Self> {
        let data = open_text(sealer, PURPOSE, text)?;
        let (at, query) = data.split_first_chunk::<8>()?;
        let query = String::from_utf8(query.to_vec()).ok()?;
        Some(Self { query, began_at: Timestamp::from_millis(i64::from_be_bytes(*at)) })
    }

    /// When the interaction began, for a request that is taken up at `now`.
    pub fn began(&self, now: Timestamp) -> Began {
        Began::resumed(self.began_at, now)
    }
}

/// The local address that takes a sealed request up again.
pub fn resume_path(sealed: &str) -> String {
    format!("{}?{FIELD}={sealed}", paths::RESUME)
}

/// The same for a request that has shown no page yet.
pub fn first_path(sealed: &str) -> String {
    format!("{}&{FIRST}=1", resume_path(sealed))
}

/// Whether the address is one of [`first_path`].
pub fn is_first(uri: &Uri) -> bool {
    let query = uri.query().unwrap_or_default().as_bytes();
    form_urlencoded::parse(query).any(|(name, _)| name == FIRST)
}

/// The local address that gives it up.
pub fn cancel_path(sealed: &str) -> String {
    format!("{}?{FIELD}={sealed}", paths::CANCEL)
}

/// The local address of its consent page.
pub fn consent_path(sealed: &str) -> String {
    format!("{}?{FIELD}={sealed}", paths::CONSENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::seal::testing::PlainSealer;

    #[test]
    fn a_request_survives_its_way_and_no_other_text_is_one() {
        let pending = Pending { query: "a=1&b=%E6".to_owned(), began_at: Timestamp::from_millis(-5) };
        let sealed = pending.seal(&PlainSealer);
        assert_eq!(Pending::open(&PlainSealer, &sealed), Some(pending));
        for broken in ["", "x", &sealed[1..]] {
            assert_eq!(Pending::open(&PlainSealer, broken), None);
        }
    }
}
