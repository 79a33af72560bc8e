//! 下载我的数据: a copy of everything that is stored of a person, for themselves (Personal Information Protection Law of
//! the PRC, article 45).

mod file;
mod page;

pub use self::page::{show, submit};
