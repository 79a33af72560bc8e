//! Suspending a client, and letting it again.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use shared::db::{DbError, Tx};
use shared::page::Page;

use super::{name, path};
use crate::audit::Actor;
use crate::clients::{Client, ClientId};
use crate::console::Console;
use crate::console::account::said_of;
use crate::console::act_page::{ActForm, Ask};
use crate::console::acts::Act;
use crate::console::frame::{Said, lead};
use crate::console::gate::Refusal;
use crate::console::payload::Payload;
use crate::console::visit::StaffVisit;
use crate::web::{Flaws, Posted};

impl Console {
    /// Suspends a client or lets it again, on record; whether that changed anything.
    pub(in crate::console) async fn with_client(
        &self,
        tx: &mut Tx,
        payload: &Payload,
        by: &Actor,
    ) -> Result<bool, DbError> {
        let (client, suspended) = match payload {
            Payload::SuspendClient { client } => (client, true),
            Payload::ReinstateClient { client } => (client, false),
            _ => return Ok(false),
        };
        let Some(id) = ClientId::parse(client) else { return Ok(false) };
        self.0.clients.suspend_within(tx, by, (&id, suspended)).await
    }
}

fn ask(page: &Page, act: Act, client: &Client) -> Ask {
    let back = path(client);
    let end = if act == Act::SuspendClient { "suspend" } else { "reinstate" };
    let (whom, typed) = (name(page, client), client.id.to_string());
    Ask { act, at: format!("{back}/{end}"), back, whom, typed, roles: false, name: false }
}

/// The page and the form of an act on a client.
pub fn act(act: Act) -> MethodRouter<Console> {
    get(move |console: State<Console>, id: Path<String>, visit: StaffVisit, said: Query<Said>| {
        show_act(act, console, id, visit, said)
    })
    .post(move |console: State<Console>, id: Path<String>, visit: StaffVisit, posted: Posted<ActForm>| {
        submit_act(act, console, id, visit, posted)
    })
}

async fn show_act(
    act: Act,
    State(console): State<Console>,
    Path(id): Path<String>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, act).await?;
    let client = console.client(&id).await?;
    let ask = ask(&visit.page, act, &client);
    Ok(console.act_page(visit, &me, (ask, ActForm::default()), &said))
}

async fn submit_act(
    act: Act,
    State(console): State<Console>,
    Path(id): Path<String>,
    visit: StaffVisit,
    Posted { form, fresh, .. }: Posted<ActForm>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, act).await?;
    let client = console.client(&id).await?;
    let (ask, mut flaws) = (ask(&visit.page, act, &client), Flaws::default());
    let Some(typed) = form.read(&ask, &mut flaws).filter(|_| fresh) else {
        return Ok(console.send_back(&visit, &ask.at, (form, flaws)));
    };
    let client = client.id.to_string();
    let payload = match act {
        Act::SuspendClient => Payload::SuspendClient { client },
        _ => Payload::ReinstateClient { client },
    };
    let asked = console.ask_for(&me, payload, typed.reason).await?;
    // This node shows it at once; the others within a second.
    console.0.clients.look_again().await?;
    Ok(lead(&ask.back, said_of(asked)))
}
