//! The frame of a page: brand, navigation, language and footer, made from the request.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use http::{HeaderMap, Uri};
use shared::http::RequestId;
use shared::i18n::Lang;
use shared::page::{Accent, Link, NavItem, Page, SignedIn, Site, address};

use super::paths::{self, passport};
use super::{Web, language, texts};

/// What a page needs to know of its request. Extract it in a handler, then make the [`page`](Self::page).
#[derive(Clone)]
pub struct Frame {
    web: Web,
    /// The language of the person.
    pub lang: Lang,
    uri: Uri,
    request_id: String,
}

impl Frame {
    /// The frame for a request that has these parts.
    #[must_use]
    pub fn of(web: &Web, uri: &Uri, headers: &HeaderMap, id: RequestId) -> Self {
        Self {
            lang: language::of(web, uri, headers),
            web: web.clone(),
            uri: uri.clone(),
            request_id: id.as_str().to_owned(),
        }
    }

    /// The site.
    #[must_use]
    pub fn web(&self) -> &Web {
        &self.web
    }

    /// A page for somebody who is not signed in.
    #[must_use]
    pub fn page(&self) -> Page {
        let profile = self.web.profile();
        let site = Site {
            accent: Accent::parse(self.web.id().name()),
            name: profile.name.get(self.lang).to_owned(),
            tagline: Some(profile.tagline.get(self.lang).to_owned()),
            home: paths::HOME.to_owned(),
        };
        let mut page = Page::new(texts(), self.lang, site);
        page.other_lang_url = address::in_language(&self.uri, self.lang.other());
        page.nav = self.navigation(&page);
        page.footer = self.footer(&page);
        page.announcements = self.web.announcements(&page);
        page.icp = self.web.icp();
        page.request_id.clone_from(&self.request_id);
        page
    }

    /// A page for somebody who is signed in, with the way out.
    #[must_use]
    pub fn page_for(&self, name: &str, csrf: &str) -> Page {
        let mut page = self.page();
        page.signed_in = Some(SignedIn { name: name.to_owned(), sign_out: paths::SIGN_OUT.to_owned() });
        csrf.clone_into(&mut page.csrf);
        page
    }

    fn navigation(&self, page: &Page) -> Vec<NavItem> {
        let here = self.uri.path();
        let home = NavItem::new(paths::HOME, page.t("common-home"), here == paths::HOME);
        let pages = self.web.profile().pages.iter().map(|entry| {
            let href = format!("/{}", entry.slug);
            let current = here == href;
            NavItem::new(href, entry.label.get(self.lang), current)
        });
        std::iter::once(home).chain(pages).collect()
    }

    fn footer(&self, page: &Page) -> Vec<Link> {
        [
            (passport::AGREEMENT, "common-agreement"),
            (passport::PRIVACY, "common-privacy"),
            (passport::ACCESSIBILITY, "common-accessibility"),
            (passport::HELP, "common-help"),
        ]
        .into_iter()
        .map(|(path, key)| Link::new(self.web.passport().join(path), page.t(key)))
        .collect()
    }
}

impl<S> FromRequestParts<S> for Frame
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&Web::from_ref(state), &parts.uri, &parts.headers, RequestId::of(&parts.extensions)))
    }
}
