//! 账户动态: what happened to an account, when and from where, out of the audit record.

mod page;
mod sentence;

pub use self::page::show;
