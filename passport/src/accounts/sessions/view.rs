//! Sign-ins as the page shows them.

use shared::clock::Timestamp;
use shared::page::{Destination, Page};

use super::familiar::New;
use super::list::Live;
use super::{Listed, Past, SessionId, Stay, words};
use crate::accounts::{Accounts, whence};
use crate::web::{moment, paths};

/// A session that goes on.
pub(super) struct SessionView {
    pub(super) id: String,
    pub(super) symbol: &'static str,
    pub(super) device: String,
    /// When, from where and how its owner signed in, and when it was last used: lines of pieces.
    pub(super) facts: Vec<Vec<String>>,
    pub(super) here: bool,
    /// What is new about it, where something is.
    pub(super) new: Option<String>,
    /// Where its owner says that it was not them.
    pub(super) report: Option<String>,
    /// What its owner said of the computer, where it is told.
    pub(super) stay: Option<(&'static str, String)>,
    pub(super) sites: Vec<Destination>,
}

/// One that is over.
pub(super) struct PastView {
    pub(super) device: String,
    /// When, from where and how its owner signed in: lines of pieces.
    pub(super) signed_in: Vec<Vec<String>>,
    pub(super) over_at: String,
    pub(super) how: String,
}

/// Who looks, and what it takes to say it to them.
pub(super) struct Viewer<'v> {
    pub(super) accounts: &'v Accounts,
    pub(super) page: &'v Page,
    /// The session of their browser.
    pub(super) here: SessionId,
    pub(super) now: Timestamp,
}

impl Viewer<'_> {
    /// What they see of a session.
    pub(super) fn live(&self, Live { listed, new, line }: &Live, entered: &[(SessionId, Destination)]) -> SessionView {
        let page = self.page;
        let here = listed.id == self.here;
        // Whoever is here knows whether it is them.
        let line = line.as_ref().filter(|_| !here);
        SessionView {
            id: listed.id.to_string(),
            symbol: whence::symbol(listed.device),
            device: whence::device(page, listed.device),
            facts: [self.signed_in(listed), vec![self.used(listed)]].concat(),
            here,
            new: new.map(|new| match new {
                New::Region => page.t("sessions-new-region"),
                New::Network => page.t("sessions-new-network"),
            }),
            report: line.map(|line| format!("{}?t={line}", paths::ACTIVITY_REPORT)),
            stay: match listed.stay {
                Stay::Browser => None,
                Stay::Remembered => Some(("quiet", page.t("sessions-remembered"))),
                Stay::Public => Some(("warn", page.t("sessions-public"))),
            },
            sites: entered.iter().filter(|(id, _)| *id == listed.id).map(|(_, site)| site.clone()).collect(),
        }
    }

    /// What they see of one that is over.
    pub(super) fn past(&self, Past { was, over_at, end }: &Past) -> PastView {
        PastView {
            device: whence::device(self.page, was.device),
            signed_in: self.signed_in(was),
            over_at: self.moment(*over_at),
            how: words::ended(self.page, end),
        }
    }

    /// The sign-in with which it began, and the last one of those that followed in it.
    fn signed_in(&self, listed: &Listed) -> Vec<Vec<String>> {
        let at = |key, at| Some(self.page.tw(key, [("at", self.moment(at).as_str())]));
        let last = [self.network(listed.network.as_deref()), words::made(self.page, listed)];
        let began = at("sessions-began", listed.created_at);
        if listed.auth_time <= listed.created_at {
            return vec![pieces([began].into_iter().chain(last))];
        }
        let first = [began, self.network(listed.first_network.as_deref())];
        let again = at("sessions-again", listed.auth_time);
        vec![pieces(first), pieces([again].into_iter().chain(last))]
    }

    /// Its last use; and from where, if it was elsewhere than the last sign-in.
    fn used(&self, listed: &Listed) -> Vec<String> {
        let seen = self.page.tw("sessions-seen", [("at", self.moment(listed.last_seen_at).as_str())]);
        let elsewhere = listed.last_network.as_deref().filter(|last| Some(*last) != listed.network.as_deref());
        pieces([Some(seen), self.network(elsewhere)])
    }

    fn network(&self, network: Option<&str>) -> Option<String> {
        let from = whence::network(self.accounts, self.page.lang, network?);
        Some(self.page.tw("sessions-network", [("from", from.as_str())]))
    }

    fn moment(&self, at: Timestamp) -> String {
        moment::past(self.page.lang, at, self.now)
    }
}

/// What is known, of pieces of which some are not.
fn pieces(of: impl IntoIterator<Item = Option<String>>) -> Vec<String> {
    of.into_iter().flatten().collect()
}
