//! What there is to point out about a site, in words: the same that the registration endpoint and the command line tell.

use serde_json::{Map, Value};
use shared::page::Page;

use super::form::SiteForm;
use crate::clients::lint::{self, Finding, Weight, words};
use crate::web::authorization_problem::reference;

/// A finding, as the page of a site shows it.
pub(super) struct FindingView {
    /// How much it matters, in a word, and the colour of that.
    pub(super) weight: String,
    pub(super) kind: &'static str,
    pub(super) field: &'static str,
    pub(super) value: Option<String>,
    pub(super) what: String,
    pub(super) mend: String,
    pub(super) section: &'static str,
    pub(super) section_href: Option<String>,
}

/// What there is to point out about a site that is registered so, the weightiest first.
pub(super) fn of(page: &Page, registered: &Map<String, Value>) -> Vec<FindingView> {
    let Some(client) = SiteForm::of(registered).client() else { return Vec::new() };
    lint::lint(&client).into_iter().map(|finding| view(page, finding)).collect()
}

fn view(page: &Page, Finding { advice, value }: Finding) -> FindingView {
    FindingView {
        weight: page.t(&format!("lint-weight-{}", advice.weight().name())),
        kind: match advice.weight() {
            Weight::Fails => "error",
            Weight::Risky => "warn",
            Weight::Hint => "info",
        },
        field: advice.field(),
        value,
        what: words::what(advice, page.lang),
        mend: words::mend(advice, page.lang),
        section: advice.section(),
        section_href: reference(advice.section()),
    }
}
