//! The staff: who belongs to it and as what, and what is done about that.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use futures_util::FutureExt as _;
use shared::page::{Link, Page};

use super::account::said_of;
use super::act_page::{ActForm, Ask, Typed};
use super::acts::Act;
use super::frame::{Said, act_name, framed, lead, notice, role_names};
use super::gate::Refusal;
use super::model::{Person, StaffId, State as Standing};
use super::payload::Payload;
use super::visit::StaffVisit;
use super::{Console, paths, store};
use crate::accounts::Notice;
use crate::web::{Button, Flaws, Posted, moment};

/// Somebody in the list.
struct Row {
    href: String,
    name: String,
    roles: String,
    kind: &'static str,
    state: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/staff.html")]
struct StaffPage {
    page: Page,
    notice: Option<Notice>,
    rows: Vec<Row>,
    invites: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/person.html")]
struct PersonPage {
    page: Page,
    notice: Option<Notice>,
    name: String,
    roles: String,
    kind: &'static str,
    state: String,
    since: String,
    acts: Vec<Link>,
    /// Where a link is made for who has none yet.
    link: Option<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/link.html")]
struct LinkPage {
    page: Page,
    name: String,
    link: String,
    back: String,
}

fn path(id: StaffId) -> String {
    format!("{}/{id}", paths::STAFF)
}

fn state(page: &Page, state: Standing) -> (&'static str, String) {
    match state {
        Standing::Invited => ("warn", page.t("console-state-invited")),
        Standing::Active => ("ok", page.t("console-state-active")),
        Standing::Suspended => ("error", page.t("console-state-suspended")),
    }
}

/// GET: everybody.
pub async fn list(
    State(console): State<Console>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::SeeStaff).await?;
    let people = console.people().await?;
    let page = framed(visit.page, &me);
    let row = |person: Person| {
        let (kind, state) = state(&page, person.state);
        Row { href: path(person.id), roles: role_names(&page, &person.roles), name: person.name, kind, state }
    };
    let rows = people.into_iter().map(row).collect();
    let invites = me.roles.any(Act::InviteStaff.roles());
    Ok(StaffPage { notice: notice(&page, said.notice.as_deref()), rows, invites, page }.into_response())
}

impl Console {
    async fn somebody(&self, id: &str) -> Result<Person, Refusal> {
        let id = id.parse::<StaffId>().map_err(|_| Refusal::Unknown)?;
        let found = self.read(id, |id, tx| async move { store::people::find(tx, id).await }.boxed());
        found.await?.ok_or(Refusal::Unknown)
    }
}

/// GET: one of them.
pub async fn show(
    State(console): State<Console>,
    Path(id): Path<String>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::SeeStaff).await?;
    let person = console.somebody(&id).await?;
    let (page, now) = (framed(visit.page, &me), console.accounts().parts().clock.now());
    let at = path(person.id);
    let suspended = person.state == Standing::Suspended;
    let acts = [
        (Act::ChangeRoles, "roles", true),
        (Act::SuspendStaff, "suspend", !suspended && person.id != me.id),
        (Act::ReinstateStaff, "reinstate", suspended),
    ];
    let open = acts.into_iter().filter(|(act, _, fits)| *fits && me.roles.any(act.roles()));
    let acts = open.map(|(act, end, _)| Link::new(format!("{at}/{end}"), act_name(&page, act))).collect();
    let (kind, state) = state(&page, person.state);
    let links = person.state == Standing::Invited && me.roles.any(Act::MakeLink.roles());
    let shown = PersonPage {
        notice: notice(&page, said.notice.as_deref()),
        roles: role_names(&page, &person.roles),
        since: moment::day(page.lang, person.made_at, now),
        link: links.then(|| format!("{at}/link")),
        name: person.name,
        acts,
        kind,
        state,
        page,
    };
    Ok(shown.into_response())
}

/// POST: makes a link, and shows it this once.
pub async fn link(
    State(console): State<Console>,
    Path(id): Path<String>,
    visit: StaffVisit,
    posted: Posted<Button>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::MakeLink).await?;
    let person = console.somebody(&id).await?;
    let back = path(person.id);
    if !posted.fresh {
        return Ok(lead(&back, "again"));
    }
    let Some(link) = console.make_link(person.id, me.id).await? else { return Ok(lead(&back, "gone")) };
    let page = framed(visit.page, &me);
    Ok(LinkPage { page, name: person.name, link: link.expose().to_owned(), back }.into_response())
}

fn ask_to_invite() -> Ask {
    Ask {
        act: Act::InviteStaff,
        at: paths::STAFF_INVITE.to_owned(),
        back: paths::STAFF.to_owned(),
        whom: String::new(),
        typed: String::new(),
        roles: true,
        name: true,
    }
}

/// GET: whom to ask in.
pub async fn show_invite(
    State(console): State<Console>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::InviteStaff).await?;
    Ok(console.act_page(visit, &me, (ask_to_invite(), ActForm::default()), &said))
}

/// POST: proposes to ask them in.
pub async fn invite(
    State(console): State<Console>,
    visit: StaffVisit,
    Posted { form, fresh, .. }: Posted<ActForm>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::InviteStaff).await?;
    let (ask, mut flaws) = (ask_to_invite(), Flaws::default());
    let Some(Typed { reason, name, roles }) = form.read(&ask, &mut flaws).filter(|_| fresh) else {
        return Ok(console.send_back(&visit, &ask.at, (form, flaws)));
    };
    let taken = console.read(name.clone(), |name, tx| {
        async move { store::people::named(tx, &name).await.map(|found| found.is_some()) }.boxed()
    });
    if taken.await? {
        flaws.push("name", "console-staff-name", "console-staff-name-taken");
        return Ok(console.send_back(&visit, &ask.at, (form, flaws)));
    }
    let asked = console.ask_for(&me, Payload::InviteStaff { name, roles: roles.to_string() }, reason).await?;
    Ok(lead(&ask.back, said_of(asked)))
}

/// The page and the form of an act on one of the staff.
pub fn act(act: Act) -> MethodRouter<Console> {
    get(move |console: State<Console>, id: Path<String>, visit: StaffVisit, said: Query<Said>| {
        show_act(act, console, id, visit, said)
    })
    .post(move |console: State<Console>, id: Path<String>, visit: StaffVisit, posted: Posted<ActForm>| {
        submit_act(act, console, id, visit, posted)
    })
}

fn ask(act: Act, person: &Person) -> Ask {
    let back = path(person.id);
    let end = match act {
        Act::ChangeRoles => "roles",
        Act::SuspendStaff => "suspend",
        _ => "reinstate",
    };
    let (whom, typed) = (person.name.clone(), person.name.clone());
    Ask { act, at: format!("{back}/{end}"), back, whom, typed, roles: act == Act::ChangeRoles, name: false }
}

async fn show_act(
    act: Act,
    State(console): State<Console>,
    Path(id): Path<String>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, act).await?;
    let person = console.somebody(&id).await?;
    Ok(console.act_page(visit, &me, (ask(act, &person), ActForm::with_roles(&person.roles)), &said))
}

async fn submit_act(
    act: Act,
    State(console): State<Console>,
    Path(id): Path<String>,
    visit: StaffVisit,
    Posted { form, fresh, .. }: Posted<ActForm>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, act).await?;
    let person = console.somebody(&id).await?;
    let (ask, mut flaws) = (ask(act, &person), Flaws::default());
    let Some(Typed { reason, roles, .. }) = form.read(&ask, &mut flaws).filter(|_| fresh) else {
        return Ok(console.send_back(&visit, &ask.at, (form, flaws)));
    };
    let staff = person.id.to_string();
    let payload = match act {
        Act::ChangeRoles if roles == person.roles => return Ok(lead(&ask.back, "gone")),
        Act::ChangeRoles => Payload::ChangeRoles { staff, from: person.roles.to_string(), to: roles.to_string() },
        // Nobody locks themselves out by mistake.
        Act::SuspendStaff if person.id == me.id => return Ok(lead(&ask.back, "about-you")),
        Act::SuspendStaff => Payload::SuspendStaff { staff },
        Act::ReinstateStaff if person.state != Standing::Suspended => return Ok(lead(&ask.back, "gone")),
        _ => Payload::ReinstateStaff { staff },
    };
    let asked = console.ask_for(&me, payload, reason).await?;
    Ok(lead(&ask.back, said_of(asked)))
}
