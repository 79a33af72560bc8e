//! Reporting a line of the account's history: the page that asks once more, for who has just signed in.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use shared::page::Page;

use super::page::case;
use crate::accounts::activity::sentence_of;
use crate::accounts::link_page::{LinkForm, LinkPage, LinkQuery};
use crate::accounts::{AccountId, Accounts, Stop, Trouble, Visit, whence};
use crate::audit::EventId;
use crate::audit::store::Told;
use crate::web::{Posted, moment, paths};

/// GET: the line, and the button.
pub async fn show(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Stop> {
    let reporting = reporting(&accounts, visit, &query.t).await?;
    Ok(draw(&accounts, reporting, query.t, false).await?)
}

/// POST: raises the alarm, which ends this session too, and leads to its case.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Posted { form, fresh, .. }: Posted<LinkForm>,
) -> Result<Response, Stop> {
    let caller = visit.caller;
    let reporting = reporting(&accounts, visit, &form.t).await?;
    if !fresh {
        return Ok(draw(&accounts, reporting, form.t, true).await?);
    }
    Ok(case(&accounts.raise_over_line(reporting.account, &reporting.line, caller).await?))
}

/// Who reports what.
struct Reporting {
    page: Page,
    account: AccountId,
    line: Told,
}

/// What is reported, or where the browser has to go first.
async fn reporting(accounts: &Accounts, mut visit: Visit, id: &str) -> Result<Reporting, Stop> {
    let history = || Stop::First(paths::ACTIVITY.to_owned());
    // Its id alone goes into the address: nothing but an id is one.
    let line = id.parse::<EventId>().map_err(|_| history())?;
    let session = accounts.fresh_session(&mut visit, &format!("{}?t={line}", paths::ACTIVITY_REPORT)).await?;
    let line = accounts.line(session.account, line).await?.ok_or_else(history)?;
    accounts.greet(&mut visit.page, session.account).await?;
    Ok(Reporting { page: visit.page, account: session.account, line })
}

async fn draw(accounts: &Accounts, reporting: Reporting, id: String, again: bool) -> Result<Response, Trouble> {
    let Reporting { page, line, .. } = reporting;
    let mut facts = vec![
        (page.t("alarm-about"), sentence_of(accounts, &page, &line).await?),
        (page.t("contact-confirm-when"), moment::exact(line.mark.at)),
    ];
    if line.by_operator {
        facts.push((page.t("contact-confirm-where"), page.t("activity-by-staff")));
    } else {
        facts.push((page.t("alarm-device"), whence::device(&page, line.device)));
        let network = line.network.map(|network| whence::network(accounts, page.lang, &network));
        facts.extend(network.map(|from| (page.t("contact-confirm-where"), from)));
    }
    let shown = LinkPage::new(page, paths::ACTIVITY_REPORT, "alarm", id).facts(facts).hint("alarm-hint-signed-in");
    Ok(shown.dangerous().again(again).into_response())
}
