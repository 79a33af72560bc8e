//! The page: twelve months, newest first, twenty lines at a time.
//!
//! Pages follow each other by a mark in the record and not by counting, so that what happens meanwhile neither repeats
//! a line nor hides one.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::clock::Timestamp;
use shared::page::Page;

use super::sentence::{self, Sentence};
use crate::accounts::alarm::may_be_denied;
use crate::accounts::{AccountId, Accounts, Stop, Trouble, Visit, whence};
use crate::audit::RETENTION;
use crate::audit::store::{Asked, Mark, Told};
use crate::places::Source;
use crate::web::{moment, paths};

/// Lines on a page.
const LINES: usize = 20;

/// What the address of the page may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ActivityQuery {
    /// The mark that the page begins behind.
    before: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/activity.html")]
struct ActivityPage {
    page: Page,
    lines: Vec<Line>,
    /// Whether this is not the newest page.
    continued: bool,
    older: Option<String>,
    source: Option<Source>,
}

/// One thing that happened, as a page shows it.
pub struct Line {
    /// Which picture stands for it.
    pub symbol: &'static str,
    /// What.
    pub text: String,
    /// When.
    pub at: String,
    /// From where, in one or two pieces.
    pub from: Vec<String>,
    /// Where its owner says that it was not them.
    pub report: Option<String>,
}

/// GET: a page of the account's own events.
pub async fn show(
    State(accounts): State<Accounts>,
    mut visit: Visit,
    Query(query): Query<ActivityQuery>,
) -> Result<Response, Stop> {
    let session = accounts.signed_in(&mut visit, paths::ACTIVITY)?;
    let (account, now) = (session.account, accounts.parts().clock.now());
    accounts.greet(&mut visit.page, account).await?;
    let page = visit.page;
    let before = query.before.as_deref().and_then(Mark::read);
    let (told, older) = read(&accounts, account, (before, LINES), now).await?;
    let lines = lines(&accounts, &page, told, now).await?;
    let older = older.map(|mark| format!("{}?before={}", paths::ACTIVITY, mark.write()));
    let source = accounts.parts().places.source();
    Ok(ActivityPage { continued: before.is_some(), older, lines, source, page }.into_response())
}

/// What happened last, the newest first.
///
/// # Errors
/// The database.
pub async fn latest(accounts: &Accounts, page: &Page, account: AccountId, most: usize) -> Result<Vec<Line>, Trouble> {
    let now = accounts.parts().clock.now();
    let (told, _) = read(accounts, account, (None, most), now).await?;
    lines(accounts, page, told, now).await
}

/// So many events behind a mark, and the mark that the next ones begin behind, if there are any.
async fn read(
    accounts: &Accounts,
    account: AccountId,
    (before, lines): (Option<Mark>, usize),
    now: Timestamp,
) -> Result<(Vec<Told>, Option<Mark>), Trouble> {
    // One more than is shown tells whether another page follows.
    let most = i64::try_from(lines + 1).unwrap_or(i64::MAX);
    let asked = Asked { account: account.to_string(), since: now - RETENTION, before, most };
    let audit = accounts.parts().audit.clone();
    let read = accounts.parts().db.read(move |tx| {
        let (asked, audit) = (asked.clone(), audit.clone());
        async move { audit.of_account(tx, &asked).await }.boxed()
    });
    let mut told = read.await?;
    let older = (told.len() > lines).then(|| told[lines - 1].mark);
    told.truncate(lines);
    Ok((told, older))
}

/// What is said of an event, in the language of a page.
pub(in crate::accounts) async fn sentence_of(accounts: &Accounts, page: &Page, told: &Told) -> Result<String, Trouble> {
    let Sentence { key, client, .. } = said_of(told);
    let Some(client) = client else { return Ok(page.t(key)) };
    let site = accounts.parts().sites.of_client(client, page.lang).await?;
    let name = site.map_or_else(|| page.t("activity-site-gone"), |site| site.name);
    Ok(page.tw(key, [("site", name.as_str())]))
}

fn said_of(told: &Told) -> Sentence<'_> {
    told.event.as_ref().and_then(sentence::sentence).unwrap_or(sentence::OTHER)
}

/// What happened to an account, in words.
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
    /// From where, in one or two pieces.
    pub from: Vec<String>,
    symbol: &'static str,
}

/// Everything that happened to an account, the newest first.
///
/// # Errors
/// The database.
pub async fn history(accounts: &Accounts, page: &Page, account: AccountId) -> Result<Vec<Happened>, Trouble> {
    let (now, mut before, mut all) = (accounts.parts().clock.now(), None, Vec::new());
    loop {
        let (told, older) = read(accounts, account, (before, LINES), now).await?;
        for told in told {
            all.push(happened(accounts, page, told).await?);
        }
        before = older;
        if before.is_none() {
            return Ok(all);
        }
    }
}

async fn lines(accounts: &Accounts, page: &Page, told: Vec<Told>, now: Timestamp) -> Result<Vec<Line>, Trouble> {
    let mut lines = Vec::with_capacity(told.len());
    for told in told {
        let report = may_be_denied(&told).then(|| format!("{}?t={}", paths::ACTIVITY_REPORT, told.mark.id));
        let Happened { at, text, from, symbol } = happened(accounts, page, told).await?;
        lines.push(Line { symbol, text, report, at: moment::past(page.lang, at, now), from });
    }
    Ok(lines)
}

async fn happened(accounts: &Accounts, page: &Page, told: Told) -> Result<Happened, Trouble> {
    let (symbol, text) = (said_of(&told).symbol, sentence_of(accounts, page, &told).await?);
    let device = told.device.map(|device| whence::device(page, Some(device)));
    let network = told.network.map(|network| whence::network(accounts, page.lang, &network));
    let from = match told.by_operator {
        true => vec![page.t("activity-by-staff")],
        false => device.into_iter().chain(network).collect(),
    };
    Ok(Happened { at: told.mark.at, text, from, symbol })
}
