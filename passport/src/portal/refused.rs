//! What was refused to a site, in words: by which rule, how often, when, why, and what to do. Its requests cannot be seen by
//! whoever sent them otherwise: they learn no more than a code.

use shared::clock::Timestamp;
use shared::page::Page;

use crate::oidc::refusals::report::ByRule;
use crate::oidc::rules::dictionary::{Piece, pieces};
use crate::web::moment;

/// A rule that was broken.
pub struct RuleView {
    /// Its name.
    pub rule: String,
    /// Where more is told about it.
    pub href: Option<String>,
    /// Whether the requests were proven to be the site's.
    pub proven: bool,
    /// How often.
    pub times: i64,
    cause: String,
    mend: String,
    /// The standard, and where in it.
    pub section: Option<String>,
    /// When first.
    pub first: String,
    /// When last.
    pub last: String,
    /// The days on which it happened, and how often.
    pub days: Vec<(String, i64)>,
    /// One of the requests, without anything personal.
    pub example: String,
}

impl RuleView {
    /// What the cause is, names of parameters told apart.
    pub fn cause(&self) -> Vec<Piece<'_>> {
        pieces(&self.cause)
    }

    /// What to do, likewise; nothing, where that is not known.
    pub fn mend(&self) -> Vec<Piece<'_>> {
        pieces(&self.mend)
    }

    /// It, in the language of a page.
    pub fn of(page: &Page, told: ByRule, now: Timestamp) -> Self {
        Self {
            first: moment::past_of(page.lang, &told.first_at, now),
            last: moment::past_of(page.lang, &told.last_at, now),
            cause: told.cause.text(page.lang).unwrap_or_else(|| page.t("sandbox-errors-unknown")),
            mend: told.mend.text(page.lang).unwrap_or_default(),
            days: told.days.into_iter().filter(|on| on.times > 0).map(|on| (on.day, on.times)).collect(),
            href: told.page,
            rule: told.rule,
            proven: told.proven,
            times: told.times,
            section: told.section,
            example: told.example,
        }
    }
}
