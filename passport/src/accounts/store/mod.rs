//! The tables of accounts, login names, identity documents and agreements.

mod agreements;
mod credentials;
pub mod hashes;
mod identities;

use shared::clock::Timestamp;
use shared::db::{BrokenRow, Db, DbError, Row, Tx, sql};
use shared::i18n::Lang;

use crate::accounts::model::{
    Account, AccountClaims, AccountId, Details, Email, IdDocument, IdType, Identity, LoginName, Mobile, Name, Province,
};

pub use self::agreements::{Accepted, Agreement, age_agreements, agreements, are_outdated, insert_agreement};
pub use self::credentials::{
    Credentials, Found, credentials, credentials_by_id, guarded_until, hold, remove_password, renew_hash,
    replace_password, set_blocked, set_frozen, set_password,
};
pub use self::identities::{
    SEALED_NUMBERS, SealedIdentity, find_by_document, has_identity, insert_identity, neighbour_by_document,
    remove_identity,
};

/// A new account, before it is stored.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its identifier.
    pub id: AccountId,
    /// What the person is called.
    pub name: Option<Name>,
    /// The mail address.
    pub email: Option<Email>,
    /// The mobile number.
    pub mobile: Option<Mobile>,
    /// A name that is neither, for accounts made for measuring.
    pub plain_name: Option<LoginName>,
    /// The language of the form.
    pub locale: Option<Lang>,
    /// The password's hash as a PHC string.
    pub password_hash: String,
    /// SHA-256 of the form that the account was made by and of its contacts, so that a second copy finds the account.
    pub form_hash: Option<[u8; 32]>,
}

/// Stores a new account and claims its login names.
///
/// # Errors
/// [`DbError::Conflict`]: on `form_hash` when the same form made an account before, on `login_names` when another
/// account has one of the names; see [`DbError`].
pub async fn insert(tx: &mut Tx, new: &NewAccount, now: Timestamp) -> Result<(), DbError> {
    sql(
        "INSERT INTO accounts (id, name, email, mobile, locale, password_hash, form_hash, password_set_at, created_at, \
         updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8)",
    )
    .bind(new.id)
    .bind(new.name.as_ref().map(Name::as_str))
    .bind(new.email.as_ref().map(Email::as_str))
    .bind(new.mobile.as_ref().map(Mobile::as_str))
    .bind(new.locale.map(Lang::tag))
    .bind(&new.password_hash)
    .bind(new.form_hash)
    .bind(now)
    .execute(tx)
    .await?;
    let names = [new.email.as_ref().map(LoginName::email), new.mobile.as_ref().map(LoginName::mobile)];
    for name in names.into_iter().flatten().chain(new.plain_name.clone()) {
        sql("INSERT INTO login_names (name, account_id) VALUES ($1, $2)")
            .bind(name.as_str())
            .bind(new.id)
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// Whether the form with that hash has made its account.
///
/// # Errors
/// See [`DbError`].
pub async fn is_registered(tx: &mut Tx, form_hash: &[u8; 32]) -> Result<bool, DbError> {
    let row = sql("SELECT id FROM accounts WHERE form_hash = $1").bind(form_hash).fetch_optional(tx).await?;
    Ok(row.is_some())
}

/// The account that a login name belongs to.
///
/// # Errors
/// See [`DbError`].
pub async fn find_by_name(tx: &mut Tx, name: &LoginName) -> Result<Option<AccountId>, DbError> {
    let row = sql("SELECT account_id FROM login_names WHERE name = $1").bind(name.as_str()).fetch_optional(tx).await?;
    row.map(|row| row.get("account_id")).transpose()
}

/// What an account is called, and the province that its owner usually sits in.
///
/// # Errors
/// See [`DbError`].
pub async fn person(tx: &mut Tx, id: AccountId) -> Result<(Option<Name>, Option<Province>), DbError> {
    let row = sql("SELECT name, province FROM accounts WHERE id = $1").bind(id).fetch_optional(tx).await?;
    let Some(row) = row else { return Ok((None, None)) };
    let name = row.get::<Option<String>>("name")?.and_then(|text| Name::parse(&text).ok());
    let province = row.get::<Option<String>>("province")?.and_then(|code| Province::parse(&code));
    Ok((name, province))
}

/// The login names of an account, in the form in which they are compared.
///
/// # Errors
/// See [`DbError`].
pub async fn login_names(tx: &mut Tx, id: AccountId) -> Result<Vec<String>, DbError> {
    let rows = sql("SELECT name FROM login_names WHERE account_id = $1 ORDER BY name").bind(id).fetch_all(tx).await?;
    rows.iter().map(|row| row.get("name")).collect()
}

/// Changes what the owner may change at will.
///
/// # Errors
/// See [`DbError`].
pub async fn update_profile(
    tx: &mut Tx,
    id: AccountId,
    name: Option<&Name>,
    locale: Lang,
    province: Option<Province>,
    now: Timestamp,
) -> Result<(), DbError> {
    sql("UPDATE accounts SET name = $2, locale = $3, province = $4, updated_at = $5 WHERE id = $1")
        .bind(id)
        .bind(name.map(Name::as_str))
        .bind(locale.tag())
        .bind(province.map(Province::code))
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}

/// What a site may be told about an account: one row.
///
/// # Errors
/// See [`DbError`].
pub async fn claims(tx: &mut Tx, id: AccountId) -> Result<Option<AccountClaims>, DbError> {
    let row = sql("SELECT a.name, a.email, a.email_verified_at, a.mobile, a.mobile_verified_at, a.id_verified_at, \
         a.locale, a.updated_at, p.claims AS details \
         FROM accounts a LEFT JOIN profiles p ON p.account_id = a.id WHERE a.id = $1")
    .bind(id)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(claims_of).transpose()
}

/// The claims in a row that holds the columns of [`claims`].
///
/// # Errors
/// See [`DbError`].
pub fn claims_of(row: &Row) -> Result<AccountClaims, DbError> {
    Ok(AccountClaims {
        display_name: row.get("name")?,
        email: row.get("email")?,
        email_verified: verified(row, "email_verified_at")?,
        phone: row.get("mobile")?,
        phone_verified: verified(row, "mobile_verified_at")?,
        id_verified: verified(row, "id_verified_at")?,
        locale: row.get::<Option<String>>("locale")?.and_then(|tag| Lang::parse(&tag)),
        updated_at: row.get("updated_at")?,
        details: details_of(row)?,
    })
}

/// What a person tells of themselves.
///
/// # Errors
/// See [`DbError`].
pub async fn look_up_details(db: &Db, id: AccountId) -> Result<Details, DbError> {
    let row = db.find(sql("SELECT claims AS details FROM profiles WHERE account_id = $1").bind(id)).await?;
    row.map_or_else(|| Ok(Details::default()), |row| details_of(&row))
}

fn details_of(row: &Row) -> Result<Details, DbError> {
    match row.get::<Option<String>>("details")? {
        None => Ok(Details::default()),
        Some(text) => serde_json::from_str(&text).map_err(|_| BrokenRow::new("details", "are no details").into()),
    }
}

/// Stores what a person tells of themselves, in place of what was stored; whether there is such an account.
///
/// # Errors
/// See [`DbError`].
pub async fn put_details(tx: &mut Tx, id: AccountId, details: &Details, now: Timestamp) -> Result<bool, DbError> {
    let changed = sql("UPDATE accounts SET updated_at = $2 WHERE id = $1").bind(id).bind(now).execute(tx).await?;
    if changed == 0 {
        return Ok(false);
    }
    // Texts alone: nothing in them can fail to be written.
    let claims = serde_json::to_string(details).unwrap_or_default();
    sql("INSERT INTO profiles (account_id, claims) VALUES ($1, $2) \
         ON CONFLICT (account_id) DO UPDATE SET claims = excluded.claims")
    .bind(id)
    .bind(claims)
    .execute(tx)
    .await?;
    Ok(true)
}

/// An account as its owner sees it. `open` unseals the number of the document.
///
/// # Errors
/// See [`DbError`]; a document that does not open is a broken row.
pub async fn account(
    tx: &mut Tx,
    id: AccountId,
    open: &(dyn Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync),
) -> Result<Option<Account>, DbError> {
    let row = sql("SELECT a.name, a.email, a.email_verified_at, a.mobile, a.mobile_verified_at, a.id_verified_at, \
         a.locale, a.province, a.updated_at, i.kind, i.number_sealed, p.claims AS details \
         FROM accounts a LEFT JOIN identities i ON i.account_id = a.id LEFT JOIN profiles p ON p.account_id = a.id \
         WHERE a.id = $1")
    .bind(id)
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let broken = |column: &'static str| BrokenRow::new(column, "breaks a rule");
    let name: Option<String> = row.get("name")?;
    let email: Option<String> = row.get("email")?;
    let mobile: Option<String> = row.get("mobile")?;
    let province: Option<String> = row.get("province")?;
    let identity = match (row.get::<Option<String>>("kind")?, row.get::<Option<Vec<u8>>>("number_sealed")?) {
        (Some(kind), Some(sealed)) => Some(Identity {
            document: document(&kind, &sealed, open).ok_or_else(|| broken("number_sealed"))?,
            verified: verified(&row, "id_verified_at")?,
        }),
        _ => None,
    };
    Ok(Some(Account {
        id,
        name: name.map(|text| Name::parse(&text).map_err(|_| broken("name"))).transpose()?,
        email: email.map(|text| Email::parse(&text).map_err(|_| broken("email"))).transpose()?,
        email_verified: verified(&row, "email_verified_at")?,
        mobile: mobile.map(|text| Mobile::parse(&text).map_err(|_| broken("mobile"))).transpose()?,
        mobile_verified: verified(&row, "mobile_verified_at")?,
        identity,
        locale: row.get::<Option<String>>("locale")?.and_then(|tag| Lang::parse(&tag)),
        province: province.map(|code| Province::parse(&code).ok_or_else(|| broken("province"))).transpose()?,
        details: details_of(&row)?,
        updated_at: row.get("updated_at")?,
    }))
}

fn document(kind: &str, sealed: &[u8], open: &(dyn Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync)) -> Option<IdDocument> {
    let number = String::from_utf8(open(sealed)?).ok()?;
    IdDocument::parse(IdType::parse(kind)?, &number).ok()
}

fn verified(row: &Row, column: &'static str) -> Result<bool, DbError> {
    row.get::<Option<Timestamp>>(column).map(|at| at.is_some())
}
