//! The journeys in a real browser: Chromium, driven by WebDriver, against a demo of their own on free ports.
//!
//! Run by `cargo xtask test`; by hand: `cargo test --package e2e --features browser` after
//! `cargo build --workspace --bins`. They need chromium and chromedriver.

mod accessibility;
mod account_life;
mod alarm;
mod appeals;
mod asked_first;
mod axe;
mod closure;
mod devices;
mod guards;
mod interrupted;
mod journeys;
mod late_and_twice;
mod logout;
mod mail_links;
mod never_a_dead_end;
mod public_computer;
mod reports;
mod second_factors;
mod stage;
mod third_party;
