//! What there is to point out about a site, in words: the same that the registration endpoint and the command line tell.

use serde_json::{Map, Value};
use shared::page::Page;

use super::form::SiteForm;
use crate::clients::Client;
use crate::clients::lint::{self, Finding, Weight, words};
use crate::web::authorization_problem::reference;

/// A finding, as the page of a site shows it.
pub struct FindingView {
    /// How much it matters, in a word, and the colour of that.
    pub weight: String,
    /// The kind of its tag.
    pub kind: &'static str,
    /// The field of the metadata.
    pub field: &'static str,
    /// The value that it is about.
    pub value: Option<String>,
    /// What is so.
    pub what: String,
    /// What to do.
    pub mend: String,
    /// Where the rule stands.
    pub section: &'static str,
    /// Where that can be read.
    pub section_href: Option<String>,
}

/// What there is to point out about a site that is registered so, the weightiest first.
pub(super) fn of(page: &Page, registered: &Map<String, Value>) -> Vec<FindingView> {
    SiteForm::of(registered).client().map(|client| of_client(page, &client)).unwrap_or_default()
}

/// The same about a client.
pub fn of_client(page: &Page, client: &Client) -> Vec<FindingView> {
    lint::lint(client).into_iter().map(|finding| view(page, finding)).collect()
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
