//! Posted forms with a file: read strictly, and only from our own pages, as [`Posted`](super::Posted) reads the others.
//!
//! A file that is too large is not an error here: it is read to its end and thrown away, so that the browser hears an
//! answer, and the page can say it in a sentence beside the field.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest as _, Request};
use futures_util::StreamExt as _;
use http::{HeaderMap, StatusCode};

use super::Web;
use super::form::{CSRF_FIELD, FIELDS, FormRejection, is_foreign, is_fresh, is_of_type, sent_secret};

/// The longest value of a field beside the file, in bytes.
const LONGEST: usize = 4 << 10;

/// The file of a form.
#[derive(Clone, PartialEq, Eq)]
pub enum Sent {
    /// None was chosen.
    Nothing,
    /// All of it.
    File(Vec<u8>),
    /// It is larger than it may be.
    TooLarge,
}

/// A form with a file, sent by a page of ours.
pub struct Uploaded {
    /// The file.
    pub sent: Sent,
    /// Whether the form comes from this browser. If not, nothing may be done but to show it again.
    pub fresh: bool,
}

/// Reads a form of which the field `name` is a file of up to `most` bytes.
///
/// # Errors
/// The form is none, or none of ours; see [`FormRejection`].
pub async fn read(request: Request, web: &Web, (name, most): (&str, usize)) -> Result<Uploaded, FormRejection> {
    if !is_multipart(request.headers()) {
        return Err(FormRejection::ContentType);
    }
    if is_foreign(request.headers(), &web.origin) {
        return Err(FormRejection::Foreign);
    }
    let secret = sent_secret(request.headers());
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| FormRejection::ContentType)?;
    let (mut sent, mut csrf) = (Sent::Nothing, None);
    let mut names: Vec<String> = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        let known = field.name().ok_or(FormRejection::Fields)?.to_owned();
        if names.contains(&known) {
            return Err(FormRejection::Repeated);
        }
        if names.len() == FIELDS {
            return Err(FormRejection::TooMany);
        }
        if known == name {
            sent = file(field, most).await?;
        } else {
            let value = text(field).await?;
            if known == CSRF_FIELD {
                csrf = Some(value);
            }
        }
        names.push(known);
    }
    let fresh = is_fresh(web, secret.as_deref(), csrf.as_deref());
    Ok(Uploaded { sent, fresh })
}

/// Reads what was sent and throws it away: a browser that is answered while it still sends shows no answer.
pub async fn discard(request: Request) {
    let mut body = request.into_body().into_data_stream();
    // What breaks off is as good as read.
    while let Some(Ok(_)) = body.next().await {}
}

/// Whether the body is declared a form with files (RFC 7578).
fn is_multipart(headers: &HeaderMap) -> bool {
    is_of_type(headers, "multipart/form-data")
}

fn broken(error: &MultipartError) -> FormRejection {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { FormRejection::TooLarge } else { FormRejection::Broken }
}

async fn file(mut field: Field<'_>, most: usize) -> Result<Sent, FormRejection> {
    let mut bytes = Vec::new();
    let mut large = false;
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        large = large || bytes.len() + chunk.len() > most;
        if large {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(match (large, bytes.is_empty()) {
        (true, _) => Sent::TooLarge,
        // Browsers send an empty one where none was chosen (HTML Standard, "constructing the entry list").
        (_, true) => Sent::Nothing,
        _ => Sent::File(bytes),
    })
}

async fn text(mut field: Field<'_>) -> Result<String, FormRejection> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        if bytes.len() + chunk.len() > LONGEST {
            return Err(FormRejection::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    let text = String::from_utf8(bytes).map_err(|_| FormRejection::NotText)?;
    if text.contains('\0') { Err(FormRejection::NotText) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::Body;
    use shared::clock::{FakeClock, Timestamp};
    use shared::entropy::SeededEntropy;
    use tower_cookies::Cookies;

    use super::*;
    use crate::web::form::csrf_token;
    use crate::web::seal::testing::PlainSealer;

    const KIND: &str = "multipart/form-data; boundary=xyz";

    fn web() -> Web {
        let clock = Arc::new(FakeClock::at(Timestamp::from_millis(0)));
        Web::new("https://passport.test", Arc::new(PlainSealer), clock, Arc::new(SeededEntropy::new(1)))
    }

    fn part(name: &str, content: &str) -> String {
        format!("--xyz\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
    }

    fn photo(content: &str) -> String {
        let file = "content-disposition: form-data; name=\"photo\"; filename=\"../../a.jpg\"";
        format!("--xyz\r\n{file}\r\ncontent-type: text/html\r\n\r\n{content}\r\n")
    }

    async fn post(body: String, headers: &[(&str, &str)]) -> Result<Uploaded, FormRejection> {
        let mut request = http::Request::post("/x");
        if headers.iter().all(|(name, _)| *name != "content-type") {
            request = request.header("content-type", KIND);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.body(Body::from(body)).expect("a request"), &web(), ("photo", 8)).await
    }

    fn end(parts: &[String]) -> String {
        format!("{}--xyz--\r\n", parts.concat())
    }

    #[tokio::test]
    async fn a_file_comes_whole_or_is_told_as_too_large() {
        for (content, sent) in
            [("12345678", Sent::File(b"12345678".to_vec())), ("123456789", Sent::TooLarge), ("", Sent::Nothing)]
        {
            let uploaded = post(end(&[photo(content), part("t", "x")]), &[]).await.expect("a form");
            assert!(uploaded.sent == sent && !uploaded.fresh, "{content}");
        }
        assert!(post(end(&[part("t", "x")]), &[]).await.expect("a form").sent == Sent::Nothing);
    }

    #[tokio::test]
    async fn its_token_must_be_that_of_the_browser_wherever_it_stands() {
        let (web, cookies) = (web(), Cookies::default());
        let token = csrf_token(&web, &cookies);
        let cookie = cookies.list().first().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).expect("one");
        for (sent, fresh) in [(token.as_str(), true), ("other", false)] {
            for parts in [[part("csrf", sent), photo("a")], [photo("a"), part("csrf", sent)]] {
                let uploaded = post(end(&parts), &[("cookie", &cookie)]).await.expect("a form");
                assert_eq!(uploaded.fresh, fresh, "{sent}");
            }
        }
    }

    #[tokio::test]
    async fn what_is_no_such_form_is_refused() {
        let whole = end(&[photo("a")]);
        for (body, headers, rejection) in [
            (whole.clone(), vec![("content-type", "application/x-www-form-urlencoded")], FormRejection::ContentType),
            (whole.clone(), vec![("content-type", "multipart/form-data")], FormRejection::ContentType),
            (whole.clone(), vec![("origin", "https://evil.example")], FormRejection::Foreign),
            (whole[..whole.len() - 9].to_owned(), vec![], FormRejection::Broken),
            ("nonsense".to_owned(), vec![], FormRejection::Broken),
            (end(&[photo("a"), photo("b")]), vec![], FormRejection::Repeated),
            (end(&[part("t", "a\0b")]), vec![], FormRejection::NotText),
            (end(&[part("t", &"x".repeat(LONGEST + 1))]), vec![], FormRejection::TooLarge),
            (
                end(&(0..=FIELDS).map(|n| part(&format!("f{n}"), "")).collect::<Vec<_>>()),
                vec![],
                FormRejection::TooMany,
            ),
            ("--xyz\r\ncontent-disposition: form-data\r\n\r\na\r\n--xyz--".to_owned(), vec![], FormRejection::Fields),
        ] {
            assert_eq!(post(body.clone(), &headers).await.err(), Some(rejection), "{body}");
        }
    }
}
