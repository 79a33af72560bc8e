//! The registration form: what was typed becomes a [`Registration`], or a list of what to mend.

use serde::{Deserialize, Serialize};
use shared::secret::SecretString;

use crate::accounts::captcha::Fields;
use crate::accounts::fields::{PasswordContext, read_name, read_new_password};
use crate::accounts::guessable::Owner;
use crate::accounts::model::{
    Email, EmailError, IdDocument, IdDocumentError, IdType, Mobile, MobileError, Name, Password,
};
use crate::config::PasswordProfile;
use crate::web::Flaws;

/// The form as it was sent.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct RegisterForm {
    /// Where the person is going, sealed.
    #[serde(rename = "continue", skip_serializing)]
    pub way: Option<String>,
    /// Names this copy of the form, so that sending it twice for one person has one effect.
    pub form_key: String,
    /// 电子邮箱
    pub email: String,
    /// 手机号
    pub mobile: String,
    /// 密码
    #[serde(skip_serializing)]
    pub password: SecretString,
    /// 密码确认
    #[serde(skip_serializing)]
    pub password_confirm: SecretString,
    /// 年龄: `over` or `under` 14.
    pub age: String,
    /// 证件类型
    pub id_type: String,
    /// 证件号
    pub id_number: String,
    /// 姓名
    pub name: String,
    /// The box for both agreements.
    pub agree: String,
    /// 验证码
    #[serde(flatten)]
    pub captcha: Fields,
}

/// A form that keeps to every rule.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The mail address.
    pub email: Email,
    /// The mobile number.
    pub mobile: Mobile,
    /// The password.
    pub password: Password,
    /// Whether they say that they are under 14.
    pub under_age: bool,
    /// The document, if one was given.
    pub document: Option<IdDocument>,
    /// The name, if one was given.
    pub name: Option<Name>,
}

impl RegisterForm {
    /// Whether the box for both agreements was ticked.
    pub fn agreed(&self) -> bool {
        !self.agree.is_empty()
    }

    /// Reads the form up to its captcha; `flaws` lists what is to be mended, in the order of the page.
    pub fn read(&self, flaws: &mut Flaws, profile: PasswordProfile) -> Option<Registration> {
        let email = Email::parse(&self.email).map_err(|error| flaws.push("email", "accounts-email", email_key(error)));
        let mobile = Mobile::parse(&self.mobile).map_err(|error| push_mobile(flaws, error));
        // The password stands before document and name on the page, and is compared with both.
        let mut below = Flaws::default();
        let document = read_document(&mut below, &self.id_type, &self.id_number);
        let name = read_name(&mut below, &self.name);
        let owner = Owner::default()
            .email(email.as_ref().ok())
            .mobile(mobile.as_ref().ok())
            .document(document.as_ref().ok().and_then(Option::as_ref))
            .name(name.as_ref().ok().and_then(Option::as_ref));
        let context = PasswordContext { profile, owner: &owner, label: "accounts-password" };
        let password = read_new_password(flaws, &context, &self.password, &self.password_confirm);
        let under_age = read_age(flaws, &self.age);
        flaws.append(below);
        Some(Registration {
            email: email.ok()?,
            mobile: mobile.ok()?,
            password: password?,
            under_age: under_age?,
            document: document.ok()?,
            name: name.ok()?,
        })
    }
}

/// What may be answered to the question for the age.
pub(super) const AGES: [&str; 2] = ["over", "under"];

/// Whether somebody says that they are under 14.
fn read_age(flaws: &mut Flaws, age: &str) -> Option<bool> {
    let [over, under] = AGES;
    match age {
        _ if age == over => Some(false),
        _ if age == under => Some(true),
        _ => {
            flaws.push("age", "accounts-age", "accounts-age-missing");
            None
        }
    }
}

/// Reads an identity document that may be left out. `Err` when something is to be mended in it.
pub(in crate::accounts) fn read_document(
    flaws: &mut Flaws,
    id_type: &str,
    id_number: &str,
) -> Result<Option<IdDocument>, ()> {
    match (IdType::parse(id_type), id_number.trim()) {
        (None, "") => Ok(None),
        (None, _) => {
            flaws.push("id_type", "accounts-id-type", "accounts-id-type-missing");
            Err(())
        }
        (Some(kind), typed) => IdDocument::parse(kind, typed).map(Some).map_err(|error| push_document(flaws, error)),
    }
}

/// The sentence for what is wrong with a mail address.
pub(in crate::accounts) fn email_key(error: EmailError) -> &'static str {
    match error {
        EmailError::Empty => "accounts-email-empty",
        EmailError::Incomplete => "accounts-email-incomplete",
        EmailError::Domain => "accounts-email-domain",
        EmailError::Character => "accounts-email-character",
        EmailError::TooLong => "accounts-email-too-long",
    }
}

/// Says what is wrong with a mobile number.
pub(in crate::accounts) fn push_mobile(flaws: &mut Flaws, error: MobileError) {
    let key = match error {
        MobileError::Length(count) => {
            return flaws.push_count("mobile", "accounts-mobile", "accounts-mobile-length", ("count", count));
        }
        MobileError::Empty => "accounts-mobile-empty",
        MobileError::Character => "accounts-mobile-character",
        MobileError::Prefix => "accounts-mobile-prefix",
        MobileError::Foreign => "accounts-mobile-foreign",
    };
    flaws.push("mobile", "accounts-mobile", key);
}

fn push_document(flaws: &mut Flaws, error: IdDocumentError) {
    let key = match error {
        IdDocumentError::Length(count) => {
            return flaws.push_count("id_number", "accounts-id-number", "accounts-id-length", ("count", count));
        }
        IdDocumentError::Empty => "accounts-id-empty",
        IdDocumentError::Form => "accounts-id-form",
        IdDocumentError::Region => "accounts-id-region",
        IdDocumentError::Birth => "accounts-id-birth",
        IdDocumentError::Check => "accounts-id-check",
    };
    flaws.push("id_number", "accounts-id-number", key);
}
