//! One visit of a page: who comes, from where, and the frame of the answer.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt as _;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::http::{Caller, ClientAddr};
use shared::i18n::Lang;
use shared::page::{FormErrors, Link, Page, SignedIn};
use shared::secret::sha256;
use tower_cookies::Cookies;

use super::model::AccountId;
use super::sessions::holds;
use super::view::Notice;
use super::{Accounts, CurrentSession, Session, Stop, Trouble, Way, store};
use crate::limits::AddressBlock;
use crate::web::error_page::{Explanation, Tone, explain};
use crate::web::form::{csrf_token, sends_cookies};
use crate::web::{Draft, PageContext, Pages, ReturnTo, Web, draft, paths, return_to};

/// What the address of a form may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FormQuery {
    /// The way that the form is on.
    #[serde(rename = "continue")]
    pub way: Option<String>,
    /// The notice of the redirect that led here.
    pub notice: Option<String>,
    /// The id of the draft to show.
    pub draft: Option<String>,
    /// Set when the form came without a cookie: the cookies given with that answer must have come back.
    cookies: Option<String>,
}

/// What every page has that shows a form to a signed-in person.
pub struct Frame {
    /// What became of the form.
    pub status: StatusCode,
    /// When a form that came too often may come again.
    pub headers: HeaderMap,
    /// The page, with the person's name.
    pub page: Page,
    /// What is to be mended.
    pub errors: FormErrors,
    /// What is to be told beside that.
    pub notice: Option<Notice>,
    /// When it is drawn.
    pub now: Timestamp,
}

/// What every page of accounts wants to know of its request.
pub struct Visit {
    /// The frame of the page.
    pub page: Page,
    /// The browser's cookies.
    pub cookies: Cookies,
    /// The block of addresses that the request comes from.
    pub address: AddressBlock,
    /// The same with the device, for records.
    pub caller: Caller,
    /// Whether the browser sent the cookie of our forms.
    sends_cookies: bool,
    /// The session, as far as it could be found out.
    session: CurrentSession,
}

impl<S> FromRequestParts<S> for Visit
where
    S: Send + Sync,
    Web: FromRef<S>,
    Pages: FromRef<S>,
    Accounts: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let PageContext(mut page) = PageContext::from_request_parts(parts, state).await?;
        let cookies = parts.extensions.get::<Cookies>().cloned().unwrap_or_default();
        let address = AddressBlock::of(ClientAddr::of(&parts.extensions).0);
        let session = CurrentSession::from_request_parts(parts, state).await?;
        if let Ok(Some(session)) = &session.0 {
            page.holds = Some(holds::told(&page, &session.term, Accounts::from_ref(state).parts().clock.now()));
        }
        // The cookie stays behind when a session is ended from elsewhere: here it is known that there is nothing to leave.
        if let Ok(None) = &session.0 {
            page.way_out = None;
        }
        let caller = Caller::of(parts);
        Ok(Self { page, cookies, address, caller, sends_cookies: sends_cookies(&parts.headers), session })
    }
}

impl Visit {
    /// The session of this browser, if it has one; to be asked once, as it leaves the visit.
    ///
    /// # Errors
    /// The database could not be asked.
    pub fn take_session(&mut self) -> Result<Option<Session>, Trouble> {
        std::mem::replace(&mut self.session.0, Ok(None)).map_err(Trouble::from)
    }

    /// The browser, by its form cookie: what it began is taken up by no other.
    pub fn browser(&self, web: &Web) -> [u8; 32] {
        sha256(csrf_token(web, &self.cookies).as_bytes())
    }

    /// The page for a browser that refuses cookies, with which nobody can be signed in, and `None` for any other. Its
    /// button leads to the form at `path` again.
    pub fn cookies_refused(&self, query: &FormQuery, link: String) -> Option<Response> {
        if query.cookies.is_none() || self.sends_cookies {
            return None;
        }
        let page = &self.page;
        let told = Explanation {
            tone: Tone::Trouble,
            title: page.t("accounts-cookies-title"),
            lead: page.t("accounts-cookies-lead"),
            steps: vec![page.t("accounts-cookies-allow"), page.t("accounts-cookies-again")],
            way: Link::new(link, page.t("accounts-cookies-button")),
            other: None,
        };
        Some(explain(page.clone(), StatusCode::UNPROCESSABLE_ENTITY, told))
    }
}

impl Accounts {
    /// What an account's owner signs in with, and what they are called.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn names(&self, account: AccountId) -> Result<(Option<String>, Option<String>), Trouble> {
        let claims = self.parts().db.read(move |tx| async move { store::claims(tx, account).await }.boxed()).await?;
        Ok(claims.map_or((None, None), |claims| (claims.email.or(claims.phone), claims.display_name)))
    }

    /// The frame for a signed-in person: with their name and the way out.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn greet(&self, page: &mut Page, account: AccountId) -> Result<(), Trouble> {
        let claims = self.parts().db.read(move |tx| async move { store::claims(tx, account).await }.boxed()).await?;
        page.signed_in = Some(SignedIn {
            name: claims.and_then(|claims| claims.display_name).unwrap_or_default(),
            sign_out: paths::SIGN_OUT.to_owned(),
        });
        Ok(())
    }

    /// The session of a visit, or the way to the sign-in page and from there back to `path`.
    ///
    /// # Errors
    /// That way; the database could not be asked.
    pub fn signed_in(&self, visit: &mut Visit, path: &str) -> Result<Session, Stop> {
        visit.take_session()?.ok_or_else(|| Stop::First(self.way_to_sign_in(path, "sign-in-first")))
    }

    /// The way to the sign-in page for who was away for too long, and from there back to `path`.
    pub fn away(&self, path: &str) -> Stop {
        Stop::First(self.way_to_sign_in(path, "away"))
    }

    /// What every page has that shows a form to a signed-in person.
    ///
    /// # Errors
    /// The database could not be asked.
    pub async fn frame<F>(&self, visit: Visit, session: &Session, draft: &Draft<F>) -> Result<Frame, Trouble> {
        let now = self.parts().clock.now();
        let (status, headers) = draft.head(now);
        let errors = draft.flaws.shown(&visit.page, now);
        let mut page = visit.page.with_errors(&errors);
        self.greet(&mut page, session.account).await?;
        let notice = Notice::of_draft(&page, draft);
        Ok(Frame { status, headers, page, errors, notice, now })
    }

    /// Answers a form of the page at `path` with a redirect to that page, which then shows the draft. `None` if it is
    /// too large to be kept.
    pub fn send_back<F: Serialize>(
        &self,
        visit: &Visit,
        way: &Way,
        path: &'static str,
        draft: &Draft<F>,
    ) -> Option<Response> {
        let id = self.parts().web.keep_draft(&visit.cookies, path, draft)?;
        let mut location = way.link_with(path, draft::FIELD, &id);
        if !visit.sends_cookies {
            location.push_str("&cookies=asked");
        }
        Some(Redirect::to(&location).into_response())
    }

    /// Answers a form of the page at `path` with the same form in another language: what a browser without script does
    /// when the language is changed. One that is too large to be kept is begun anew.
    pub fn in_language<F: Serialize>(
        &self,
        lang: Lang,
        visit: &Visit,
        way: &Way,
        path: &'static str,
        draft: &Draft<F>,
    ) -> Response {
        let id = self.parts().web.keep_draft(&visit.cookies, path, draft).unwrap_or_default();
        let location = way.link_with(path, draft::FIELD, &id);
        Redirect::to(&format!("{location}&lang={}", lang.tag())).into_response()
    }

    /// The address of the form at `path`, where what was typed waits until somebody has signed in: for who took so long that
    /// the session was over, or not fresh any more.
    pub fn waiting<F: Serialize>(&self, visit: &Visit, path: &'static str, draft: &Draft<F>) -> String {
        self.waiting_at(visit, (path, path), draft)
    }

    /// The same for a form whose address says more than its path.
    pub fn waiting_at<F: Serialize>(&self, visit: &Visit, (path, address): (&str, &str), draft: &Draft<F>) -> String {
        let Some(id) = self.parts().web.keep_draft(&visit.cookies, path, draft) else { return address.to_owned() };
        let follows = if address.contains('?') { '&' } else { '?' };
        format!("{address}{follows}{}={id}", draft::FIELD)
    }

    /// The draft that the address of the page at `path` names, if this browser has it.
    pub fn draft<F: DeserializeOwned>(&self, visit: &Visit, path: &str, query: &FormQuery) -> Option<Draft<F>> {
        self.parts().web.draft(&visit.cookies, path, query.draft.as_deref())
    }

    /// To the sign-in page, and from there back to `path`; `notice` says why.
    pub fn ask_to_sign_in(&self, path: &str, notice: &str) -> Response {
        Redirect::to(&self.way_to_sign_in(path, notice)).into_response()
    }

    fn way_to_sign_in(&self, path: &str, notice: &str) -> String {
        let parts = self.parts();
        let sealed = parts.web.return_to().seal(&ReturnTo::local(path, parts.clock.now()));
        let link = return_to::link(paths::SIGN_IN, Some(&sealed));
        format!("{link}&notice={notice}")
    }
}
