//! The pages of the dictionary: `/errors` lists all rules, `/errors/NAME` tells of one. Neither asks the database.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::{IntoResponse, Response};
use http::Uri;
use shared::page::Page;

use super::dictionary::{Piece, pieces};
use super::{Group, Rule, dictionary};
use crate::web::authorization_problem::reference;
use crate::web::{Fault, PageContext, paths};

/// A rule, as the list shows it.
struct Line {
    name: &'static str,
    href: String,
    cause: Vec<Piece<'static>>,
}

/// What the rules of a group are about, and the rules.
struct Section {
    title: String,
    lines: Vec<Line>,
}

/// 错误说明
#[derive(Template, WebTemplate)]
#[template(path = "errors/index.html")]
pub struct IndexPage {
    page: Page,
    sections: Vec<Section>,
}

/// `GET /errors`
pub async fn index(PageContext(page): PageContext) -> IndexPage {
    let line = |rule: Rule| Line {
        name: rule.name(),
        href: format!("{}/{}", paths::ERRORS, rule.name()),
        cause: pieces(dictionary::text(rule, page.lang).cause),
    };
    let section =
        |group| Section { title: title(&page, group), lines: dictionary::of_group(group).map(line).collect() };
    let sections = Group::ALL.map(section).into();
    IndexPage { sections, page }
}

fn title(page: &Page, group: Group) -> String {
    page.t(match group {
        Group::Form => "errors-group-form",
        Group::Authorize => "errors-group-authorize",
        Group::Pushed => "errors-group-pushed",
        Group::Object => "errors-group-object",
        Group::Client => "errors-group-client",
        Group::Token => "errors-group-token",
        Group::Proof => "errors-group-proof",
        Group::Resource => "errors-group-resource",
        Group::Registration => "errors-group-registration",
        Group::Logout => "errors-group-logout",
        Group::Service => "errors-group-service",
    })
}

/// One rule.
#[derive(Template, WebTemplate)]
#[template(path = "errors/entry.html")]
struct EntryPage {
    page: Page,
    name: &'static str,
    group: String,
    cause: Vec<Piece<'static>>,
    mend: Vec<Piece<'static>>,
    code: &'static str,
    says: &'static str,
    section: &'static str,
    section_href: Option<String>,
    /// Where the list is.
    index: &'static str,
    /// Whether whoever asks is told of another rule instead.
    is_private: bool,
}

/// `GET /errors/{code}`
pub async fn show(PageContext(page): PageContext, uri: Uri, name: Result<Path<String>, PathRejection>) -> Response {
    let Some(rule) = name.ok().and_then(|Path(name)| Rule::named(&name)) else {
        return Fault::NotFound.page(page, &uri);
    };
    let (text, error) = (dictionary::text(rule, page.lang), rule.error());
    let view = EntryPage {
        name: rule.name(),
        group: title(&page, rule.group()),
        cause: pieces(text.cause),
        mend: pieces(text.mend),
        code: error.code.as_str(),
        says: error.description,
        section: rule.section(),
        section_href: reference(rule.section()),
        index: paths::ERRORS,
        is_private: rule.told() != rule,
        page,
    };
    view.into_response()
}
