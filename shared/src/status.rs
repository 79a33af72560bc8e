//! How a program stands, part by part, and what its operators announce: what `/status.json` says. The program that it is
//! about writes it, those that depend on it read it, and both put it at the top of their pages.
//!
//! Nothing in it concerns a person. A notice has an end and ends by itself, wherever it is shown; what is heard of parts
//! counts for a short time only, so that nobody goes on reporting a trouble that is over.

mod board;
mod document;
mod model;
#[cfg(test)]
mod tests;
mod words;

pub use self::board::{Board, FRESH};
pub use self::document::NoStatus;
pub use self::model::{Kind, Notice, Part, Report, State, Words};
