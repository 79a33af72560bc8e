//! What became of what a site was sent, in words.

use shared::clock::Timestamp;
use shared::page::Page;

use crate::oidc::signals::report::Delivery;
use crate::web::moment;

/// How it stands with what is sent to a site by one way.
pub struct Delivered {
    /// How many wait.
    pub waiting: i64,
    /// How many were given up.
    pub given_up: i64,
    /// What became of the last one.
    pub last: Option<String>,
    /// What the site answered, or what kept it.
    pub detail: Option<String>,
}

impl Delivered {
    /// It, in the language of a page.
    pub fn of(page: &Page, (waiting, given_up): (i64, i64), last: Option<Delivery>, now: Timestamp) -> Self {
        let told = last.map(|delivery| {
            let Delivery { state, attempts, status, error, written_at, finished_at, .. } = delivery;
            let at = moment::past_of(page.lang, finished_at.as_deref().unwrap_or(&written_at), now);
            let said = match state.as_str() {
                "taken" => page.tw("sandbox-signals-taken", [("time", at.as_str())]),
                "given_up" => page.tw("sandbox-signals-given-up", [("time", at.as_str())]),
                _ => page.tw("sandbox-signals-waits", [("attempts", attempts)]),
            };
            (said, status.or(error))
        });
        let (last, detail) = told.map_or((None, None), |(said, detail)| (Some(said), detail));
        Self { waiting, given_up, last, detail }
    }
}
