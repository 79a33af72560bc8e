//! The clients, by id, or those in whose id or name something stands.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use form_urlencoded::Serializer;
use serde::Deserialize;
use shared::page::{FormErrors, Page};

use super::{name, path};
use crate::clients::Client;
use crate::console::acts::Act;
use crate::console::frame::framed;
use crate::console::gate::Refusal;
use crate::console::visit::StaffVisit;
use crate::console::{Console, paths};

/// How many stand on a page.
const LISTED: usize = 50;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// What stands in the id or a name.
    sought: String,
    /// The last client of the page before.
    after: String,
}

struct Row {
    href: String,
    name: String,
    id: String,
    suspended: bool,
    first_party: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/clients.html")]
struct ClientsPage {
    page: Page,
    errors: FormErrors,
    sought: String,
    found: usize,
    rows: Vec<Row>,
    more: Option<String>,
}

/// GET: those that are sought.
pub async fn show(
    State(console): State<Console>,
    visit: StaffVisit,
    Query(query): Query<ListQuery>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::SeeClients).await?;
    let sought = query.sought.trim().to_lowercase();
    let mut all = console.0.clients.all().await?;
    all.retain(|client| fits(client, &sought));
    let found = all.len();
    let page = framed(visit.page, &me);
    let rest: Vec<_> = all.iter().filter(|client| client.id.as_str() > query.after.as_str()).collect();
    let shown = &rest[..rest.len().min(LISTED)];
    let more = shown.last().filter(|_| rest.len() > LISTED).map(|last| {
        let mut asked = Serializer::new(String::new());
        asked.append_pair("sought", query.sought.trim()).append_pair("after", last.id.as_str());
        format!("{}?{}", paths::CLIENTS, asked.finish())
    });
    let row = |client: &Client| Row {
        href: path(client),
        name: name(&page, client),
        id: client.id.to_string(),
        suspended: client.is_suspended(),
        first_party: client.first_party,
    };
    let rows = shown.iter().map(|client| row(client)).collect();
    let shown = ClientsPage { errors: FormErrors::default(), sought: query.sought, found, rows, more, page };
    Ok(shown.into_response())
}

fn fits(client: &Client, sought: &str) -> bool {
    [client.id.as_str(), &client.name.zh, &client.name.en].iter().any(|text| text.to_lowercase().contains(sought))
}
