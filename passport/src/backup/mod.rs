//! Backups of the database, and putting one in its place.
//!
//! [`make()`] copies the database at one moment into a file ([`archive`]) that is sealed for a key kept elsewhere
//! ([`seal`], [`recipient`]) and ends with what every table held ([`manifest`]). [`restore()`] verifies all of it first,
//! fills an empty database, compares every table, and begins an epoch: what becomes of each table then stands in
//! the list of all [tables](crate::tables), and of keys in [`crate::keys::restored`]. For operators: `docs/operate/backup.md`.

mod archive;
mod error;
pub mod fates;
mod make;
pub mod manifest;
pub mod recipient;
mod restore;
pub mod seal;
pub mod store;

pub use self::error::BackupError;
pub use self::make::{Made, Order as MakeOrder, make};
pub use self::recipient::{OpeningKey, Recipient};
pub use self::restore::{Done, Order, Parts, check, restore};
pub use self::store::Programs;
