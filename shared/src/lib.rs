//! What the identity provider and the exam sites both need: database, clock, entropy, ids, secrets,
//! HTTP kit, pages, texts, configuration, telemetry and the announcements of operators.
//!
//! Nothing here knows accounts, clients or exams.

pub mod assets;
pub mod clock;
pub mod config;
pub mod db;
pub mod entropy;
pub mod http;
pub mod i18n;
pub mod id;
pub mod page;
pub mod secret;
pub mod status;
pub mod telemetry;
#[cfg(any(test, feature = "testkit"))]
pub mod testkit;
pub mod text;

// The macro `id_type!` names it from other crates.
pub use uuid;
