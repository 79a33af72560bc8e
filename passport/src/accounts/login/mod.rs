//! 考生登录: by name and password, with a second step where the account has more, or by a passkey alone.

mod arrival;
pub mod counts;
mod machine;
mod page;
pub mod passkey;
pub mod second;
mod sign_in;
pub(in crate::accounts) mod whose;

pub use self::arrival::{Browser, SignedIn};
pub use self::page::{show, submit};
pub use self::sign_in::{Attempt, Refusal, SignIn};
