//! News: the list, and a page per notice.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shared::page::{Link, Page};

use crate::sign_in::Visitor;
use crate::web::{Frame, paths};

use super::article::ArticlePage;
use super::parts::{self, NoticeLine};

/// All notices.
#[derive(Template, WebTemplate)]
#[template(path = "news.html")]
pub struct NewsPage {
    page: Page,
    news_title: String,
    notices: Vec<NoticeLine>,
}

/// Shows the list.
pub async fn list(frame: Frame, visitor: Visitor) -> NewsPage {
    let page = visitor.page(&frame);
    NewsPage {
        news_title: frame.web().profile().news_title.get(frame.lang).to_owned(),
        notices: parts::notices(&frame, &page),
        page,
    }
}

/// Shows a notice, or 404 while it is not out.
pub async fn show(frame: Frame, visitor: Visitor, Path(slug): Path<String>) -> Response {
    let page = visitor.page(&frame);
    let href = format!("{}/{slug}", paths::NEWS);
    let line = parts::notices(&frame, &page).into_iter().find(|line| line.href == href);
    let Some((line, article)) = line.and_then(|l| Some((l, frame.web().content().notice(&slug, frame.lang)?))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    ArticlePage {
        title: article.title.clone(),
        html: article.html.clone(),
        published: Some(line),
        steps: Vec::new(),
        schedule: None,
        back: Link::new(paths::NEWS, page.t("site-back-news")),
        page,
    }
    .into_response()
}
