//! The exam sites: one program that relies on the passport, with the exams CET, PETS and NCRE as data.
//!
//! ```text
//! shared ← profile ← web ← sign_in ← pages ← desk ← { app, router, cli }
//! ```

pub mod app;
pub mod cli;
pub mod config;
pub mod desk;
pub mod pages;
pub mod profile;
pub mod router;
pub mod sign_in;
pub mod status;
pub mod web;
