//! The E-TEST Passport: an OpenID provider for candidates and the exam sites that rely on it.
//!
//! One module per slice of the product; a slice holds its handlers, rules and SQL. Who may call
//! whom is written down in `docs/ARCHITECTURE.md` and held by `tests/it/architecture.rs`:
//! `shared ← egress ← {web, audit, limits, delivery, keys, places, jobs} ← {clients, accounts} ← oidc ← {backup, export, home, portal, simulator, status} ← console ← {app, tables, router, cli}`.

pub mod accounts;
pub mod app;
pub mod audit;
pub mod backup;
pub mod cli;
pub mod clients;
pub mod config;
pub mod console;
pub mod delivery;
pub mod egress;
pub mod export;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
pub mod home;
pub mod jobs;
pub mod keys;
pub mod limits;
mod migrations;
pub mod oidc;
pub mod places;
pub mod portal;
pub mod router;
pub mod simulator;
pub mod status;
#[cfg(test)]
mod stored_words;
pub mod tables;
pub mod web;

pub use self::migrations::MIGRATIONS;
