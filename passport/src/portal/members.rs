//! 成员: who belongs to an organisation, who was invited, and inviting somebody.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use shared::page::{Choice, FormErrors, NavItem, Page};

use super::frame::{address, framed, lead, member_path, page_path, role_name, roles};
use super::gate::Admitted;
use super::invite::{Invited, Invitee};
use super::model::{Act, InvitationId, Membership, Role};
use super::refusal::Refusal;
use super::store::{self, Invitation, Member};
use super::{Portal, invite};
use crate::accounts::model::Email;
use crate::accounts::visit::{FormQuery, Frame};
use crate::accounts::{Notice, Session, Visit};
use crate::web::{Button, Draft, Flaws, Posted, moment};

/// The form that invites.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct InviteForm {
    email: String,
    role: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "portal/members.html")]
struct MembersPage {
    page: Page,
    errors: FormErrors,
    notice: Option<Notice>,
    side: Vec<NavItem>,
    members: Vec<MemberView>,
    waiting: Vec<InvitationView>,
    /// Whether the person may change any of it.
    may: bool,
    form: InviteForm,
    roles: Vec<Choice>,
    action: String,
}

/// A member in the list.
struct MemberView {
    name: String,
    email: Option<String>,
    role: String,
    since: String,
    /// Whether it is who looks.
    here: bool,
    change: String,
}

/// An invitation in the list.
struct InvitationView {
    email: String,
    role: String,
    until: String,
    withdraw: String,
}

/// GET: the lists, and the form for who may invite.
pub async fn show(
    State(portal): State<Portal>,
    Path(organisation): Path<String>,
    mut visit: Visit,
    Query(query): Query<FormQuery>,
) -> Result<Response, Refusal> {
    let at = address(&organisation, "members")?;
    let Admitted { session, member } = portal.admit(&mut visit, (&organisation, Act::Look), |_| at.clone()).await?;
    let fresh = || Draft::of(InviteForm { role: Role::Developer.as_str().to_owned(), ..InviteForm::default() });
    let draft = portal.draft(&visit, &at, &query).unwrap_or_else(fresh);
    draw(&portal, visit, (&session, &member), (draft, query.notice)).await
}

async fn draw(
    portal: &Portal,
    visit: Visit,
    (session, member): (&Session, &Membership),
    (draft, code): (Draft<InviteForm>, Option<String>),
) -> Result<Response, Refusal> {
    let Frame { status, headers, page, errors, notice, now } = portal.accounts.frame(visit, session, &draft).await?;
    let (page, id) = (framed(page), member.organisation.id);
    let may = member.role.may(Act::Invite);
    let (members, waiting) = portal
        .read((id, now), |(id, now), tx| {
            async move { Ok((store::members(tx, id).await?, store::waiting(tx, id, now).await?)) }.boxed()
        })
        .await?;
    let view = |one: Member| MemberView {
        here: one.id == member.id,
        role: role_name(&page, one.role),
        since: moment::day(page.lang, one.since, now),
        change: member_path(id, one.id),
        name: one.name.unwrap_or_else(|| page.t("portal-member-unnamed")),
        email: one.email,
    };
    let invitation = |one: Invitation| InvitationView {
        role: role_name(&page, one.role),
        until: moment::not_before(page.lang, one.expires_at, now),
        withdraw: format!("{}/{}", page_path(id, "invitations"), one.id),
        email: one.email,
    };
    let shown = MembersPage {
        notice: notice.or_else(|| super::frame::notice(&page, code.as_deref())),
        side: portal.side(&page, id, "members"),
        members: members.into_iter().map(view).collect(),
        waiting: waiting.into_iter().map(invitation).collect(),
        roles: roles(&page),
        action: page_path(id, "members"),
        may,
        errors,
        form: draft.form,
        page,
    };
    Ok((status, headers, shown).into_response())
}

/// POST: invites somebody.
pub async fn submit(
    State(portal): State<Portal>,
    Path(organisation): Path<String>,
    mut visit: Visit,
    Posted { form, fresh, language, .. }: Posted<InviteForm>,
) -> Result<Response, Refusal> {
    let at = address(&organisation, "members")?;
    let waiting = |visit: &Visit| portal.waiting(visit, &at, &Draft::of(form.clone()));
    let Admitted { session, member } = portal.admit(&mut visit, (&organisation, Act::Invite), waiting).await?;
    if let Some(lang) = language {
        return Ok(portal.in_language(&visit, (&at, lang), &Draft::of(form)));
    }
    let mut flaws = Flaws::default();
    if let Some((email, role)) = form.read(&mut flaws).filter(|_| fresh) {
        let invitee = Invitee { organisation: member.organisation, email, role, lang: visit.page.lang };
        match portal.invite(invitee, (session.account, visit.caller)).await? {
            Invited::Sent => return Ok(portal.done(&visit, &at, &at, "invited")),
            Invited::Already => flaws.push("email", "portal-invite-email", "portal-invite-already"),
            Invited::TooOften { until } => {
                flaws.push_until("email", "portal-invite-email", "portal-invite-often", until);
            }
        }
    }
    Ok(portal.send_back(&visit, &at, (form, flaws)))
}

impl InviteForm {
    fn read(&self, flaws: &mut Flaws) -> Option<(Email, Role)> {
        let email = Email::parse(&self.email);
        if email.is_err() {
            flaws.push("email", "portal-invite-email", "portal-invite-email-wrong");
        }
        let role = Role::parse(&self.role);
        if role.is_none() {
            flaws.push("role", "portal-role", "portal-role-missing");
        }
        Some((email.ok()?, role?))
    }
}

/// POST: takes an invitation back. A second time the result is the same.
pub async fn withdraw(
    State(portal): State<Portal>,
    Path((organisation, invitation)): Path<(String, String)>,
    mut visit: Visit,
    posted: Posted<Button>,
) -> Result<Response, Refusal> {
    let at = address(&organisation, "members")?;
    let Admitted { session, member } = portal.admit(&mut visit, (&organisation, Act::Invite), |_| at.clone()).await?;
    if !posted.fresh {
        return Ok(lead(&at, "again"));
    }
    let Ok(invitation) = invitation.parse::<InvitationId>() else { return Err(Refusal::Unknown) };
    let args = ((member.organisation.id, invitation), (session.account, visit.caller));
    let taken = portal.write(args, |portal, args, tx| invite::withdraw(portal, args, tx).boxed()).await?;
    Ok(lead(&at, if taken { "withdrawn" } else { "invitation-over" }))
}
