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

use super::frame::{AskPage, address, lead, member_path, notice, page_path, roles};
use super::gate::Admitted;
use super::model::{Act, MemberId, Membership, OrganisationId, Role};
use super::refusal::Refusal;
use super::store::{self, Member};
use super::{Portal, leave};
use crate::accounts::visit::FormQuery;
use crate::accounts::{AccountId, Notice, Session, Visit};
use crate::audit::{Actor, Event};
use crate::delivery;
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

/// The address of a page of the member that a request names.
fn here(organisation: &str, member: &str, page: &str) -> Result<String, Refusal> {
    let member = member.parse::<MemberId>().map_err(|_| Refusal::Unknown)?;
    Ok(format!("{}/{member}{page}", address(organisation, "members")?))
}

/// Leads to the members, where it is said that there is none such.
fn gone(id: OrganisationId) -> Response {
    lead(&page_path(id, "members"), "member-gone")
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
            Self::Gone => "member-gone",
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
    let Some(one) = portal.one(id, &member).await? else { return Ok(gone(id)) };
    let page = portal.greeted(visit.page, &admitted.session).await?;
    let now = portal.accounts.parts().clock.now();
    let own = one.id == admitted.member.id;
    let own_path = member_path(id, one.id);
    let shown = MemberPage {
        errors: FormErrors::default(),
        notice: notice(&page, query.notice.as_deref()),
        side: portal.side(&page, id, "members"),
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
    let Some(one) = portal.one(id, &member).await? else { return Ok(gone(id)) };
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
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let path = here(&organisation, &member, "/remove")?;
    let Admitted { session, member: own } =
        portal.admit(&mut visit, (&organisation, Act::Remove), |_| path.clone()).await?;
    let id = own.organisation.id;
    let Some(one) = portal.one(id, &member).await? else { return Ok(gone(id)) };
    if one.id == own.id {
        return Ok(Redirect::to(&leave::path(id)).into_response());
    }
    draw_removal(&portal, visit, &session, (own, one), query.notice).await
}

async fn draw_removal(
    portal: &Portal,
    visit: Visit,
    session: &Session,
    (own, one): (Membership, Member),
    code: Option<String>,
) -> Result<Response, Refusal> {
    let (page, id) = (portal.greeted(visit.page, session).await?, own.organisation.id);
    let name = one.name.or(one.email).unwrap_or_else(|| page.t("portal-member-unnamed"));
    let shown = AskPage {
        notice: notice(&page, code.as_deref()),
        side: portal.side(&page, id, "members"),
        title: page.tw("portal-remove-title", [("member", name.as_str())]),
        points: ["portal-remove-now", "portal-remove-sent", "portal-remove-stays"].map(|key| page.t(key)).to_vec(),
        button: page.t("portal-remove-button"),
        is_harmless: false,
        keep: page.t("portal-remove-keep"),
        action: format!("{}/remove", member_path(id, one.id)),
        back: page_path(id, "members"),
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
    let Some(one) = portal.one(id, &member).await? else { return Ok(gone(id)) };
    if one.id == own.id {
        return Ok(Redirect::to(&leave::path(id)).into_response());
    }
    let args = ((id, one.id, Departure::Removed), (session.account, visit.caller));
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

/// How a member goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Departure {
    /// Of their own will.
    Left,
    /// By an owner's.
    Removed,
}

impl Departure {
    const fn code(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Removed => "removed",
        }
    }
}

/// Takes a member out, and what they had sent.
pub(super) async fn take_out(
    portal: Portal,
    ((id, member, how), (account, from)): ((OrganisationId, MemberId, Departure), (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<Changed, DbError> {
    let one = match one_of(tx, (id, member), None).await? {
        Ok(one) => one,
        Err(why) => return Ok(why),
    };
    let parts = portal.accounts.parts();
    if how == Departure::Removed {
        tell(&portal, tx, (id, &one), account).await?;
    }
    store::remove(tx, member).await?;
    store::withdraw_of(tx, id, one.account, parts.clock.now()).await?;
    let event =
        Event::MemberLeft { organisation: id.to_string(), account: one.account.to_string(), how: how.code().into() };
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

/// Tells who was taken out, at their mail address if it is proven: they would find an organisation gone, and not know why.
async fn tell(
    portal: &Portal,
    tx: &mut Tx,
    (id, one): (OrganisationId, &Member),
    by: AccountId,
) -> Result<(), DbError> {
    let claims = crate::accounts::store::claims(tx, one.account).await?.filter(|claims| claims.email_verified);
    let (Some(claims), Some(email)) = (claims, &one.email) else { return Ok(()) };
    let Some(of) = store::membership(tx, by, id).await? else { return Ok(()) };
    let members = store::members(tx, id).await?;
    let by = members.into_iter().find(|member| member.account == by).and_then(|member| member.name.or(member.email));
    let notice = delivery::Notice::MemberRemoved { organisation: of.organisation.name, by: by.unwrap_or_default() };
    let outbox = &portal.accounts.parts().outbox;
    outbox.mail(tx, email, claims.locale.unwrap_or_default(), notice).await.map(drop)
}
