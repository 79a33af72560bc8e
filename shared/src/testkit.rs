//! For tests only: both databases, and a browser without a screen.
//!
//! Part of the crate under the feature `testkit`, which the programs turn on in their `dev-dependencies`.
//!
//! ```ignore
//! #[tokio::test]
//! async fn a_code_is_used_once() {
//!     testkit::on_both(&MIGRATIONS, |db| async move { … }).await;
//! }
//! ```

#![allow(clippy::expect_used, reason = "a test stops where something it stands on is missing")]

mod answer;
mod browser;
mod cookies;
mod databases;
mod form;
mod markup;
mod outage;
mod reference;

pub use answer::Answer;
pub use browser::Browser;
pub use cookies::{CookieJar, StoredCookie};
pub use databases::{each_engine, on_both, one_more, postgres_is_there};
pub use form::Form;
pub use markup::markup_faults;
pub use outage::Outage;
pub use reference::reference_is_current;

#[cfg(test)]
mod tests;
