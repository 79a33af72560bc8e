//! What was proposed, and the page on which a second person agrees or refuses.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::page::Page;

use super::account::tail;
use super::acts::Act;
use super::deliveries::kind_name;
use super::find::FINDS;
use super::frame::{Said, act_name, framed, lead, notice, role_names};
use super::gate::Refusal;
use super::model::{Person, ProposalId, ReadId, Reason, Roles, StaffId, Stage};
use super::payload::Payload;
use super::perform::Decided;
use super::store::proposals::Proposal;
use super::visit::StaffVisit;
use super::{Console, paths, store};
use crate::accounts::{AccountId, Notice};
use crate::limits::{Subject, Verdict};
use crate::web::{Button, Posted, moment};

/// How many are listed.
const LISTED: i64 = 50;

/// The form as it was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    /// What stands for what the person saw.
    seen: String,
    /// `agree` or `refuse`.
    decision: String,
}

/// A proposal in the list.
struct Row {
    href: String,
    what: String,
    by: String,
    at: String,
    stage: String,
    kind: &'static str,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/proposals.html")]
struct ProposalsPage {
    page: Page,
    notice: Option<Notice>,
    rows: Vec<Row>,
}

#[derive(Template, WebTemplate)]
#[template(path = "console/proposal.html")]
struct ProposalPage {
    page: Page,
    notice: Option<Notice>,
    what: String,
    stage: String,
    kind: &'static str,
    facts: Vec<(String, String)>,
    seen: String,
    at: String,
    /// Whether this person may agree, or refuse.
    decides: bool,
    /// Whether it is their own.
    own: bool,
    /// Where the account is looked at.
    look: Option<String>,
}

/// How it stands with a proposal, in words, and as a tag.
fn standing(page: &Page, proposal: &Proposal, now: Timestamp) -> (&'static str, String) {
    let (kind, key) = match proposal.stage {
        Stage::Open if proposal.expires_at <= now => ("info", "console-stage-expired"),
        Stage::Open => ("warn", "console-stage-open"),
        Stage::Done => ("ok", "console-stage-done"),
        Stage::Refused => ("info", "console-stage-refused"),
        Stage::Lapsed => ("info", "console-stage-lapsed"),
    };
    (kind, page.t(key))
}

fn path(id: ProposalId) -> String {
    format!("{}/{id}", paths::PROPOSALS)
}

/// GET: the newest.
pub async fn list(
    State(console): State<Console>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::SeeProposals).await?;
    let found =
        console.read((), |(), tx| async move { store::proposals::newest(tx, None, LISTED).await }.boxed()).await?;
    let (page, now) = (framed(visit.page, &me), console.accounts().parts().clock.now());
    let row = |proposal: &Proposal| {
        let (kind, stage) = standing(&page, proposal, now);
        Row {
            href: path(proposal.id),
            what: act_name(&page, proposal.act),
            by: proposal.by_name.clone(),
            at: moment::exact(proposal.at),
            stage,
            kind,
        }
    };
    let rows = found.iter().map(row).collect();
    Ok(ProposalsPage { notice: notice(&page, said.notice.as_deref()), rows, page }.into_response())
}

impl Console {
    async fn proposal(&self, id: &str) -> Result<Proposal, Refusal> {
        let id = id.parse::<ProposalId>().map_err(|_| Refusal::Unknown)?;
        let found = self.read(id, |id, tx| async move { store::proposals::find(tx, id).await }.boxed());
        found.await?.ok_or(Refusal::Unknown)
    }

    async fn staff_name(&self, id: &str) -> Result<String, Refusal> {
        let Ok(id) = id.parse::<StaffId>() else { return Ok(String::new()) };
        let found = self.read(id, |id, tx| async move { store::people::find(tx, id).await }.boxed()).await?;
        Ok(found.map(|person| person.name).unwrap_or_default())
    }

    /// What is proposed, in words.
    async fn facts(&self, page: &Page, proposal: &Proposal) -> Result<Vec<(String, String)>, Refusal> {
        let mut facts: Vec<(&str, String)> = Vec::new();
        let names = |roles: &str| role_names(page, &Roles::parse(roles));
        let payload = Payload::read(&proposal.text);
        match &payload {
            Some(Payload::InviteStaff { name, roles }) => {
                facts.push(("console-staff-name", name.clone()));
                facts.push(("console-roles", names(roles)));
            }
            Some(Payload::ChangeRoles { staff, from, to }) => {
                facts.push(("console-proposal-whom", self.staff_name(staff).await?));
                facts.push(("console-proposal-from", names(from)));
                facts.push(("console-proposal-to", names(to)));
            }
            Some(Payload::SuspendStaff { staff } | Payload::ReinstateStaff { staff }) => {
                facts.push(("console-proposal-whom", self.staff_name(staff).await?));
            }
            Some(Payload::RetryDelivery { kind, message }) => {
                facts.push(("console-deliveries-kind", kind_name(page, kind)));
                facts.push(("console-deliveries-message", message.clone()));
            }
            Some(Payload::RetryDeliveries { kind }) => {
                facts.push(("console-deliveries-kind", kind_name(page, kind)));
            }
            Some(Payload::SuspendClient { client } | Payload::ReinstateClient { client }) => {
                facts.push(("console-clients-one", client.clone()));
            }
            _ => facts.extend(proposal.account.map(|account| ("console-account-tail", tail(account)))),
        }
        facts.push(("console-reason", proposal.reason.clone()));
        facts.push(("console-proposal-by", proposal.by_name.clone()));
        facts.push(("console-proposal-at", moment::exact(proposal.at)));
        if proposal.stage == Stage::Open {
            facts.push(("console-proposal-until", moment::exact(proposal.expires_at)));
        }
        if let (Some(by), Some(at)) = (&proposal.decided_by, proposal.decided_at) {
            facts.push(("console-proposal-decided-by", by.clone()));
            facts.push(("console-proposal-decided-at", moment::exact(at)));
        }
        Ok(facts.into_iter().map(|(key, value)| (page.t(key), value)).collect())
    }
}

/// GET: one of them.
pub async fn show(
    State(console): State<Console>,
    Path(id): Path<String>,
    visit: StaffVisit,
    Query(said): Query<Said>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::SeeProposals).await?;
    let proposal = console.proposal(&id).await?;
    let (page, now) = (framed(visit.page, &me), console.accounts().parts().clock.now());
    let (kind, stage) = standing(&page, &proposal, now);
    let open = proposal.stage == Stage::Open && proposal.expires_at > now;
    let second = proposal.act.takes().second.is_some_and(|second| me.roles.any(second));
    let at = path(proposal.id);
    let shown = ProposalPage {
        notice: notice(&page, said.notice.as_deref()),
        what: act_name(&page, proposal.act),
        facts: console.facts(&page, &proposal).await?,
        seen: URL_SAFE_NO_PAD.encode(proposal.hash),
        decides: open && second && proposal.by != me.id,
        own: open && proposal.by == me.id,
        look: proposal.account.filter(|_| open && concerns(&me, &proposal)).map(|_| format!("{at}/account")),
        stage,
        kind,
        at,
        page,
    };
    Ok(shown.into_response())
}

/// POST: decides.
pub async fn submit(
    State(console): State<Console>,
    Path(id): Path<String>,
    visit: StaffVisit,
    Posted { form, fresh, .. }: Posted<DecisionForm>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::Decide).await?;
    let id = id.parse::<ProposalId>().map_err(|_| Refusal::Unknown)?;
    let agrees = match form.decision.as_str() {
        "agree" => true,
        "refuse" => false,
        _ => return Ok(lead(&path(id), "again")),
    };
    if !fresh {
        return Ok(lead(&path(id), "again"));
    }
    let seen = URL_SAFE_NO_PAD.decode(&form.seen).ok().and_then(|seen| seen.try_into().ok()).unwrap_or([0; 32]);
    let told = match console.decide(&me, id, (agrees, seen)).await? {
        Decided::Unknown => return Err(Refusal::Unknown),
        Decided::Done => "done",
        Decided::Refused => "refused",
        Decided::Over => "over",
        Decided::Own => "own",
        Decided::AboutYou => "about-you",
        Decided::OtherRole => "other-role",
        Decided::Another => "another",
        Decided::Lapsed => "lapsed",
    };
    Ok(lead(&path(id), told))
}

/// POST: takes one's own back.
pub async fn take_back(
    State(console): State<Console>,
    Path(id): Path<String>,
    visit: StaffVisit,
    posted: Posted<Button>,
) -> Result<Response, Refusal> {
    let me = console.admit(&visit, Act::TakeBack).await?;
    let proposal = console.proposal(&id).await?;
    if !posted.fresh {
        return Ok(lead(&path(proposal.id), "again"));
    }
    if proposal.by != me.id {
        return Ok(lead(&path(proposal.id), "other-role"));
    }
    let decided = console.decide(&me, proposal.id, (false, proposal.hash)).await?;
    Ok(lead(&path(proposal.id), if decided == Decided::Refused { "refused" } else { "over" }))
}

/// POST: looks at the account that it is about, which is on record as any other look.
pub async fn look(
    State(console): State<Console>,
    Path(id): Path<String>,
    visit: StaffVisit,
    posted: Posted<Button>,
) -> Result<Response, Refusal> {
    let me: Person = console.admit(&visit, Act::ReadAccount).await?;
    let proposal = console.proposal(&id).await?;
    if !posted.fresh {
        return Ok(lead(&path(proposal.id), "again"));
    }
    if !concerns(&me, &proposal) {
        return Ok(lead(&path(proposal.id), "other-role"));
    }
    let open = proposal.stage == Stage::Open && proposal.expires_at > console.accounts().parts().clock.now();
    let Some(account) = proposal.account.filter(|_| open) else { return Ok(lead(&path(proposal.id), "over")) };
    let read = console.write((me.id, account), |console, args, tx| begin(console, args, tx).boxed()).await?;
    Ok(match read {
        Some(read) => Redirect::to(&format!("{}/{read}", paths::ACCOUNTS)).into_response(),
        None => lead(&path(proposal.id), "too-often"),
    })
}

/// Whether a proposal is somebody's to look into: it is theirs, or they may be the second person.
fn concerns(me: &Person, proposal: &Proposal) -> bool {
    let second = proposal.act.takes().second.is_some_and(|second| me.roles.any(second));
    me.roles.any(Act::ReadAccount.roles()) && (second || proposal.by == me.id)
}

/// A reading, which counts as any other does; none, where there were too many.
async fn begin(console: Console, (me, account): (StaffId, AccountId), tx: &mut Tx) -> Result<Option<ReadId>, DbError> {
    let (parts, id) = (console.accounts().parts(), me.to_string());
    let verdict = parts.limits.hit(tx, &FINDS, Subject::Text(&id), parts.clock.now()).await?;
    if let Verdict::Refused { .. } = verdict {
        return Ok(None);
    }
    console.read_account(tx, me, (account, Reason::Approval)).await.map(Some)
}
