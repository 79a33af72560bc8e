//! The pages behind the navigation.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shared::page::{Link, Page};

use crate::profile::{Civil, Opening, Shows};
use crate::sign_in::Visitor;
use crate::web::{Frame, paths};

use super::parts::{self, DateCell, NoticeLine, StripStep};

/// A page of prose, with what the profile adds to it.
#[derive(Template, WebTemplate)]
#[template(path = "article.html")]
pub(super) struct ArticlePage {
    pub(super) page: Page,
    pub(super) title: String,
    pub(super) html: String,
    /// Day and kind of a notice.
    pub(super) published: Option<NoticeLine>,
    pub(super) steps: Vec<StripStep>,
    pub(super) schedule: Option<Schedule>,
    pub(super) back: Link,
}

/// The sitting's dates and openings, in one language.
pub(super) struct Schedule {
    sitting: String,
    dates: Vec<DateCell>,
    openings: Vec<OpeningRow>,
    closes: String,
}

struct OpeningRow {
    when: String,
    provinces: String,
}

/// Shows the page of that name, or 404.
pub async fn show(frame: Frame, visitor: Visitor, Path(slug): Path<String>) -> Response {
    let web = frame.web();
    let profile = web.profile();
    let entry = profile.pages.iter().chain(&profile.extra_pages).find(|entry| entry.slug == slug);
    let Some((entry, article)) = entry.and_then(|e| Some((e, web.content().page(&slug, frame.lang)?))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let page = visitor.page(&frame);
    let steps = match entry.shows {
        Some(Shows::Steps) => parts::steps(profile, frame.lang, None),
        _ => Vec::new(),
    };
    ArticlePage {
        title: article.title.clone(),
        html: article.html.clone(),
        published: None,
        steps,
        schedule: (entry.shows == Some(Shows::Schedule)).then(|| schedule(&frame, &page)),
        back: Link::new(paths::HOME, page.t("site-back-home")),
        page,
    }
    .into_response()
}

fn schedule(frame: &Frame, page: &Page) -> Schedule {
    let sitting = &frame.web().profile().sitting;
    let lang = frame.lang;
    let row = |opening: &Opening| OpeningRow {
        when: Civil::at(opening.at).text(lang),
        provinces: opening
            .provinces
            .iter()
            .map(|p| p.name(lang))
            .collect::<Vec<_>>()
            .join(&page.t("site-list-separator")),
    };
    Schedule {
        sitting: sitting.name.get(lang).to_owned(),
        dates: parts::dates(frame.web().profile(), lang),
        openings: sitting.openings.iter().map(row).collect(),
        closes: page.tw("site-openings-closes", &[("when", Civil::at(sitting.closes).text(lang))]),
    }
}
