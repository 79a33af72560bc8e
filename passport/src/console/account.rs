//! An account, masked, with what happened to it and what can be done.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use futures_util::FutureExt as _;
use shared::db::{DbError, Tx};
use shared::page::{Link, Page};

use super::act_page::{ActForm, Ask};
use super::acts::Act;
use super::frame::{Said, act_name, framed, lead, notice};
use super::gate::Refusal;
use super::model::{Person, ReadId};
use super::payload::Payload;
use super::perform::Asked;
use super::visit::StaffVisit;
use super::{Console, paths, store};
use crate::accounts::activity::{self, Line};
use crate::accounts::admin::Standing;
use crate::accounts::model::{Account, Email, Mobile};
use crate::accounts::{AccountId, Notice};
use crate::web::{Flaws, Posted};

/// Lines of the history on the page.
const LINES: usize = 20;

/// Acts on an account, with the ends of their addresses.
const ACTS: [(Act, &str); 5] = [
    (Act::Unlock, "unlock"),
    (Act::EndSessions, "sessions"),
    (Act::Suspend, "suspend"),
    (Act::Reinstate, "reinstate"),
    (Act::ResetFactors, "factors"),
];

#[derive(Template, WebTemplate)]
#[template(path = "console/account.html")]
struct AccountPage {
    page: Page,
    notice: Option<Notice>,
    /// What is typed once more for what is grave.
    tail: String,
    facts: Vec<(String, String)>,
    acts: Vec<Link>,
    lines: Vec<Line>,
}

/// The last characters of an account's id: what colleagues tell each other, and type once more.
pub(super) fn tail(account: AccountId) -> String {
    let id = account.to_string();
    id[id.len() - 6..].to_owned()
}

/// `李*`: enough to compare with what a caller says.
fn masked(name: &str) -> String {
    let first = name.chars().next().map(String::from).unwrap_or_default();
    format!("{first}{}", "*".repeat(name.chars().count().saturating_sub(1)))
}

impl Console {
    /// The account of a reading, as long as that goes on.
    async fn reading(&self, me: &Person, read: &str) -> Result<(ReadId, AccountId), Refusal> {
        let id = read.parse::<ReadId>().map_err(|_| Refusal::Unknown)?;
        let args = (id, me.id, self.accounts().parts().clock.now());
        let found =
            self.read(args, |(id, me, now), tx| async move { store::reads::account(tx, id, me, now).await }.boxed());
        found.await?.map(|account| (id, account)).ok_or(Refusal::ReadAgain)
    }
}

/// GET: what is known of it.
pub async fn show(
    State(console): State<Console>,
    Path(read): Path<String>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::ReadAccount).await?;
    let (read, id) = console.reading(&me, &read).await?;
    let accounts = console.accounts();
    let standing = accounts.standing(id).await?.ok_or(Refusal::ReadAgain)?;
    let enrolled = accounts.enrolled(id).await?;
    let page = framed(visit.page, &me);
    let lines = activity::latest(accounts, &page, id, LINES).await?;
    let open = ACTS.iter().filter(|(act, _)| me.roles.any(act.roles()) && fits(*act, &standing));
    let shown = AccountPage {
        notice: notice(&page, said.notice.as_deref()),
        acts: open
            .map(|(act, end)| Link::new(format!("{}/{read}/{end}", paths::ACCOUNTS), act_name(&page, *act)))
            .collect(),
        facts: facts(
            &page,
            &standing,
            [enrolled.passkey, enrolled.authenticator, enrolled.sms, enrolled.recovery_code],
        ),
        tail: tail(id),
        lines,
        page,
    };
    Ok(shown.into_response())
}

/// Whether there is something to do by that act.
const fn fits(act: Act, standing: &Standing) -> bool {
    match act {
        Act::Suspend => !standing.locked,
        Act::Reinstate => standing.locked,
        _ => true,
    }
}

fn facts(page: &Page, standing: &Standing, enrolled: [bool; 4]) -> Vec<(String, String)> {
    let Account { name, email, email_verified, mobile, mobile_verified, identity, .. } = &standing.account;
    let none = || page.t("console-fact-none");
    let proven = |text: Option<String>, proven: bool| match text {
        Some(text) if proven => page.tw("console-fact-proven", [("what", text.as_str())]),
        Some(text) => page.tw("console-fact-unproven", [("what", text.as_str())]),
        None => none(),
    };
    let factors = ["console-fact-passkey", "console-fact-app", "console-fact-sms", "console-fact-codes"];
    let factors: Vec<_> =
        factors.into_iter().zip(enrolled).filter(|(_, has)| *has).map(|(key, _)| page.t(key)).collect();
    let factors = if factors.is_empty() { none() } else { factors.join(&page.t("console-role-and")) };
    [
        ("console-fact-name", name.as_ref().map_or_else(none, |name| masked(name.as_str()))),
        ("console-fact-email", proven(email.as_ref().map(Email::masked), *email_verified)),
        ("console-fact-mobile", proven(mobile.as_ref().map(Mobile::masked), *mobile_verified)),
        ("console-fact-document", identity.as_ref().map_or_else(none, |identity| identity.document.masked())),
        ("console-fact-factors", factors),
        ("console-fact-sessions", standing.sessions.to_string()),
        ("console-fact-state", page.t(if standing.locked { "console-fact-suspended" } else { "console-fact-open" })),
    ]
    .map(|(key, value)| (page.t(key), value))
    .to_vec()
}

/// The page and the form of an act on an account.
pub fn act(act: Act) -> MethodRouter<Console> {
    get(move |console: State<Console>, read: Path<String>, visit: StaffVisit, said: Query<Said>| {
        show_act(act, console, read, visit, said)
    })
    .post(move |console: State<Console>, read: Path<String>, visit: StaffVisit, posted: Posted<ActForm>| {
        submit_act(act, console, read, visit, posted)
    })
}

fn ask(act: Act, read: ReadId, account: AccountId) -> Ask {
    let end = ACTS.iter().find(|(known, _)| *known == act).map_or("", |(_, end)| end);
    let (back, tail) = (format!("{}/{read}", paths::ACCOUNTS), tail(account));
    Ask { act, at: format!("{back}/{end}"), back, whom: tail.clone(), typed: tail, roles: false, name: false }
}

async fn show_act(
    act: Act,
    State(console): State<Console>,
    Path(read): Path<String>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, act).await?;
    let (read, account) = console.reading(&me, &read).await?;
    Ok(console.act_page(visit, &me, (ask(act, read, account), ActForm::default()), &said))
}

async fn submit_act(
    act: Act,
    State(console): State<Console>,
    Path(read): Path<String>,
    visit: StaffVisit,
    Posted { form, fresh, .. }: Posted<ActForm>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, act).await?;
    let (read, account) = console.reading(&me, &read).await?;
    let (ask, mut flaws) = (ask(act, read, account), Flaws::default());
    let Some(typed) = form.read(&ask, &mut flaws).filter(|_| fresh) else {
        return Ok(console.send_back(&visit, &ask.at, (form, flaws)));
    };
    let Some(payload) = console.payload(act, account).await? else { return Ok(lead(&ask.back, "gone")) };
    let asked = console.ask_for(&me, payload, typed.reason).await?;
    Ok(lead(&ask.back, said_of(asked)))
}

/// The notice about what became of an act.
pub(super) const fn said_of(asked: Asked) -> &'static str {
    match asked {
        Asked::Done => "done",
        Asked::Proposed(_) => "proposed",
        Asked::Waits => "waits",
        Asked::Gone => "gone",
    }
}

impl Console {
    /// What exactly is done to an account by that act.
    async fn payload(&self, act: Act, account: AccountId) -> Result<Option<Payload>, DbError> {
        let id = account.to_string();
        Ok(Some(match act {
            Act::Suspend => Payload::Suspend { account: id },
            Act::Reinstate => Payload::Reinstate { account: id },
            Act::Unlock => Payload::Unlock { account: id },
            Act::EndSessions => Payload::EndSessions { account: id },
            Act::ResetFactors => {
                let marked = self.write(account, |console, account, tx| mark(console, account, tx).boxed()).await?;
                let Some(standing) = marked else { return Ok(None) };
                Payload::ResetFactors { account: id, standing }
            }
            _ => return Ok(None),
        }))
    }
}

async fn mark(console: Console, account: AccountId, tx: &mut Tx) -> Result<Option<String>, DbError> {
    console.accounts().standing_mark(tx, account).await
}
