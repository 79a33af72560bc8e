//! Mail, SMS, logout tokens and security events that are not delivered: what waits, what was given up and why, and trying it
//! again. The same is done at the command line by `passport delivery`, on the same statements.

pub mod list;
pub mod retry;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use shared::page::Page;

use super::acts::Act;
use super::frame::{Said, framed, notice};
use super::gate::Refusal;
use super::visit::StaffVisit;
use super::{Console, paths};
use crate::accounts::Notice;
use crate::delivery::ChannelKind;
use crate::delivery::store::{Stand, by_kind};
use crate::web::moment;

/// A kind, with how it stands.
struct KindRow {
    name: String,
    symbol: &'static str,
    waiting_at: String,
    failed_at: String,
    stand: Stand,
    oldest: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/deliveries.html")]
struct DeliveriesPage {
    page: Page,
    notice: Option<Notice>,
    rows: Vec<KindRow>,
}

/// What a kind is called; a name that is none stays as it is.
pub(super) fn kind_name(page: &Page, kind: &str) -> String {
    match ChannelKind::parse(kind) {
        Some(kind) => page.t(&format!("console-deliveries-of-{}", kind.as_str())),
        None => kind.to_owned(),
    }
}

const fn symbol(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Mail => "mail",
        ChannelKind::Sms => "phone",
        ChannelKind::Logout => "sign-out",
        ChannelKind::Signals => "alert",
    }
}

/// Where the messages of a kind are.
fn path(kind: ChannelKind) -> String {
    format!("{}/{}", paths::DELIVERIES, kind.as_str())
}

/// GET: every kind.
pub async fn overview(
    State(console): State<Console>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::SeeDeliveries).await?;
    let stands = console.read((), |(), tx| by_kind(tx).boxed()).await?;
    let (page, now) = (framed(visit.page, &me), console.accounts().parts().clock.now());
    let row = |kind: ChannelKind| {
        let stand = stands.get(&kind).copied().unwrap_or_default();
        KindRow {
            name: kind_name(&page, kind.as_str()),
            symbol: symbol(kind),
            waiting_at: format!("{}?state=waiting", path(kind)),
            failed_at: path(kind),
            oldest: stand
                .oldest
                .map_or_else(|| page.t("console-fact-none"), |oldest| moment::past(page.lang, oldest, now)),
            stand,
        }
    };
    let rows = ChannelKind::ALL.map(row).into();
    Ok(DeliveriesPage { notice: notice(&page, said.notice.as_deref()), rows, page }.into_response())
}
