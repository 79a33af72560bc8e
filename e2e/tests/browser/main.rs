//! The journeys in a real browser: Chromium, driven by WebDriver, against a demo of their own on free ports.
//!
//! Run by `cargo xtask test`; by hand: `cargo test --package e2e --features browser` after
//! `cargo build --workspace --bins`. They need chromium and chromedriver.

mod accessibility;
mod account_life;
mod agreements;
mod alarm;
mod appeals;
mod asked_first;
mod axe;
mod closure;
mod devices;
mod every_page;
mod factors_given_up;
mod grown_old;
mod guardian;
mod guards;
mod interrupted;
mod journeys;
mod keyboard;
mod late_and_twice;
mod logout;
mod logs;
mod mail_links;
mod never_a_dead_end;
mod not_mine;
mod npm;
mod portal;
mod public_computer;
mod reports;
mod router;
mod second_factors;
mod sms_step;
mod stage;
mod third_party;
mod three_days;
mod two_factors_asked;
