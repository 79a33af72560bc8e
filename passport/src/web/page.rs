//! The frame of every page, made from a request: language, navigation, form token.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use http::{HeaderValue, Uri, header};
use shared::clock::SharedClock;
use shared::http::{Asked, RequestId};
use shared::i18n::{Catalogue, Lang};
use shared::page::{Accent, Announcement, Link, NavItem, Page, Site, address};
use shared::status::Board;
use tower_cookies::Cookies;
use tower_cookies::cookie::time::Duration;
use tower_cookies::cookie::{Cookie, SameSite};

use super::form::csrf_token;
use super::{Web, computer, paths};

const COOKIE: &str = "__Host-pp_lang";
const COOKIE_DAYS: i64 = 365;

/// What pages need beyond the request: the texts and the words of the operator. Cheap to clone.
#[derive(Clone)]
pub struct Pages {
    texts: Arc<Catalogue>,
    icp: Option<Arc<str>>,
    announced: Option<(Arc<Board>, SharedClock)>,
    of: Of,
}

/// What a page is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Passport,
    /// A passport to try sites out with.
    Sandbox,
    Simulator,
    /// The staff's console.
    Console,
}

impl Pages {
    /// Pages with those texts; `icp` is the filing number in the footer.
    pub fn new(texts: Arc<Catalogue>, icp: Option<&str>) -> Self {
        Self { texts, icp: icp.map(Arc::from), announced: None, of: Of::Passport }
    }

    /// The same, with what stands on that board at the top.
    #[must_use]
    pub fn announcing(self, board: Arc<Board>, clock: SharedClock) -> Self {
        Self { announced: Some((board, clock)), ..self }
    }

    /// The same; those of a sandbox say at the top that they are.
    #[must_use]
    pub fn of_sandbox(self, sandbox: bool) -> Self {
        Self { of: if sandbox { Of::Sandbox } else { Of::Passport }, ..self }
    }

    /// The same; those of a simulator say so loudly, and lead to nothing that it does not have.
    #[must_use]
    pub fn of_simulator(self) -> Self {
        Self { of: Of::Simulator, ..self }
    }

    /// The same for the staff's console, which has a host of its own: nothing of the passport is linked from there.
    #[must_use]
    pub fn of_console(self) -> Self {
        Self { of: Of::Console, announced: None, ..self }
    }

    /// Whether a page beside these says how it stands.
    pub(super) fn has_status(&self) -> bool {
        matches!(self.of, Of::Passport | Of::Sandbox)
    }

    /// The frame of the page at that address, in that language, without a form token.
    pub fn page(&self, lang: Lang, uri: &Uri) -> Page {
        let text = |key| self.texts.text(lang, key);
        let tagline = (self.of == Of::Sandbox).then(|| text("web-sandbox"));
        let site = Site { accent: Accent::Passport, name: text("web-brand"), tagline, home: paths::HOME.to_owned() };
        let mut page = Page::new(Arc::clone(&self.texts), lang, site);
        page.other_lang_url = address::in_language(uri, lang.other());
        match self.of {
            Of::Passport | Of::Sandbox => {}
            Of::Simulator => return as_simulator(page),
            Of::Console => return as_console(page),
        }
        let at = uri.path();
        // Registration has 首页 and 退出, as its users know it; the way to help is at the foot there.
        let second = match at {
            paths::REGISTER => NavItem::new(paths::SIGN_OUT, text("common-sign-out"), false),
            _ => NavItem::new(paths::HELP, text("common-help"), at == paths::HELP),
        };
        page.nav = vec![NavItem::new(paths::HOME, text("common-home"), at == paths::HOME), second];
        page.footer = vec![
            Link::new(paths::AGREEMENT, text("common-agreement")),
            Link::new(paths::PRIVACY, text("common-privacy")),
            Link::new(paths::ACCESSIBILITY, text("common-accessibility")),
            Link::new(paths::HELP, text("common-help")),
        ];
        if let Some((board, clock)) = &self.announced {
            let now = clock.now();
            page.announcements = board.report(now).announcements(&page, now, paths::STATUS);
        }
        page.icp = self.icp.as_deref().map(str::to_owned);
        page
    }

    /// The frame for a request: the language it asks for, the id to quote.
    pub fn page_of(&self, parts: &Parts) -> Page {
        let uri = &parts.uri;
        let cookies = parts.extensions.get::<Cookies>();
        let remembered = || Lang::parse(cookies?.get(COOKIE)?.value());
        let lang = language(uri, remembered, parts.headers.get(header::ACCEPT_LANGUAGE));
        let mut page = self.page(lang, uri);
        page.request_id = RequestId::of(&parts.extensions).to_string();
        page.way_out = cookies.is_some_and(computer::may_be_left).then(|| paths::SIGN_OUT.to_owned());
        page
    }

    /// The same for a request that reached no handler.
    pub(super) fn page_asked(&self, asked: &Asked) -> Page {
        let sent = asked.cookie.as_ref().and_then(|sent| sent.to_str().ok()).unwrap_or_default();
        let cookies = Cookies::default();
        Cookie::split_parse(sent).flatten().for_each(|cookie| cookies.add(cookie.into_owned()));
        let remembered = || Lang::parse(cookies.get(COOKIE)?.value());
        let lang = language(&asked.uri, remembered, asked.accept_language.as_ref());
        let mut page = self.page(lang, &asked.uri);
        page.way_out = computer::may_be_left(&cookies).then(|| paths::SIGN_OUT.to_owned());
        page.request_id = asked.id.to_string();
        page
    }
}

/// The frame of a page of the staff's console.
fn as_console(mut page: Page) -> Page {
    page.site.name = page.t("web-console");
    page.site.tagline = Some(page.t("web-console-line"));
    page.site.accent = Accent::Other;
    page
}

/// The frame of a page of a simulator.
fn as_simulator(mut page: Page) -> Page {
    page.site.tagline = Some(page.t("web-simulator"));
    page.nav = vec![NavItem::new(paths::HOME, page.t("web-simulator-desk"), false)];
    page.announcements = vec![Announcement {
        kind: "warn",
        title: page.t("web-simulator-title"),
        sentences: vec![page.t("web-simulator-lead")],
        more: None,
    }];
    page
}

/// The frame of the page that answers this request, with a form token. `?lang=` chooses the language and is
/// remembered; then comes the cookie, then `Accept-Language`, then Chinese.
pub struct PageContext(pub Page);

impl<S> FromRequestParts<S> for PageContext
where
    S: Send + Sync,
    Web: FromRef<S>,
    Pages: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let mut page = Pages::from_ref(state).page_of(parts);
        if let Some(cookies) = parts.extensions.get::<Cookies>() {
            if address::asked_language(&parts.uri).is_some() {
                remember(cookies, page.lang);
            }
            page.csrf = csrf_token(&Web::from_ref(state), cookies);
        }
        Ok(Self(page))
    }
}

/// The language to answer in.
fn language(uri: &Uri, remembered: impl FnOnce() -> Option<Lang>, accepted: Option<&HeaderValue>) -> Lang {
    let accepted = || Lang::negotiate(accepted?.to_str().ok()?);
    address::asked_language(uri).or_else(remembered).or_else(accepted).unwrap_or_default()
}

/// Remembers the language for the visits to come.
pub fn remember(cookies: &Cookies, lang: Lang) {
    let cookie = Cookie::build((COOKIE, lang.tag()))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::days(COOKIE_DAYS));
    cookies.add(cookie.build());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_outranks_the_browser() {
        let accepted = HeaderValue::from_static("zh-CN");
        let none = || None;
        assert_eq!(language(&Uri::from_static("/?lang=en"), none, Some(&accepted)), Lang::En);
        assert_eq!(language(&Uri::from_static("/"), || Some(Lang::En), Some(&accepted)), Lang::En);
        assert_eq!(language(&Uri::from_static("/"), none, Some(&accepted)), Lang::Zh);
        assert_eq!(language(&Uri::from_static("/"), none, None), Lang::Zh);
    }
}
