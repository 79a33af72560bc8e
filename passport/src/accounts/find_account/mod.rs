//! 找回账号: who forgot the account names the identity document and the person, and the account is sent to its proven
//! contacts. The page answers the same, and takes the same time, whether anybody has that document or not.

mod operation;
mod page;

pub use self::operation::{Asked, Sought};
pub use self::page::{show, submit};
