//! 用户注册: the page, what its form says, and the operation.
//!
//! The form makes the account at once. Whether a mail address or mobile number has an account already is told only
//! after a solved captcha, without saying which of the two, and a few times an hour to each address block; the
//! holder gets a mail.

mod form;
mod operation;
mod page;

pub use self::form::{RegisterForm, Registration};
pub(in crate::accounts) use self::form::{email_key, push_mobile, read_document};
pub use self::operation::Registered;
pub(in crate::accounts) use self::operation::accept_agreements;
pub use self::page::{show, submit};
