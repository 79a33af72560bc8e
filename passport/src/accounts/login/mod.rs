//! 考生登录: the page, and signing in with a password.

mod page;
mod sign_in;

pub use self::page::{show, submit};
pub use self::sign_in::{Attempt, Refusal, SignIn};
