//! What a program answered, as a test reads it.

use axum::http::{HeaderMap, StatusCode};
use scraper::Html;
use url::Url;

use super::form::{Form, selector};
use super::markup_faults;

/// An answer, and the page in it.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Where it came from, after redirects.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, as text.
    pub text: String,
    /// Every address on the way, this one last.
    pub way: Vec<Url>,
}

impl Answer {
    /// The address that a redirect leads to, made whole.
    #[must_use]
    pub fn location(&self) -> Option<Url> {
        let location = self.header("location")?;
        Some(self.url.join(location).unwrap_or_else(|error| panic!("Location: {location} is no URL: {error}")))
    }

    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A parameter of the address the answer came from, or of the one it redirects to.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        let url = self.location().unwrap_or_else(|| self.url.clone());
        url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text))
    }

    /// The form that the CSS selector names: `form`, `form[action$="/sign-in"]`.
    ///
    /// # Panics
    /// When the page has none.
    #[must_use]
    pub fn form(&self, css: &str) -> Form {
        let html = Html::parse_document(&self.text);
        let form = html.select(&selector(css)).next();
        let form = form.unwrap_or_else(|| panic!("no `{css}` on {} ({}):\n{}", self.url, self.status, self.text));
        Form::read(form, &self.url, self.form_action())
    }

    /// Whether the page has what the CSS selector names.
    #[must_use]
    pub fn has(&self, css: &str) -> bool {
        Html::parse_document(&self.text).select(&selector(css)).next().is_some()
    }

    /// The texts of everything that the CSS selector names, white space collapsed.
    #[must_use]
    pub fn texts(&self, css: &str) -> Vec<String> {
        let html = Html::parse_document(&self.text);
        let selector = selector(css);
        let elements = html.select(&selector);
        elements.map(|element| element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")).collect()
    }

    /// An attribute of everything that the CSS selector names and that has it.
    #[must_use]
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        let html = Html::parse_document(&self.text);
        html.select(&selector(css)).filter_map(|element| element.attr(name).map(str::to_owned)).collect()
    }

    /// Stops the test at a page whose HTML is at fault.
    pub(super) fn must_be_well_formed(&self) {
        let is_page = self.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        // The answer to HEAD has no page.
        if is_page && !self.text.is_empty() {
            let faults = markup_faults(&self.text);
            assert!(faults.is_empty(), "{} is at fault: {faults:#?}\n{}", self.url, self.text);
        }
    }

    /// Where the page lets its forms lead (CSP, `form-action`).
    fn form_action(&self) -> Option<String> {
        let policy = self.header("content-security-policy")?;
        policy.split(';').find_map(|directive| directive.trim().strip_prefix("form-action").map(str::to_owned))
    }
}
