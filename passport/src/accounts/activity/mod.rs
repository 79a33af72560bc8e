//! 账户动态: what happened to an account, when and from where, out of the audit record.

mod page;
mod sentence;

pub(in crate::accounts) use self::page::sentence_of;
pub use self::page::{Happened, Line, history, latest, show};
