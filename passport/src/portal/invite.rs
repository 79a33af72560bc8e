//! Inviting somebody into an organisation, and taking that back.

use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{DbError, Tx};
use shared::entropy::token;
use shared::http::Caller;
use shared::i18n::Lang;
use shared::secret::sha256;

use super::Portal;
use super::model::{InvitationId, Organisation, OrganisationId, Role};
use super::store::{self, NewInvitation};
use crate::accounts::AccountId;
use crate::accounts::model::Email;
use crate::audit::{Actor, Event};
use crate::delivery::Notice;
use crate::web::paths;

/// How long an invitation can be accepted.
pub const LASTS: Duration = Duration::from_secs(7 * DAY);

/// How long one is kept after that, so that mails sent in vain can be explained.
pub const KEPT: Duration = Duration::from_secs(30 * DAY);

const DAY: u64 = 24 * 60 * 60;

/// Mails that an organisation sends of a day.
const BY_ORGANISATION: i64 = 20;

/// Mails that one address gets of a day, from whichever organisations.
const TO_ADDRESS: i64 = 3;

/// Who is to be invited, and where to.
#[derive(Debug, Clone)]
pub struct Invitee {
    /// Into which organisation.
    pub organisation: Organisation,
    /// Where the mail goes.
    pub email: Email,
    /// As what.
    pub role: Role,
    /// In which language the mail is written.
    pub lang: Lang,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// The mail is on its way.
    Sent,
    /// A member has this address.
    Already,
    /// Too many mails were sent.
    TooOften {
        /// From when on there may be more.
        until: Timestamp,
    },
}

impl Portal {
    /// Invites somebody by mail. An invitation that waits for the same address stays: whichever mail is opened first counts.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn invite(&self, invitee: Invitee, by: (AccountId, Caller)) -> Result<Invited, DbError> {
        self.write((invitee, by), |portal, args, tx| send(portal, args, tx).boxed()).await
    }
}

async fn send(
    portal: Portal,
    (Invitee { organisation, email, role, lang }, (account, from)): (Invitee, (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<Invited, DbError> {
    let parts = portal.accounts.parts();
    let now = parts.clock.now();
    // So that of many sent at once no more leave than may.
    store::hold(tx, organisation.id).await?;
    let address = email.as_str().to_lowercase();
    let members = store::members(tx, organisation.id).await?;
    if members.iter().any(|member| member.email.as_ref().is_some_and(|own| own.to_lowercase() == address)) {
        return Ok(Invited::Already);
    }
    let day = Duration::from_secs(DAY);
    let (by, to) = store::invited_since(tx, (organisation.id, &address), now - day).await?;
    if by >= BY_ORGANISATION || to >= TO_ADDRESS {
        return Ok(Invited::TooOften { until: now + day });
    }
    let id = InvitationId::new(now, &*parts.entropy);
    let link = token(&*parts.entropy);
    let new = NewInvitation {
        id,
        organisation: organisation.id,
        email: address,
        role,
        token_hash: sha256(link.as_bytes()),
        by: account,
        at: now,
        expires_at: now + LASTS,
    };
    store::invite(tx, &new).await?;
    let inviter = members.into_iter().find(|member| member.account == account);
    let notice = Notice::Invited {
        organisation: organisation.name,
        by: inviter.and_then(|member| member.name.or(member.email)).unwrap_or_default(),
        until: new.expires_at,
        link: format!("{}{}?t={link}", parts.web.origin, paths::PORTAL_INVITATION),
    };
    parts.outbox.mail(tx, email.as_str(), lang, notice).await?;
    let event = Event::MemberInvited {
        organisation: organisation.id.to_string(),
        invitation: id.to_string(),
        role: role.as_str().into(),
    };
    parts.audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await?;
    Ok(Invited::Sent)
}

/// Takes an invitation back; whether it waited.
pub(super) async fn withdraw(
    portal: Portal,
    ((organisation, id), (account, from)): ((OrganisationId, InvitationId), (AccountId, Caller)),
    tx: &mut Tx,
) -> Result<bool, DbError> {
    let parts = portal.accounts.parts();
    if !store::withdraw(tx, (organisation, id), parts.clock.now()).await? {
        return Ok(false);
    }
    let event = Event::InvitationWithdrawn { organisation: organisation.to_string(), invitation: id.to_string() };
    parts.audit.record_from(tx, from, &Actor::Account(account.to_string()), &event).await?;
    Ok(true)
}
