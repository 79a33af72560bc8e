//! The candidate's journey from outside: what is read is what a person reads, what is sent is what a browser sends.
//! No product crate is imported; whatever holds here holds for anybody.

pub mod demo;
pub mod form;
pub mod journey;
#[cfg(feature = "browser")]
pub mod mailbox;
pub mod operator;
pub mod program;
pub mod visitor;
#[cfg(feature = "browser")]
pub mod walk;
#[cfg(feature = "browser")]
pub mod window;
pub mod work;
