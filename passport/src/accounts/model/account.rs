//! Accounts as they are read.

use shared::clock::Timestamp;
use shared::i18n::Lang;

use super::{Details, Email, IdDocument, Mobile, Name, Province};

shared::id_type! {
    /// An account's identifier; the subject of its tokens.
    pub struct AccountId;
}

/// An account as its owner sees it.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its identifier.
    pub id: AccountId,
    /// What the person is called, if they said so.
    pub name: Option<Name>,
    /// The mail address; accounts made for measuring have none.
    pub email: Option<Email>,
    /// Whether the address was proven to be the person's.
    pub email_verified: bool,
    /// The mobile number.
    pub mobile: Option<Mobile>,
    /// Whether the number was proven to be the person's.
    pub mobile_verified: bool,
    /// The identity document, if one was given.
    pub identity: Option<Identity>,
    /// The language that the person prefers.
    pub locale: Option<Lang>,
    /// The province that the person usually sits in.
    pub province: Option<Province>,
    /// What the person tells beyond that.
    pub details: Details,
    /// When something that claims show was last changed.
    pub updated_at: Timestamp,
}

/// An identity document bound to an account.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Type and number.
    pub document: IdDocument,
    /// Whether it was checked against the person.
    pub verified: bool,
}

/// What a site may be told about an account (OIDC Core §5.1). Its id is not in it: not every site may know that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountClaims {
    /// `name`
    pub display_name: Option<String>,
    /// `email`
    pub email: Option<String>,
    /// `email_verified`
    pub email_verified: bool,
    /// `phone_number`, in E.164 form.
    pub phone: Option<String>,
    /// `phone_number_verified`
    pub phone_verified: bool,
    /// Whether an identity document was checked.
    pub id_verified: bool,
    /// `locale`
    pub locale: Option<Lang>,
    /// `updated_at`
    pub updated_at: Timestamp,
    /// What the person tells beyond that; empty where it was not asked for.
    pub details: Details,
}
