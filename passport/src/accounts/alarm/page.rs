//! The page of a notice's link, and that of its case.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use shared::page::{Link, Page};

use super::link::AlarmToken;
use super::operation::{Opened, Raised, Seen};
use super::store::Alarm;
use crate::accounts::link_page::{self, LinkForm, LinkPage, LinkQuery};
use crate::accounts::{Accounts, Trouble, Visit, whence};
use crate::delivery::text;
use crate::web::error_page::Tone;
use crate::web::{Posted, moment, paths};

#[derive(Template, WebTemplate)]
#[template(path = "accounts/alarm_case.html")]
struct CasePage {
    page: Page,
    number: String,
    opened: String,
    /// Whether nobody signs in until the password is chosen anew.
    shut: bool,
    closed: Option<String>,
    undo_until: Option<String>,
}

/// GET: what was reported, when and from where, and the button; or the case that it opened.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Trouble> {
    draw(&accounts, visit.page, query.t, false).await
}

/// POST: raises the alarm, and leads to its case.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<LinkForm>,
) -> Result<Response, Trouble> {
    if !fresh {
        return draw(&accounts, visit.page, form.t, true).await;
    }
    let token = AlarmToken::sent(&form.t);
    Ok(match accounts.raise_alarm(&token, visit.caller).await? {
        Raised::Case => case(&token),
        Raised::TooOften => told(visit.page, StatusCode::TOO_MANY_REQUESTS, "alarm-often"),
        Raised::Over => over(visit.page),
    })
}

/// To the page of a case.
pub(super) fn case(token: &AlarmToken) -> Response {
    Redirect::to(&token.link("")).into_response()
}

async fn draw(accounts: &Accounts, page: Page, token: String, again: bool) -> Result<Response, Trouble> {
    Ok(match accounts.alarm(&AlarmToken::sent(&token)).await? {
        Seen::Waits(alarm) => {
            let facts = facts(accounts, &page, alarm);
            let shown = LinkPage::new(page, paths::ALARM, "alarm", token).facts(facts).hint("alarm-hint");
            shown.dangerous().again(again).into_response()
        }
        Seen::Opened(opened) => draw_case(accounts, page, opened),
        Seen::Over => over(page),
    })
}

/// What the notice told, when it was, and from where: as it was written with the notice.
fn facts(accounts: &Accounts, page: &Page, alarm: Alarm) -> Vec<(String, String)> {
    let mut facts = vec![
        (page.t("alarm-about"), text::subject(page.lang, &alarm.about).unwrap_or_else(|| page.t("activity-other"))),
        (page.t("contact-confirm-when"), moment::exact(alarm.at)),
    ];
    facts.extend(alarm.device.map(|device| (page.t("alarm-device"), whence::device(page, Some(device)))));
    let network = alarm.network.map(|network| whence::network(accounts, page.lang, &network));
    facts.extend(network.map(|from| (page.t("contact-confirm-where"), from)));
    facts
}

fn draw_case(accounts: &Accounts, page: Page, Opened { case, undo_until }: Opened) -> Response {
    let now = accounts.parts().clock.now();
    let shown = CasePage {
        number: case.number.to_string(),
        opened: moment::exact(case.opened_at),
        shut: case.shut,
        closed: case.closed_at.map(moment::exact),
        undo_until: undo_until.map(|until| moment::not_before(page.lang, until, now)),
        page,
    };
    shown.into_response()
}

/// The link is too old, or none: the way to a new password is there all the same.
fn over(page: Page) -> Response {
    told(page, StatusCode::GONE, "alarm-over")
}

fn told(page: Page, status: StatusCode, key: &str) -> Response {
    let way = Link::new(paths::RECOVER.to_owned(), page.t("recover-title"));
    link_page::told(page, (Tone::Information, status), key, way)
}
