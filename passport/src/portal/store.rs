//! The tables of organisations.

use shared::clock::Timestamp;
use shared::db::{BrokenRow, DbError, Row, Tx, sql};

use super::model::{InvitationId, MemberId, Membership, Organisation, OrganisationId, OrganisationName, Role};
use crate::accounts::AccountId;

/// A member, as the others see them.
#[derive(Debug, Clone)]
pub struct Member {
    /// The membership.
    pub id: MemberId,
    /// Who.
    pub account: AccountId,
    /// As what.
    pub role: Role,
    /// Since when.
    pub since: Timestamp,
    /// Their name, if they gave one.
    pub name: Option<String>,
    /// Their mail address.
    pub email: Option<String>,
}

/// An invitation about to be written.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// Which.
    pub id: InvitationId,
    /// Into which organisation.
    pub organisation: OrganisationId,
    /// Where it is sent.
    pub email: String,
    /// As what.
    pub role: Role,
    /// The hash of what its link carries.
    pub token_hash: [u8; 32],
    /// Who invites.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// An invitation that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Which.
    pub id: InvitationId,
    /// Into which organisation.
    pub organisation: Organisation,
    /// Where it was sent.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// Who invited, if they gave a name.
    pub by: Option<String>,
}

fn role(row: &Row) -> Result<Role, DbError> {
    let text: String = row.get("role")?;
    Role::parse(&text).ok_or_else(|| BrokenRow::new("role", "is no role").into())
}

fn one(row: &Row) -> Result<Organisation, DbError> {
    Ok(Organisation { id: row.get("organisation_id")?, name: row.get("name")?, created_at: row.get("created_at")? })
}

/// An organisation.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn organisation(tx: &mut Tx, id: OrganisationId) -> Result<Option<Organisation>, DbError> {
    let row = sql("SELECT id AS organisation_id, name, created_at FROM organisations WHERE id = $1").bind(id);
    row.fetch_optional(tx).await?.as_ref().map(one).transpose()
}

/// Writes a new organisation.
///
/// # Errors
/// The database refused.
pub async fn insert(tx: &mut Tx, id: OrganisationId, name: &OrganisationName, now: Timestamp) -> Result<(), DbError> {
    sql("INSERT INTO organisations (id, name, created_at, revision) VALUES ($1, $2, $3, $4)")
        .bind(id)
        .bind(name.as_str())
        .bind(now)
        .bind(0_i64)
        .execute(tx)
        .await
        .map(drop)
}

/// Has changes of an organisation's members go one after the other: of two at once the second sees what the first did.
///
/// # Errors
/// The database refused.
pub async fn hold(tx: &mut Tx, id: OrganisationId) -> Result<(), DbError> {
    sql("UPDATE organisations SET revision = revision + 1 WHERE id = $1").bind(id).execute(tx).await.map(drop)
}

/// Gives an organisation another name.
///
/// # Errors
/// The database refused.
pub async fn rename(tx: &mut Tx, id: OrganisationId, name: &OrganisationName) -> Result<(), DbError> {
    sql("UPDATE organisations SET name = $2 WHERE id = $1").bind(id).bind(name.as_str()).execute(tx).await.map(drop)
}

/// What an account is in an organisation.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn membership(
    tx: &mut Tx,
    account: AccountId,
    organisation_id: OrganisationId,
) -> Result<Option<Membership>, DbError> {
    let row = sql("SELECT m.id, m.role, m.organisation_id, o.name, o.created_at FROM organisation_members m \
         JOIN organisations o ON o.id = m.organisation_id WHERE m.organisation_id = $1 AND m.account_id = $2")
    .bind(organisation_id)
    .bind(account)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(one_membership).transpose()
}

fn one_membership(row: &Row) -> Result<Membership, DbError> {
    Ok(Membership { id: row.get("id")?, organisation: one(row)?, role: role(row)? })
}

/// What an account is in all of its organisations, by their names.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn memberships(tx: &mut Tx, account: AccountId) -> Result<Vec<Membership>, DbError> {
    let rows = sql("SELECT m.id, m.role, m.organisation_id, o.name, o.created_at FROM organisation_members m \
         JOIN organisations o ON o.id = m.organisation_id WHERE m.account_id = $1 ORDER BY o.name, o.id")
    .bind(account)
    .fetch_all(tx)
    .await?;
    rows.iter().map(one_membership).collect()
}

/// Makes an account a member. Nothing, if it is one already.
///
/// # Errors
/// The database refused.
pub async fn join(
    tx: &mut Tx,
    (id, organisation_id): (MemberId, OrganisationId),
    (account, role): (AccountId, Role),
    now: Timestamp,
) -> Result<bool, DbError> {
    let joined = sql("INSERT INTO organisation_members (id, organisation_id, account_id, role, since) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organisation_id, account_id) DO NOTHING")
    .bind(id)
    .bind(organisation_id)
    .bind(account)
    .bind(role.as_str())
    .bind(now)
    .execute(tx)
    .await?;
    Ok(joined > 0)
}

pub(crate) const MEMBERS: &str = "SELECT m.id, m.account_id, m.role, m.since, a.name, a.email \
     FROM organisation_members m JOIN accounts a ON a.id = m.account_id WHERE m.organisation_id = $1 ORDER BY m.since, m.id";

/// The members of an organisation, who joined first at first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn members(tx: &mut Tx, organisation_id: OrganisationId) -> Result<Vec<Member>, DbError> {
    let rows = sql(MEMBERS).bind(organisation_id).fetch_all(tx).await?;
    rows.iter()
        .map(|row| {
            Ok(Member {
                id: row.get("id")?,
                account: row.get("account_id")?,
                role: role(row)?,
                since: row.get("since")?,
                name: row.get("name")?,
                email: row.get("email")?,
            })
        })
        .collect()
}

/// Gives a member another role.
///
/// # Errors
/// The database refused.
pub async fn set_role(tx: &mut Tx, id: MemberId, role: Role) -> Result<(), DbError> {
    sql("UPDATE organisation_members SET role = $2 WHERE id = $1")
        .bind(id)
        .bind(role.as_str())
        .execute(tx)
        .await
        .map(drop)
}

/// Takes a member out.
///
/// # Errors
/// The database refused.
pub async fn remove(tx: &mut Tx, id: MemberId) -> Result<(), DbError> {
    sql("DELETE FROM organisation_members WHERE id = $1").bind(id).execute(tx).await.map(drop)
}

/// How many organisations an account is an owner of.
///
/// # Errors
/// The database refused.
pub async fn owned(tx: &mut Tx, account: AccountId) -> Result<i64, DbError> {
    sql("SELECT COUNT(*) AS owned FROM organisation_members WHERE account_id = $1 AND role = 'owner'")
        .bind(account)
        .fetch_one(tx)
        .await?
        .get("owned")
}

/// The organisations of which an account is the only owner, by their names; who is about to close their account is none.
///
/// # Errors
/// The database refused.
pub async fn owned_alone(tx: &mut Tx, account: AccountId) -> Result<Vec<String>, DbError> {
    let rows = sql("SELECT o.name FROM organisation_members m JOIN organisations o ON o.id = m.organisation_id \
         WHERE m.account_id = $1 AND m.role = 'owner' AND NOT EXISTS (SELECT 1 FROM organisation_members x \
         WHERE x.organisation_id = m.organisation_id AND x.role = 'owner' AND x.account_id <> m.account_id \
         AND NOT EXISTS (SELECT 1 FROM closures c WHERE c.account_id = x.account_id)) ORDER BY o.name, o.id")
    .bind(account)
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| row.get("name")).collect()
}

/// Writes an invitation.
///
/// # Errors
/// The database refused.
pub async fn invite(tx: &mut Tx, new: &NewInvitation) -> Result<(), DbError> {
    sql("INSERT INTO organisation_invitations \
         (id, organisation_id, email, role, token_hash, invited_by, invited_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(new.id)
    .bind(new.organisation)
    .bind(&new.email)
    .bind(new.role.as_str())
    .bind(new.token_hash)
    .bind(new.by)
    .bind(new.at)
    .bind(new.expires_at)
    .execute(tx)
    .await
    .map(drop)
}

/// How many invitations were sent by an organisation, and how many to an address, since then.
///
/// # Errors
/// The database refused.
pub async fn invited_since(
    tx: &mut Tx,
    (organisation_id, email): (OrganisationId, &str),
    since: Timestamp,
) -> Result<(i64, i64), DbError> {
    let by = sql("SELECT COUNT(*) AS sent FROM organisation_invitations \
         WHERE organisation_id = $1 AND invited_at > $2")
    .bind(organisation_id)
    .bind(since)
    .fetch_one(tx)
    .await?;
    let to = sql("SELECT COUNT(*) AS sent FROM organisation_invitations WHERE email = $1 AND invited_at > $2")
        .bind(email)
        .bind(since)
        .fetch_one(tx)
        .await?;
    Ok((by.get("sent")?, to.get("sent")?))
}

fn one_invitation(row: &Row) -> Result<Invitation, DbError> {
    Ok(Invitation {
        id: row.get("id")?,
        organisation: one(row)?,
        email: row.get("email")?,
        role: role(row)?,
        expires_at: row.get("expires_at")?,
        by: row.get("by_name")?,
    })
}

/// Invitations of an organisation that wait, the latest first.
///
/// # Errors
/// The database refused, or a row is broken.
pub async fn waiting(tx: &mut Tx, id: OrganisationId, now: Timestamp) -> Result<Vec<Invitation>, DbError> {
    let rows = sql("SELECT i.id, i.organisation_id, i.email, i.role, i.expires_at, o.name, o.created_at, \
         a.name AS by_name FROM organisation_invitations i JOIN organisations o ON o.id = i.organisation_id \
         JOIN accounts a ON a.id = i.invited_by WHERE i.organisation_id = $1 AND i.used_at IS NULL \
         AND i.withdrawn_at IS NULL AND i.expires_at > $2 ORDER BY i.invited_at DESC, i.id DESC")
    .bind(id)
    .bind(now)
    .fetch_all(tx)
    .await?;
    rows.iter().map(one_invitation).collect()
}

/// The invitation that a link names, while it waits and who sent it may still invite.
///
/// # Errors
/// The database refused, or the row is broken.
pub async fn by_link(tx: &mut Tx, token_hash: [u8; 32], now: Timestamp) -> Result<Option<Invitation>, DbError> {
    let row = sql("SELECT i.id, i.organisation_id, i.email, i.role, i.expires_at, o.name, o.created_at, \
         a.name AS by_name FROM organisation_invitations i JOIN organisations o ON o.id = i.organisation_id \
         JOIN accounts a ON a.id = i.invited_by WHERE i.token_hash = $1 AND i.used_at IS NULL \
         AND i.withdrawn_at IS NULL AND i.expires_at > $2")
    .bind(token_hash)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(one_invitation).transpose()
}

/// Uses an invitation up, once; whether it waited.
///
/// # Errors
/// The database refused.
pub async fn spend(tx: &mut Tx, token_hash: [u8; 32], now: Timestamp) -> Result<bool, DbError> {
    let spent = sql("UPDATE organisation_invitations SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL \
         AND withdrawn_at IS NULL AND expires_at > $2")
    .bind(token_hash)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(spent > 0)
}

/// Takes an invitation back; whether it waited.
///
/// # Errors
/// The database refused.
pub async fn withdraw(
    tx: &mut Tx,
    (organisation_id, id): (OrganisationId, InvitationId),
    now: Timestamp,
) -> Result<bool, DbError> {
    let taken = sql("UPDATE organisation_invitations SET withdrawn_at = $3 WHERE id = $1 AND organisation_id = $2 \
         AND used_at IS NULL AND withdrawn_at IS NULL")
    .bind(id)
    .bind(organisation_id)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(taken > 0)
}

/// Takes back what somebody sent who is no owner any more.
///
/// # Errors
/// The database refused.
pub async fn withdraw_of(
    tx: &mut Tx,
    organisation_id: OrganisationId,
    by: AccountId,
    now: Timestamp,
) -> Result<u64, DbError> {
    sql("UPDATE organisation_invitations SET withdrawn_at = $3 WHERE invited_by = $1 AND organisation_id = $2 \
         AND used_at IS NULL AND withdrawn_at IS NULL")
    .bind(by)
    .bind(organisation_id)
    .bind(now)
    .execute(tx)
    .await
}
