//! Everything the site promises, asked for at its front door, on both databases.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test stops where something it stands on is missing")]

mod architecture;
mod asked_first;
mod back_channel;
mod faults;
mod initiate;
mod journey;
mod open_registrations;
mod pages;
mod passport_status;
mod return_path;
mod settings;
mod signals;
mod support;
mod texts;
mod tokens;
