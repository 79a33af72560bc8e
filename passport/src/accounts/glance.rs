//! What the candidate's home says of the account at a glance: what protects it, and what happened last.

use shared::clock::Timestamp;
use shared::i18n::Value;
use shared::page::Page;

use super::activity::{self, Line};
use super::factors::page::{FEW, Overview};
use super::{AccountId, Accounts, Trouble};
use crate::web::{moment, paths};

/// How much of the account's history is shown.
const LATEST: usize = 3;

/// At a glance.
pub struct Glance {
    /// What protects the account, and where it is signed in.
    pub safety: Vec<Row>,
    /// What happened last, the newest first.
    pub latest: Vec<Line>,
}

/// One thing that protects an account, or fails to.
pub struct Row {
    /// Whether nothing is to be done.
    pub good: bool,
    /// What it is.
    pub title: String,
    /// How it stands.
    pub text: String,
    /// What helps, and where.
    pub step: Option<(String, &'static str)>,
}

impl Accounts {
    /// The account at a glance.
    ///
    /// # Errors
    /// The database.
    pub async fn glance(&self, page: &Page, account: AccountId) -> Result<Glance, Trouble> {
        let now = self.parts().clock.now();
        let overview = self.factors(account).await?;
        let mut safety = vec![factor(page, &overview, self.parts().passkeys.possible(), now)];
        safety.extend(codes(page, &overview));
        let signed_in = self.sign_ins(account, now).await?;
        let new = signed_in.live.iter().filter(|live| live.new.is_some()).count();
        safety.push(sign_ins(page, signed_in.live.len(), new));
        Ok(Glance { safety, latest: activity::latest(self, page, account, LATEST).await? })
    }
}

/// The best of the second steps, or that there is none.
fn factor(page: &Page, overview: &Overview, possible: bool, now: Timestamp) -> Row {
    let good = |title, text| Row { good: true, title: page.t(title), text, step: None };
    let used = |at: Option<Timestamp>| at.map(|at| moment::day(page.lang, at, now));
    if !overview.passkeys.is_empty() {
        let count = ("count", Value::from(overview.passkeys.len()));
        let text = match used(overview.passkeys.iter().filter_map(|passkey| passkey.used_at).max()) {
            Some(used) => page.tw("home-safety-passkeys", [count, ("used", used.into())]),
            None => page.tw("home-safety-passkeys-unused", [count]),
        };
        return good("factors-passkeys", text);
    }
    if let Some(app) = &overview.authenticator {
        let day = used(app.used_at.or(Some(app.created_at))).unwrap_or_default();
        return good("factors-authenticator", page.tw("home-safety-app", [("used", day.as_str())]));
    }
    let (label, path) = match possible {
        true => ("factors-passkey-add", paths::PASSKEYS),
        false => ("factors-authenticator-button", paths::AUTHENTICATOR),
    };
    let (title, text) = match overview.sms {
        Some(_) => ("home-safety-sms", "home-safety-sms-text"),
        None => ("home-safety-alone", "home-safety-alone-text"),
    };
    let (title, text) = (page.t(title), page.t(text));
    Row { good: false, title, text, step: Some((page.t(label), path)) }
}

/// What stands in for the second step when it is lost; none where there is no second step.
fn codes(page: &Page, overview: &Overview) -> Option<Row> {
    if !overview.any() {
        return None;
    }
    let step = match overview.codes_left {
        0 => Some("factors-codes-make"),
        1..FEW => Some("factors-codes-renew"),
        _ => None,
    };
    Some(Row {
        good: step.is_none(),
        title: page.t("factors-codes"),
        text: page.tw("home-safety-codes", [("left", overview.codes_left)]),
        step: step.map(|key| (page.t(key), paths::RECOVERY_CODES)),
    })
}

/// Where the account is signed in, and whether its owner should have a look.
fn sign_ins(page: &Page, count: usize, new: usize) -> Row {
    let key = if new > 0 { "home-safety-devices-new" } else { "home-safety-devices" };
    Row {
        good: new == 0,
        title: page.t("sessions-title"),
        text: page.tw(key, [("count", count), ("new", new)]),
        step: Some((page.t("home-safety-look"), paths::SESSIONS)),
    }
}
