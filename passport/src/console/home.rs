//! What waits, and the figures.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::page::Page;

use super::acts::Act;
use super::frame::{Said, framed, notice, role_names};
use super::gate::Refusal;
use super::model::State as Standing;
use super::visit::StaffVisit;
use super::{Console, store};
use crate::accounts::Notice;

const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// The figures.
#[derive(Debug, Clone, Copy)]
struct Figures {
    open: i64,
    read: i64,
    active: usize,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/home.html")]
struct HomePage {
    page: Page,
    notice: Option<Notice>,
    name: String,
    roles: String,
    figures: Figures,
    finds: bool,
}

/// `GET /`
pub async fn show(
    State(console): State<Console>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::LookAround).await?;
    let now = console.accounts().parts().clock.now();
    let figures = console.read(now, |now, tx| count(now, tx).boxed()).await?;
    let page = framed(visit.page, &me);
    let shown = HomePage {
        notice: notice(&page, said.notice.as_deref()),
        roles: role_names(&page, &me.roles),
        finds: me.roles.any(Act::FindAccount.roles()),
        name: me.name,
        figures,
        page,
    };
    Ok(shown.into_response())
}

async fn count(now: Timestamp, tx: &mut Tx) -> Result<Figures, DbError> {
    let people = store::people::all(tx).await?;
    Ok(Figures {
        open: store::proposals::open(tx, now).await?,
        read: store::reads::since(tx, now - DAY).await?,
        active: people.iter().filter(|person| person.state == Standing::Active).count(),
    })
}
