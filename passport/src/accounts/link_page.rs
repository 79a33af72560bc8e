//! The page of a link that was sent in a message: it tells what the link does, and takes a button's press to do it, since
//! programs that look for dangers in mails follow links. What comes of it is told on a page with one button that leads on.

use askama::Template;
use askama_web::WebTemplate;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::page::{Link, Page};

use super::view::Notice;
use crate::web::error_page::{Explanation, Tone, explain};

/// What the address of the link carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LinkQuery {
    /// The token.
    pub(super) t: String,
}

/// The form of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LinkForm {
    /// The token.
    pub(super) t: String,
    /// `refuse`, `prove`, or nothing.
    action: String,
}

impl LinkForm {
    /// Whether “not me” was pressed, and not what the link is for.
    pub(super) fn refuses(&self) -> bool {
        self.action == "refuse"
    }

    /// Whether the button was pressed that sends a code first.
    pub(super) fn proves(&self) -> bool {
        self.action == "prove"
    }
}

/// The page.
#[derive(Template, WebTemplate)]
#[template(path = "accounts/link.html")]
pub(super) struct LinkPage {
    page: Page,
    notice: Option<Notice>,
    /// The address of its form.
    path: &'static str,
    token: String,
    title: String,
    lead: String,
    facts: Vec<(String, String)>,
    /// What its button says yes to.
    points: Vec<String>,
    button: String,
    /// Whether the button takes something away.
    dangerous: bool,
    /// What its button sends beside the token.
    action: &'static str,
    /// The button for who did not ask.
    refuse: Option<String>,
    hint: Option<String>,
}

impl LinkPage {
    /// The page at `path` whose texts begin with `key`: title, lead and button.
    pub(super) fn new(page: Page, path: &'static str, key: &str, token: String) -> Self {
        Self::naming(page, (path, key), token, &[])
    }

    /// The same, with what its lead names.
    pub(super) fn naming(page: Page, (path, key): (&'static str, &str), token: String, named: &[(&str, &str)]) -> Self {
        let text = |part| page.t(&format!("{key}-{part}"));
        Self {
            title: text("title"),
            lead: page.tw(&format!("{key}-lead"), named),
            button: text("button"),
            page,
            notice: None,
            path,
            token,
            facts: Vec::new(),
            points: Vec::new(),
            dangerous: false,
            action: "",
            refuse: None,
            hint: None,
        }
    }

    /// What can be told of what it does, by name.
    pub(super) fn facts(self, facts: Vec<(String, String)>) -> Self {
        Self { facts, ..self }
    }

    /// What its button says yes to, point by point.
    pub(super) fn points(self, points: Vec<String>) -> Self {
        Self { points, ..self }
    }

    /// A hint under the buttons.
    pub(super) fn hint(self, key: &str) -> Self {
        Self { hint: Some(self.page.t(key)), ..self }
    }

    /// Its button takes something away.
    pub(super) fn dangerous(self) -> Self {
        Self { dangerous: true, ..self }
    }

    /// Its button sends a code first.
    pub(super) fn proving(self) -> Self {
        Self { action: "prove", ..self }
    }

    /// A second button, for who did not ask.
    pub(super) fn refusable(self, key: &str) -> Self {
        Self { refuse: Some(self.page.t(key)), ..self }
    }

    /// Says, if the form came without its token, that the button is to be pressed once more.
    pub(super) fn again(self, again: bool) -> Self {
        let notice = again.then(|| Notice { kind: "warn", text: self.page.t("accounts-notice-again") });
        Self { notice, ..self }
    }
}

/// The page that tells what came of a link, in the texts that begin with `key`, with a button that leads on.
pub(super) fn told(page: Page, (tone, status): (Tone, StatusCode), key: &str, way: Link) -> Response {
    let told = Explanation {
        tone,
        title: page.t(&format!("{key}-title")),
        lead: page.t(&format!("{key}-lead")),
        steps: Vec::new(),
        way,
        other: None,
    };
    explain(page, status, told)
}
