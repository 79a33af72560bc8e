//! The list itself, by what tables are about.

mod house;
mod keys;
mod organisations;
mod people;
mod sign_in;
mod sites;
mod staff;

use super::Table;

/// Every table.
pub fn all() -> impl Iterator<Item = &'static Table> {
    [people::TABLES, sign_in::TABLES, sites::TABLES, organisations::TABLES, staff::TABLES, house::TABLES, keys::TABLES]
        .into_iter()
        .flatten()
}
