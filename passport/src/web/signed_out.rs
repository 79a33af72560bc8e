//! The end of a session on its way to the page that tells sites of it in the browser (OIDC Front-Channel Logout).
//!
//! It travels sealed in the address, like a way back: a reload tells the sites once more, which does no harm, and nobody
//! can make a page that signs people out at sites of their choice.

use serde::{Deserialize, Serialize};

use super::paths;
use super::seal::{KeyUse, Sealer, open_text, seal_text};

/// The query parameter that carries a sealed [`SignedOut`].
pub const FIELD: &str = "told";

const PURPOSE: KeyUse = KeyUse::SignedOut;

/// A session that ended in this browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedOut {
    /// Its id.
    pub session: String,
    /// The clients whose pages sign the person out in the browser.
    pub clients: Vec<String>,
    /// Where the person goes afterwards: a registered address, with `state`, or a path of ours. `None`: nowhere.
    pub back: Option<String>,
    /// Whether another person has signed in for it: who reads the page is signed in.
    #[serde(default)]
    pub replaced: bool,
}

impl SignedOut {
    /// The address of the page.
    pub fn path(&self, sealer: &dyn Sealer) -> String {
        let sealed = seal_text(sealer, PURPOSE, &serde_json::to_vec(self).unwrap_or_default());
        format!("{}?{FIELD}={sealed}", paths::SIGNED_OUT)
    }

    /// What stands sealed in that query; `None` for anything else.
    pub fn of_query(sealer: &dyn Sealer, query: &str) -> Option<Self> {
        let (_, sealed) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == FIELD)?;
        serde_json::from_slice(&open_text(sealer, PURPOSE, &sealed)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::seal::testing::PlainSealer;

    #[test]
    fn an_end_survives_its_way_and_nobody_makes_one_up() {
        let over = SignedOut { session: "s".to_owned(), clients: vec!["a".to_owned()], back: None, replaced: false };
        let path = over.path(&PlainSealer);
        let (_, query) = path.split_once('?').expect("a query");
        assert_eq!(SignedOut::of_query(&PlainSealer, query), Some(over));
        for broken in ["", "told=", "told=x", &query[..query.len() - 4], &query.replace("told=", "told=A")] {
            assert_eq!(SignedOut::of_query(&PlainSealer, broken), None, "{broken}");
        }
    }
}
