//! The messages of a kind that were given up, or that wait, the newest first.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::db::{DbError, Tx};
use shared::page::Page;

use super::{kind_name, path, symbol};
use crate::accounts::Notice;
use crate::accounts::model::{Email, Mobile};
use crate::console::Console;
use crate::console::acts::Act;
use crate::console::frame::{framed, notice};
use crate::console::gate::Refusal;
use crate::console::visit::StaffVisit;
use crate::delivery::store::{Cause, Listed, causes, of_kind};
use crate::delivery::{ChannelKind, MessageId, Reason};
use crate::web::moment;

/// How many stand on a page.
const LISTED: usize = 50;

/// How many causes are told apart.
const CAUSES: i64 = 5;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// `waiting`, or nothing for what was given up.
    state: String,
    /// The last message of the page before.
    before: String,
    notice: Option<String>,
}

/// A message.
struct Row {
    whom: String,
    kind: &'static str,
    state: String,
    pieces: Vec<String>,
    cause: String,
    code: Option<String>,
    /// Where it is tried again.
    retry: Option<String>,
}

/// Why messages were given up.
struct CauseRow {
    words: String,
    code: Option<String>,
    messages: i64,
    latest: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/deliveries_of.html")]
struct ListPage {
    page: Page,
    notice: Option<Notice>,
    title: String,
    symbol: &'static str,
    given_up: bool,
    erased: bool,
    causes: Vec<CauseRow>,
    rows: Vec<Row>,
    other: String,
    older: Option<String>,
    /// Where all of them are tried again.
    retry: Option<String>,
}

/// GET: the messages of a kind.
pub async fn show(
    State(console): State<Console>,
    Path(kind): Path<String>,
    visit: StaffVisit,
    Query(query): Query<ListQuery>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::SeeDeliveries).await?;
    let kind = ChannelKind::parse(&kind).ok_or(Refusal::Unknown)?;
    let given_up = query.state != "waiting";
    let before = query.before.parse::<MessageId>().ok();
    let (mut found, why) = console.read((kind, given_up, before), |args, tx| load(args, tx).boxed()).await?;
    let more = found.len() > LISTED;
    found.truncate(LISTED);
    let page = framed(visit.page, &me);
    let (at, waiting) = (path(kind), if given_up { "" } else { "state=waiting&" });
    let older = found.last().filter(|_| more).map(|last| format!("{at}?{waiting}before={}", last.id));
    let retries = me.roles.any(Act::RetryDelivery.roles());
    let shown = ListPage {
        notice: notice(&page, query.notice.as_deref()),
        title: kind_name(&page, kind.as_str()),
        symbol: symbol(kind),
        erased: given_up && matches!(kind, ChannelKind::Mail | ChannelKind::Sms),
        causes: why.iter().map(|cause| cause_row(&page, cause)).collect(),
        retry: (given_up && me.roles.any(Act::RetryDeliveries.roles()) && found.iter().any(Listed::can_be_tried))
            .then(|| format!("{at}/retry")),
        rows: found.iter().map(|message| row(&page, message, retries.then_some(at.as_str()))).collect(),
        other: if given_up { format!("{at}?state=waiting") } else { at.clone() },
        given_up,
        older,
        page,
    };
    Ok(shown.into_response())
}

async fn load(
    (kind, given_up, before): (ChannelKind, bool, Option<MessageId>),
    tx: &mut Tx,
) -> Result<(Vec<Listed>, Vec<Cause>), DbError> {
    let found = of_kind(tx, (kind, given_up), before, LISTED as i64 + 1).await?;
    let why = if given_up { causes(tx, kind, CAUSES).await? } else { Vec::new() };
    Ok((found, why))
}

/// Whom a message is for: masked, or the client that it is for, or that this is not known any more.
pub(super) fn whom(page: &Page, message: &Listed) -> String {
    if let Some((_, client)) = message.channel.split_once(':') {
        return client.to_owned();
    }
    let Some(to) = &message.to else { return page.t("console-deliveries-erased") };
    let mail = Email::parse(to.expose()).map(|email| email.masked());
    // Whatever cannot be masked is not shown.
    mail.or_else(|_| Mobile::parse(to.expose()).map(|mobile| mobile.masked()))
        .unwrap_or_else(|_| page.t("console-deliveries-hidden"))
}

fn row(page: &Page, message: &Listed, retried_at: Option<&str>) -> Row {
    let (kind, state) = match (message.given_up, message.is_held()) {
        (true, _) => ("error", "console-deliveries-given-up"),
        (false, true) => ("info", "console-deliveries-held"),
        (false, false) => ("warn", "console-deliveries-waiting"),
    };
    let told = |key: &str, at| page.tw(key, [("at", moment::exact(at).as_str())]);
    let mut pieces = vec![told("console-deliveries-written", message.created_at)];
    pieces.push(page.tw("console-deliveries-tries", [("times", message.attempts.to_string().as_str())]));
    match message.finished_at {
        Some(at) => pieces.push(told("console-deliveries-ended", at)),
        None if !message.is_held() => pieces.push(told("console-deliveries-next", message.next_attempt_at)),
        None => {}
    }
    Row {
        whom: whom(page, message),
        state: page.t(state),
        cause: words(page, message.reason, message.last_error.is_some()),
        code: message.last_error.clone(),
        retry: retried_at.filter(|_| message.can_be_tried()).map(|at| format!("{at}/{}/retry", message.id)),
        pieces,
        kind,
    }
}

fn cause_row(page: &Page, cause: &Cause) -> CauseRow {
    CauseRow {
        words: words(page, cause.reason, cause.last_error.is_some()),
        code: cause.last_error.clone(),
        messages: cause.messages,
        latest: cause.latest.map(moment::exact).unwrap_or_default(),
    }
}

/// Why a message is not delivered, in words.
fn words(page: &Page, reason: Option<Reason>, tried: bool) -> String {
    match reason {
        Some(reason) => page.t(&format!("console-deliveries-reason-{}", reason.code())),
        None if tried => page.t("console-deliveries-no-reason"),
        None => page.t("console-deliveries-untried"),
    }
}
