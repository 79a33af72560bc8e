//! What everybody should know, at the top of every page.

use super::Link;

/// Something to know, whatever page one came for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// How it looks: `info`, `warn` or `error`.
    pub kind: &'static str,
    /// What it is, in one line.
    pub title: String,
    /// More about it, in order.
    pub sentences: Vec<String>,
    /// Where one reads on.
    pub more: Option<Link>,
}
