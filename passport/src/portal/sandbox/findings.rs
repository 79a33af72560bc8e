//! What there is to point out about a site, in words: the same that the registration endpoint and the command line tell.

use shared::page::Page;

use crate::clients::Client;
use crate::clients::lint::words::Told;
use crate::clients::lint::{self, words};
use crate::oidc::register::findings::Findings;
use crate::web::authorization_problem::reference;

/// A finding, as the page of a site shows it.
pub struct FindingView {
    /// How much it matters, in a word, and the colour of that.
    pub weight: String,
    /// The kind of its tag.
    pub kind: &'static str,
    /// The field of the metadata.
    pub field: String,
    /// The value that it is about.
    pub value: Option<String>,
    /// What is so.
    pub what: String,
    /// What to do.
    pub mend: String,
    /// Where the rule stands.
    pub section: String,
    /// Where that can be read.
    pub section_href: Option<String>,
}

/// What the sandbox points out about a site, the weightiest first.
pub(super) fn of(page: &Page, told: Findings) -> Vec<FindingView> {
    told.findings.into_iter().map(|finding| view(page, finding)).collect()
}

/// The same about a client.
pub fn of_client(page: &Page, client: &Client) -> Vec<FindingView> {
    lint::lint(client).iter().map(|finding| view(page, words::told(finding))).collect()
}

fn view(page: &Page, told: Told) -> FindingView {
    let (weight, kind) = match told.weight.as_str() {
        "fails" => ("lint-weight-fails", "error"),
        "risky" => ("lint-weight-risky", "warn"),
        _ => ("lint-weight-hint", "info"),
    };
    FindingView {
        weight: page.t(weight),
        kind,
        field: told.field,
        value: told.value,
        what: told.what.text(page.lang).unwrap_or_default(),
        mend: told.mend.text(page.lang).unwrap_or_default(),
        section_href: reference(&told.section),
        section: told.section,
    }
}
