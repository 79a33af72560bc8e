//! The registration form: what was typed becomes a [`Registration`], or a list of what to mend.

use serde::Deserialize;
use shared::page::{FormErrors, Page};
use shared::secret::SecretString;

use crate::accounts::captcha::Fields;
use crate::accounts::model::{
    Email, EmailError, IdDocument, IdDocumentError, IdType, Mobile, MobileError, Name, NameError, Password,
};
use crate::accounts::view::push_error;

/// The form as it was sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RegisterForm {
    /// Where the person is going, sealed.
    #[serde(rename = "continue")]
    pub way: Option<String>,
    /// Names this copy of the form, so that sending it twice for one person has one effect.
    pub form_key: String,
    /// 电子邮箱
    pub email: String,
    /// 手机号
    pub mobile: String,
    /// 密码
    pub password: SecretString,
    /// 密码确认
    pub password_confirm: SecretString,
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

    /// Reads the form up to its captcha; `errors` lists what is to be mended, in the order of the page.
    pub fn read(&self, page: &Page, errors: &mut FormErrors) -> Option<Registration> {
        let email = Email::parse(&self.email)
            .map_err(|error| push_error(errors, page, "email", "accounts-email", email_key(error)));
        let mobile = Mobile::parse(&self.mobile)
            .map_err(|error| errors.push("mobile", page.t("accounts-mobile"), mobile_text(page, error)));
        let password = read_new_password(page, errors, &self.password, &self.password_confirm);
        let document = self.read_document(page, errors);
        let name = match self.name.trim() {
            "" => Ok(None),
            typed => Name::parse(typed)
                .map(Some)
                .map_err(|error| push_error(errors, page, "name", "accounts-name", name_key(error))),
        };
        Some(Registration {
            email: email.ok()?,
            mobile: mobile.ok()?,
            password: password?,
            document: document.ok()?,
            name: name.ok()?,
        })
    }

    fn read_document(&self, page: &Page, errors: &mut FormErrors) -> Result<Option<IdDocument>, ()> {
        match (IdType::parse(&self.id_type), self.id_number.trim()) {
            (None, "") => Ok(None),
            (None, _) => {
                push_error(errors, page, "id_type", "accounts-id-type", "accounts-id-type-missing");
                Err(())
            }
            (Some(kind), typed) => IdDocument::parse(kind, typed).map(Some).map_err(|error| {
                errors.push("id_number", page.t("accounts-id-number"), document_text(page, error));
            }),
        }
    }
}

/// Reads a new password and its repetition.
pub fn read_new_password(
    page: &Page,
    errors: &mut FormErrors,
    typed: &SecretString,
    again: &SecretString,
) -> Option<Password> {
    let broken = match Password::parse(typed.expose()) {
        Ok(password) if typed == again => return Some(password),
        Ok(_) => Vec::new(),
        Err(broken) => broken,
    };
    if typed.is_empty() {
        push_error(errors, page, "password", "accounts-password", "accounts-password-empty");
    } else if let [rule] = broken[..] {
        let key = format!("accounts-password-broken-{}", rule.code);
        push_error(errors, page, "password", "accounts-password", &key);
    } else if !broken.is_empty() {
        push_error(errors, page, "password", "accounts-password", "accounts-password-broken-several");
    } else if again.is_empty() {
        push_error(errors, page, "password_confirm", "accounts-password-confirm", "accounts-password-confirm-empty");
    } else {
        push_error(errors, page, "password_confirm", "accounts-password-confirm", "accounts-password-confirm-differs");
    }
    None
}

fn email_key(error: EmailError) -> &'static str {
    match error {
        EmailError::Empty => "accounts-email-empty",
        EmailError::Incomplete => "accounts-email-incomplete",
        EmailError::Domain => "accounts-email-domain",
        EmailError::Character => "accounts-email-character",
        EmailError::TooLong => "accounts-email-too-long",
    }
}

fn mobile_text(page: &Page, error: MobileError) -> String {
    match error {
        MobileError::Empty => page.t("accounts-mobile-empty"),
        MobileError::Character => page.t("accounts-mobile-character"),
        MobileError::Length(count) => page.tw("accounts-mobile-length", [("count", count)]),
        MobileError::Prefix => page.t("accounts-mobile-prefix"),
        MobileError::Foreign => page.t("accounts-mobile-foreign"),
    }
}

/// The text for a name that is none.
pub fn name_key(error: NameError) -> &'static str {
    match error {
        NameError::Empty => "accounts-name-empty",
        NameError::TooLong => "accounts-name-too-long",
        NameError::Character => "accounts-name-character",
    }
}

fn document_text(page: &Page, error: IdDocumentError) -> String {
    match error {
        IdDocumentError::Empty => page.t("accounts-id-empty"),
        IdDocumentError::Length(count) => page.tw("accounts-id-length", [("count", count)]),
        IdDocumentError::Form => page.t("accounts-id-form"),
        IdDocumentError::Region => page.t("accounts-id-region"),
        IdDocumentError::Birth => page.t("accounts-id-birth"),
        IdDocumentError::Check => page.t("accounts-id-check"),
    }
}
