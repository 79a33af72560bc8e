//! The frame of every page, made from a request: language, navigation, form token.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use http::{HeaderValue, Uri, header};
use shared::http::{Asked, RequestId};
use shared::i18n::{Catalogue, Lang};
use shared::page::{Accent, Link, NavItem, Page, SignedIn, Site};
use tower_cookies::Cookies;
use tower_cookies::cookie::time::Duration;
use tower_cookies::cookie::{Cookie, SameSite};

use super::form::csrf_token;
use super::{Web, paths};

const COOKIE: &str = "__Host-pp_lang";
const COOKIE_DAYS: i64 = 365;

/// What pages need beyond the request: the texts and the words of the operator. Cheap to clone.
#[derive(Clone)]
pub struct Pages {
    texts: Arc<Catalogue>,
    icp: Option<Arc<str>>,
}

impl Pages {
    /// Pages with those texts; `icp` is the filing number in the footer.
    pub fn new(texts: Arc<Catalogue>, icp: Option<&str>) -> Self {
        Self { texts, icp: icp.map(Arc::from) }
    }

    /// The texts, for what is not a page: a mail, a message.
    pub fn texts(&self) -> &Arc<Catalogue> {
        &self.texts
    }

    /// The frame of the page at that address, in that language, without a form token.
    pub fn page(&self, lang: Lang, uri: &Uri) -> Page {
        let text = |key| self.texts.text(lang, key);
        let site =
            Site { accent: Accent::Passport, name: text("web-brand"), tagline: None, home: paths::HOME.to_owned() };
        let mut page = Page::new(Arc::clone(&self.texts), lang, site);
        let at = uri.path();
        page.nav = vec![
            NavItem::new(paths::HOME, text("common-home"), at == paths::HOME),
            NavItem::new(paths::HELP, text("common-help"), at == paths::HELP),
        ];
        page.footer = vec![
            Link::new(paths::AGREEMENT, text("common-agreement")),
            Link::new(paths::PRIVACY, text("common-privacy")),
            Link::new(paths::ACCESSIBILITY, text("common-accessibility")),
            Link::new(paths::HELP, text("common-help")),
        ];
        page.other_lang_url = in_language(uri, lang.other());
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
        page
    }

    /// The same for a request that reached no handler.
    pub(super) fn page_asked(&self, asked: &Asked) -> Page {
        let remembered = || {
            let cookies = asked.cookie.as_ref()?.to_str().ok()?;
            Cookie::split_parse(cookies)
                .flatten()
                .find(|cookie| cookie.name() == COOKIE)
                .and_then(|c| Lang::parse(c.value()))
        };
        let lang = language(&asked.uri, remembered, asked.accept_language.as_ref());
        let mut page = self.page(lang, &asked.uri);
        page.request_id = asked.id.to_string();
        page
    }
}

/// The frame of the page that answers this request, with a form token. `?lang=` chooses the language and is
/// remembered; then comes the cookie, then `Accept-Language`, then Chinese.
pub struct PageContext(pub Page);

impl PageContext {
    /// The page for someone signed in under that name.
    #[must_use]
    pub fn signed_in(self, name: impl Into<String>) -> Page {
        let mut page = self.0;
        page.signed_in = Some(SignedIn { name: name.into(), sign_out: paths::SIGN_OUT.to_owned() });
        page
    }
}

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
            if asked(&parts.uri).is_some() {
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
    asked(uri).or_else(remembered).or_else(accepted).unwrap_or_default()
}

/// The language named in the address.
fn asked(uri: &Uri) -> Option<Lang> {
    form_urlencoded::parse(uri.query()?.as_bytes())
        .find(|(name, _)| name == "lang")
        .and_then(|(_, tag)| Lang::parse(&tag))
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

/// The same address with `lang` set to that language.
fn in_language(uri: &Uri, lang: Lang) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    query.extend_pairs(pairs.filter(|(name, _)| name != "lang"));
    query.append_pair("lang", lang.tag());
    format!("{}?{}", local_path(uri), query.finish())
}

/// The path, with slashes at its start made one: `//host` would lead to another site.
fn local_path(uri: &Uri) -> String {
    format!("/{}", uri.path().trim_start_matches('/'))
}

/// The address within this site.
pub(super) fn local_address(uri: &Uri) -> String {
    match uri.query() {
        Some(query) => format!("{}?{query}", local_path(uri)),
        None => local_path(uri),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_link_leads_to_the_same_page() {
        let uri = Uri::from_static("/sign-in?continue=a%26b&lang=zh-CN");
        assert_eq!(in_language(&uri, Lang::En), "/sign-in?continue=a%26b&lang=en");
    }

    #[test]
    fn the_language_link_never_leaves_the_site() {
        let uri = Uri::from_static("//evil.example/x");
        assert!(in_language(&uri, Lang::En).starts_with("/evil.example"));
    }

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
