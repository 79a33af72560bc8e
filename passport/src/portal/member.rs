//! A member: their role, and taking them out.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::http::Caller;
use shared::page::{Choice, FormErrors, NavItem, Page};

use super::frame::{address, framed, lead, member_path, notice, page_path, roles, side};
use super::gate::Admitted;
use super::model::{Act, MemberId, Membership, OrganisationId, Role};
use super::refusal::Refusal;
use super::store::{self, Member};
use super::{Portal, leave};
use crate::accounts::visit::FormQuery;
use crate::accounts::{AccountId, Notice, Session, Visit};
use crate::audit::{Actor, Event};
use crate::web::{Button, Posted, moment};

/// The form that gives another role.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    role: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "portal/member.html")]
struct MemberPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    name: String,
    email: Option<String>,
    since: String,
    role: String,
    roles: Vec<Choice>,
    action: String,
    remove: String,
    back: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "portal/remove.html")]
struct RemovePage {
    page: Page,
    side: Vec<NavItem>,
    name: String,
    action: String,
    back: String,
}

/// The address of a page of the member that a request names.
fn here(organisation: &str, member: &str, page: &str) -> Result<String, Refusal> {
    let member = member.parse::<MemberId>().map_err(|_| Refusal::Unknown)?;
    Ok(format!("{}/{member}{page}", address(organisation, "members")?))
}

/// What becomes of a change of who belongs to an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changed {
    /// It is done, or was so before.
    Done,
    /// There is no such member any more.
    Gone,
    /// Nobody would be left who decides.
    LastOwner,
}

impl Changed {
    fn notice(self, done: &'static str) -> &'static str {
        match self {
            Self::Done => done,
            Self::Gone => "removed",
            Self::LastOwner => "last-owner",
        }
    }
}

/// GET: a member, and the roles to choose from.
pub async fn show(
    State(portal): State<Portal>,
    Path((organisation, member)): Path<(String, String)>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let path = here(&organisation, &member, "")?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::ChangeRole), |_| path).await?;
    let id = admitted.member.organisation.id;
    let Some(one) = portal.one(id, &member).await? else { return Ok(lead(&page_path(id, "members"), "removed")) };
    let page = portal.greeted(visit.page, &admitted.session).await?;
    let now = portal.accounts.parts().clock.now();
    let own = one.id == admitted.member.id;
    let own_path = member_path(id, one.id);
    let shown = MemberPage {
        errors: FormErrors::default(),
        notice: notice(&page, query.notice.as_deref()),
        side: side(&page, id, "members"),
        since: moment::day(page.lang, one.since, now),
        role: one.role.as_str().to_owned(),
        roles: roles(&page),
        remove: if own { leave::path(id) } else { format!("{own_path}/remove") },
        action: own_path,
        back: page_path(id, "members"),
        name: one.name.unwrap_or_else(|| page.t("portal-member-unnamed")),
        email: one.email,
        page,
    };
    Ok(shown.into_response())
}

/// POST: gives the member that role.
pub async fn submit(
    State(portal): State<Portal>,
    Path((organisation, member)): Path<(String, String)>,
    mut visit: Visit,
    posted: Posted<RoleForm>,
) -> Result<Response, Refusal> {
    let path = here(&organisation, &member, "")?;
    let admitted = portal.admit(&mut visit, (&organisation, Act::ChangeRole), |_| path.clone()).await?;
    let (true, Some(role)) = (posted.fresh, Role::parse(&posted.form.role)) else { return Ok(lead(&path, "again")) };
    let id = admitted.member.organisation.id;
    let Some(one) = portal.one(id, &member).await? else { return Ok(lead(&page_path(id, "members"), "removed")) };
    let args = ((id, one.id, role), (admitted.session.account, visit.caller));
    let changed = portal.write(args, |portal, args, tx| change(portal, args, tx).boxed()).await?;
    let to = if changed == Changed::LastOwner { path } else { page_path(id, "members") };
    Ok(lead(&to, changed.notice("role-changed")))
}

/// GET: asks whether the member is to be taken out.
pub async fn show_removal(
    State(portal): State<Portal>,
    Path((organisation, member)): Path<(String, String)>,
    mut visit: Visit,
) -> Result<Response, Refusal> {
    let path = here(&organisation, &member, "/remove")?;
    let Admitted { session, member: own } =
        portal.admit(&mut visit, (&organisation, Act::Remove), |_| path.clone()).await?;
    let id = own.organisation.id;
    let Some(one) = portal.one(id, &member).await? else { return Ok(lead(&page_path(id, "members"), "removed")) };
    if one.id == own.id {
        return Ok(Redirect::to(&leave::path(id)).into_response());
    }
    draw_removal(&portal, visit, &session, (own, one)).await
}

async fn draw_removal(
    portal: &Portal,
    visit: Visit,
    session: &Session,
    (own, one): (Membership, Member),
) -> Result<Response, Refusal> {
    let (page, id) = (framed(portal.greeted(visit.page, session).await?), own.organisation.id);
    let shown = RemovePage {
        side: side(&page, id, "members"),
        action: format!("{}/remove", member_path(id, one.id)),
        back: page_path(id, "members"),
        name: one.name.or(one.email).unwrap_or_else(|| page.t("portal-member-unnamed")),
        page,
    };
    Ok(shown.into_response())
}

/// POST: takes the member out. A second time the result is the same.
pub async fn remove(
    State(portal): State<Portal>,
    Path((organisation, member)): Path<(String, String)>,
    mut visit: Visit,
    posted: Posted<Button>,
) -> Result<Response, Refusal> {
    let path = here(&organisation, &member, "/remove")?;
    let Admitted { session, member: own } =
        portal.admit(&mut visit, (&organisation, Act::Remove), |_| path.clone()).await?;
    let id = own.organisation.id;
    if !posted.fresh {
        return Ok(lead(&path, "again"));
    }
    let Some(one) = portal.one(id, &member).await? else { return Ok(lead(&page_path(id, "members"), "removed")) };
    if one.id == own.id {
        return Ok(Redirect::to(&leave::path(id)).into_response());
    }
    let args = ((id, one.id, "removed"), (session.account, visit.caller));
    let changed = portal.write(args, |portal, args, tx| take_out(portal, args, tx).boxed()).await?;
    Ok(lead(&page_path(id, "members"), changed.notice("removed")))
}

impl Portal {
    /// The member of an organisation that an address names.
    async fn one(&self, organisation: OrganisationId, member: &str) -> Result<Option<Member>, Refusal> {
        let Ok(id) = member.parse::<MemberId>() else { return Err(Refusal::Unknown) };
        let members = self.read(organisation, |id, tx| store::members(tx, id).boxed()).await?;
        Ok(members.into_iter().find(|one| one.id == id))
    }
}

/// The member, as long as somebody else is left who decides or `role` still does.
async fn one_of(
    tx: &mut Tx,
    (id, member): (OrganisationId, MemberId),
    role: Option<Role>,
) -> Result<Result<Member, Changed>, DbError> {
    store::hold(tx, id).await?;
    let members = store::members(tx, id).await?;
    let others = members.iter().filter(|one| one.id != member && one.role == Role::Owner).count();
    let Some(one) = members.into_iter().find(|one| one.id == member) else { return Ok(Err(Changed::Gone)) };
    if one.role == Role::Owner && role != Some(Role::Owner) && others == 0 {
        return Ok(Err(Changed::LastOwner));
    }
    Ok(Ok(one))
}

async fn change(
    portal: Portal,
    ((id, member, role), (account, from)): ((OrganisationId, MemberId, Role), (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<Changed, DbError> {
    let one = match one_of(tx, (id, member), Some(role)).await? {
        Ok(one) => one,
        Err(why) => return Ok(why),
    };
    if one.role == role {
        return Ok(Changed::Done);
    }
    let parts = portal.accounts.parts();
    store::set_role(tx, member, role).await?;
    stop_inviting(tx, (id, one.account), role, parts.clock.now()).await?;
    let event = Event::MemberRoleChanged {
        organisation: id.to_string(),
        account: one.account.to_string(),
        from: one.role.as_str().into(),
        to: role.as_str().into(),
    };
    parts.audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await?;
    Ok(Changed::Done)
}

/// Takes a member out, and what they had sent.
pub(super) async fn take_out(
    portal: Portal,
    ((id, member, how), (account, from)): ((OrganisationId, MemberId, &'static str), (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<Changed, DbError> {
    let one = match one_of(tx, (id, member), None).await? {
        Ok(one) => one,
        Err(why) => return Ok(why),
    };
    let parts = portal.accounts.parts();
    store::remove(tx, member).await?;
    store::withdraw_of(tx, id, one.account, parts.clock.now()).await?;
    let event = Event::MemberLeft { organisation: id.to_string(), account: one.account.to_string(), how: how.into() };
    parts.audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await?;
    Ok(Changed::Done)
}

/// Who may not invite any more has invited nobody: an owner who is about to lose the role could come back by a mail to
/// themselves.
async fn stop_inviting(
    tx: &mut Tx,
    (id, account): (OrganisationId, AccountId),
    role: Role,
    now: Timestamp,
) -> Result<(), DbError> {
    if !role.may(Act::Invite) {
        store::withdraw_of(tx, id, account, now).await?;
    }
    Ok(())
}
