//! The tables of the console.

pub mod keys;
pub mod people;
pub mod proposals;
pub mod reads;
