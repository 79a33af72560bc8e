//! Having messages tried again, with a reason.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::page::Page;

use super::list::whom;
use super::{kind_name, path};
use crate::audit::{Actor, Event};
use crate::console::Console;
use crate::console::account::said_of;
use crate::console::act_page::{ActForm, Ask};
use crate::console::acts::Act;
use crate::console::frame::{Said, lead};
use crate::console::gate::Refusal;
use crate::console::payload::Payload;
use crate::console::visit::StaffVisit;
use crate::delivery::store::{self, Listed};
use crate::delivery::{ChannelKind, MessageId};
use crate::web::{Flaws, Posted};

impl Console {
    /// Takes messages up again, on record; whether there was something to take up.
    pub(in crate::console) async fn try_again(
        &self,
        tx: &mut Tx,
        payload: &Payload,
        by: &Actor,
    ) -> Result<bool, DbError> {
        let now = self.accounts().parts().clock.now();
        let (kind, message, messages) = match payload {
            Payload::RetryDelivery { kind, message } => {
                let Ok(id) = message.parse::<MessageId>() else { return Ok(false) };
                (kind, Some(message.clone()), store::take_up(tx, Some(id), now).await?)
            }
            Payload::RetryDeliveries { kind } => {
                let Some(all) = ChannelKind::parse(kind) else { return Ok(false) };
                (kind, None, store::take_up_kind(tx, all, now).await?)
            }
            _ => return Ok(false),
        };
        if messages > 0 {
            self.note(tx, by, &Event::MessagesTakenUp { channel: kind.clone().into(), message, messages }).await?;
        }
        Ok(messages > 0)
    }

    /// The message of an address, which names its kind too.
    async fn message(&self, (kind, id): &(String, String)) -> Result<(ChannelKind, Listed), Refusal> {
        let kind = ChannelKind::parse(kind).ok_or(Refusal::Unknown)?;
        let id = id.parse::<MessageId>().map_err(|_| Refusal::Unknown)?;
        let found = self.read(id, |id, tx| async move { store::undelivered_one(tx, id).await }.boxed()).await?;
        let found = found.filter(|found| ChannelKind::of_channel(&found.channel) == Some(kind));
        Ok((kind, found.ok_or(Refusal::Unknown)?))
    }
}

fn ask_all(page: &Page, kind: ChannelKind) -> Ask {
    let back = path(kind);
    Ask {
        act: Act::RetryDeliveries,
        at: format!("{back}/retry"),
        back,
        whom: kind_name(page, kind.as_str()),
        typed: kind.as_str().to_owned(),
        roles: false,
        name: false,
    }
}

fn ask_one(page: &Page, kind: ChannelKind, message: &Listed) -> Ask {
    Ask {
        act: Act::RetryDelivery,
        at: format!("{}/{}/retry", path(kind), message.id),
        back: if message.given_up { path(kind) } else { format!("{}?state=waiting", path(kind)) },
        whom: whom(page, message),
        typed: String::new(),
        roles: false,
        name: false,
    }
}

/// GET: whether all of a kind that were given up are to be tried again.
pub async fn show_all(
    State(console): State<Console>,
    Path(kind): Path<String>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::RetryDeliveries).await?;
    let kind = ChannelKind::parse(&kind).ok_or(Refusal::Unknown)?;
    let ask = ask_all(&visit.page, kind);
    Ok(console.act_page(visit, &me, (ask, ActForm::default()), &said))
}

/// POST: tries them again.
pub async fn submit_all(
    State(console): State<Console>,
    Path(kind): Path<String>,
    visit: StaffVisit,
    Posted { form, fresh, .. }: Posted<ActForm>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::RetryDeliveries).await?;
    let kind = ChannelKind::parse(&kind).ok_or(Refusal::Unknown)?;
    let (ask, mut flaws) = (ask_all(&visit.page, kind), Flaws::default());
    let Some(typed) = form.read(&ask, &mut flaws).filter(|_| fresh) else {
        return Ok(console.send_back(&visit, &ask.at, (form, flaws)));
    };
    let payload = Payload::RetryDeliveries { kind: kind.as_str().to_owned() };
    let asked = console.ask_for(&me, payload, typed.reason).await?;
    Ok(lead(&path(kind), said_of(asked)))
}

/// GET: whether one message is to be tried again.
pub async fn show_one(
    State(console): State<Console>,
    Path(of): Path<(String, String)>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::RetryDelivery).await?;
    let (kind, message) = console.message(&of).await?;
    let ask = ask_one(&visit.page, kind, &message);
    Ok(console.act_page(visit, &me, (ask, ActForm::default()), &said))
}

/// POST: tries it again.
pub async fn submit_one(
    State(console): State<Console>,
    Path(of): Path<(String, String)>,
    visit: StaffVisit,
    Posted { form, fresh, .. }: Posted<ActForm>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::RetryDelivery).await?;
    let (kind, message) = console.message(&of).await?;
    let (ask, mut flaws) = (ask_one(&visit.page, kind, &message), Flaws::default());
    let Some(typed) = form.read(&ask, &mut flaws).filter(|_| fresh) else {
        return Ok(console.send_back(&visit, &ask.at, (form, flaws)));
    };
    let payload = Payload::RetryDelivery { kind: kind.as_str().to_owned(), message: message.id.to_string() };
    let asked = console.ask_for(&me, payload, typed.reason).await?;
    Ok(lead(&path(kind), said_of(asked)))
}
