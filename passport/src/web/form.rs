//! Posted forms: read strictly, and only from our own pages.
//!
//! A browser gets a random value in a cookie; every form of ours carries a keyed hash of it. The pair belongs to
//! the browser and not to a session, so that a form opened before signing in elsewhere, or kept open while a
//! session ended, still works. Where the pair does not fit (cookies cleared, refused), [`Posted::fresh`] is
//! false and the handler shows its form again, filled in, instead of losing what was typed.

use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, Request};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::entropy::token;
use shared::i18n::Lang;
use shared::secret::constant_time_eq;
use tower_cookies::Cookies;
use tower_cookies::cookie::{Cookie, SameSite};

use super::{Fault, KeyUse, Web};

/// The hidden field that every form carries.
pub const CSRF_FIELD: &str = "csrf";

/// The field of the button that changes the language, where no script runs.
const LANGUAGE_FIELD: &str = "lang";

const COOKIE: &str = "__Host-pp_form";
const PURPOSE: KeyUse = KeyUse::Csrf;

/// More than any form of ours has. Each name is compared with all before it: thousands of them would keep a thread
/// busy.
pub(super) const FIELDS: usize = 64;

/// The value of the hidden field for this browser, whose cookie is made if it has none yet.
pub fn csrf_token(web: &Web, cookies: &Cookies) -> String {
    let secret = cookies.get(COOKIE).map(|cookie| cookie.value().to_owned()).unwrap_or_else(|| {
        let secret = token(&*web.entropy);
        cookies.add(
            Cookie::build((COOKIE, secret.clone()))
                .path("/")
                .secure(true)
                .http_only(true)
                .same_site(SameSite::Lax)
                .build(),
        );
        secret
    });
    URL_SAFE_NO_PAD.encode(web.sealer.mac(PURPOSE, secret.as_bytes()))
}

/// A form sent by a page of ours.
#[derive(Debug)]
pub struct Posted<T> {
    /// What was typed.
    pub form: T,
    /// Whether the form comes from this browser. If not, nothing may be done but to show it again.
    pub fresh: bool,
    /// Whether the browser sent the form cookie: without any cookie no sign-in can last.
    pub cookies_work: bool,
    /// The language to go on in: then the form comes back as it is, and nothing else is done.
    pub language: Option<Lang>,
}

/// A form of nothing but a button.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Button {}

/// Why a form was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormRejection {
    /// Not `application/x-www-form-urlencoded`.
    #[error("a form must be sent as application/x-www-form-urlencoded")]
    ContentType,
    /// Over the limit of the HTTP kit.
    #[error("the form is too large")]
    TooLarge,
    /// The body broke off.
    #[error("the form did not arrive whole")]
    Broken,
    /// Not UTF-8, or with a NUL in it.
    #[error("the form holds bytes that are no text")]
    NotText,
    /// A field stands in it twice.
    #[error("a field of the form was sent twice")]
    Repeated,
    /// It has more fields than any form of ours.
    #[error("the form has too many fields")]
    TooMany,
    /// A field is missing or of another kind.
    #[error("a field of the form is missing or malformed")]
    Fields,
    /// Sent by a page of another site.
    #[error("the form was sent by another site")]
    Foreign,
}

impl FormRejection {
    /// The status it is answered with.
    pub fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for FormRejection {
    fn into_response(self) -> Response {
        Fault::from(self).into_response()
    }
}

impl<S, T> FromRequest<S> for Posted<T>
where
    S: Send + Sync,
    Web: FromRef<S>,
    T: DeserializeOwned,
{
    type Rejection = FormRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let web = Web::from_ref(state);
        if !is_form(request.headers()) {
            return Err(FormRejection::ContentType);
        }
        if is_foreign(request.headers(), &web.origin) {
            return Err(FormRejection::Foreign);
        }
        let secret = sent_secret(request.headers());
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                FormRejection::TooLarge
            } else {
                FormRejection::Broken
            }
        })?;
        let Ours { csrf: sent, language } = check_text(&body)?;
        let form = serde_urlencoded::from_bytes(&body).map_err(|_| FormRejection::Fields)?;
        let fresh = is_fresh(&web, secret.as_deref(), sent.as_deref());
        Ok(Self { form, fresh, cookies_work: secret.is_some(), language })
    }
}

/// Whether the browser sent the form cookie: if not after it was given one, it refuses cookies.
pub fn sends_cookies(headers: &HeaderMap) -> bool {
    sent_secret(headers).is_some()
}

/// Whether a form's token is that of the browser's cookie.
pub(super) fn is_fresh(web: &Web, secret: Option<&str>, sent: Option<&str>) -> bool {
    let (Some(secret), Some(sent)) = (secret, sent) else { return false };
    let expected = URL_SAFE_NO_PAD.encode(web.sealer.mac(PURPOSE, secret.as_bytes()));
    constant_time_eq(expected.as_bytes(), sent.as_bytes())
}

/// The secret that the browser sent, and not one that the page of this answer has just been given.
pub(super) fn sent_secret(headers: &HeaderMap) -> Option<String> {
    let sent = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut cookies = sent.flat_map(Cookie::split_parse).flatten();
    cookies.find(|cookie| cookie.name() == COOKIE).map(|cookie| cookie.value().to_owned())
}

/// Whether the body is declared a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    is_of_type(headers, "application/x-www-form-urlencoded")
}

/// Whether the body is declared to be of that media type, once; parameters of it are allowed.
pub(crate) fn is_of_type(headers: &HeaderMap, media_type: &str) -> bool {
    let mut declared = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(only), None) = (declared.next(), declared.next()) else { return false };
    let kind = only.to_str().ok().and_then(|value| value.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case(media_type))
}

/// Whether the browser says that another site sent this. `Origin: null` comes from private windows and
/// redirects too: the token decides about those.
pub(crate) fn is_foreign(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let other_site = text("sec-fetch-site").is_some_and(|site| matches!(site, "cross-site" | "same-site"));
    other_site || text("origin").is_some_and(|sent| sent != "null" && !sent.eq_ignore_ascii_case(origin))
}

/// The fields that any form may carry.
#[derive(Default)]
struct Ours {
    csrf: Option<String>,
    language: Option<Lang>,
}

/// Checks what serde would let pass, and finds the fields that are no form's own.
fn check_text(body: &[u8]) -> Result<Ours, FormRejection> {
    let mut names: Vec<String> = Vec::new();
    let mut ours = Ours::default();
    for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let name = decode(&pair[..at])?;
        let value = decode(pair.get(at + 1..).unwrap_or_default())?;
        if names.contains(&name) {
            return Err(FormRejection::Repeated);
        }
        if names.len() == FIELDS {
            return Err(FormRejection::TooMany);
        }
        match name.as_str() {
            CSRF_FIELD => ours.csrf = Some(value),
            LANGUAGE_FIELD => ours.language = Lang::parse(&value),
            _ => {}
        }
        names.push(name);
    }
    Ok(ours)
}

/// Percent-decoded text. The URL standard's decoder would replace broken UTF-8 silently.
pub(crate) fn decode(part: &[u8]) -> Result<String, FormRejection> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (rest.next().and_then(hex), rest.next().and_then(hex)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(FormRejection::NotText),
            },
            other => other,
        });
    }
    if bytes.contains(&0) {
        return Err(FormRejection::NotText);
    }
    String::from_utf8(bytes).map_err(|_| FormRejection::NotText)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::Body;
    use serde::Deserialize;
    use shared::clock::{FakeClock, Timestamp};
    use shared::entropy::SeededEntropy;

    use super::*;
    use crate::web::seal::testing::PlainSealer;

    #[derive(Debug, Deserialize)]
    struct Form {
        #[serde(default)]
        name: String,
    }

    fn web() -> Web {
        Web::new(
            "https://passport.test",
            Arc::new(PlainSealer),
            Arc::new(FakeClock::at(Timestamp::from_millis(0))),
            Arc::new(SeededEntropy::new(1)),
        )
    }

    fn request(body: impl Into<Body>, headers: &[(&str, &str)]) -> Request {
        let mut request =
            http::Request::post("/x").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(body.into()).expect("a request")
    }

    async fn post(body: impl Into<Body>, headers: &[(&str, &str)]) -> Result<Posted<Form>, FormRejection> {
        Posted::from_request(request(body, headers), &web()).await
    }

    #[tokio::test]
    async fn what_is_no_plain_form_is_refused() {
        assert_eq!(post(&b"name=%ff"[..], &[]).await.unwrap_err(), FormRejection::NotText);
        assert_eq!(post(&b"name=\xff"[..], &[]).await.unwrap_err(), FormRejection::NotText);
        assert_eq!(post("name=%00", &[]).await.unwrap_err(), FormRejection::NotText);
        assert_eq!(post("name=%2", &[]).await.unwrap_err(), FormRejection::NotText);
        assert_eq!(post("name=a&na%6De=b", &[]).await.unwrap_err(), FormRejection::Repeated);
        let flood: String = (0..=FIELDS).map(|n| format!("f{n}=&")).collect();
        assert_eq!(post(flood, &[]).await.unwrap_err(), FormRejection::TooMany);
    }

    #[tokio::test]
    async fn a_page_of_another_site_cannot_send_our_forms() {
        for headers in [[("origin", "https://evil.example")], [("sec-fetch-site", "cross-site")]] {
            assert_eq!(post("name=a", &headers).await.unwrap_err(), FormRejection::Foreign);
        }
        assert!(
            post("name=a", &[("origin", "https://passport.test"), ("sec-fetch-site", "same-origin")]).await.is_ok()
        );
    }

    #[tokio::test]
    async fn a_form_without_its_token_is_read_but_not_fresh() {
        let posted = post("name=%E6%9D%8E+%E5%8D%8E", &[]).await.expect("a form");
        assert_eq!(posted.form.name, "李 华");
        assert!(!posted.fresh && !posted.cookies_work);
    }
}
