//! The probe's browser: keeps the cookies of one host, follows redirects within it, and nothing else.

use std::collections::BTreeMap;
use std::path::PathBuf;

use http::header::{ACCEPT, COOKIE, LOCATION, ORIGIN, SET_COOKIE, USER_AGENT};
use http::{HeaderMap, StatusCode};
use reqwest::{Client, RequestBuilder, Response};
use shared::http::client;

use super::super::failure::{Exit, Failure};
use super::unwritable;

/// More redirects than any sign-in needs.
const MOST_HOPS: usize = 10;

/// No page of ours is larger.
const MOST: usize = 1 << 20;

/// The cookie by which a browser is known to an account.
const KNOWN_BROWSER: &str = "__Host-pp_device";

/// Where a way through the passport ended.
pub(super) enum End {
    /// At a page of it.
    Page { path: String, status: StatusCode, html: String },
    /// At an address elsewhere.
    Elsewhere(String),
}

/// A browser. Errors are sentences that hold nothing of what was sent or answered.
pub(super) struct Browser {
    http: Client,
    origin: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(super) fn new(http: Client, origin: &str, kept: Option<&Kept>) -> Self {
        let known = kept.and_then(|kept| kept.token.clone()).map(|token| (KNOWN_BROWSER.to_owned(), token));
        Self { http, origin: origin.to_owned(), cookies: known.into_iter().collect() }
    }

    /// The client, for calls that a site makes.
    pub(super) fn http(&self) -> &Client {
        &self.http
    }

    /// Opens an address of the passport and follows where it leads.
    pub(super) async fn open(&mut self, address: &str) -> Result<End, String> {
        let request = self.http.get(address);
        self.follow(address.to_owned(), request).await
    }

    /// Sends a form to a path of the passport and follows where it leads.
    pub(super) async fn send(&mut self, path: &str, fields: &[(String, String)]) -> Result<End, String> {
        let address = format!("{}{path}", self.origin);
        let request = self.http.post(&address).header(ORIGIN, &self.origin).form(fields);
        self.follow(address, request).await
    }

    async fn follow(&mut self, mut address: String, mut request: RequestBuilder) -> Result<End, String> {
        for _ in 0..MOST_HOPS {
            let answer = request.header(ACCEPT, "text/html").header(USER_AGENT, "passport-probe");
            let answer = answer.header(COOKIE, self.cookie_line()).send().await.map_err(|error| unanswered(&error))?;
            self.keep(answer.headers());
            if !answer.status().is_redirection() {
                return page(&address, answer).await;
            }
            let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let location = location.ok_or("a redirect leads nowhere")?;
            let next = url::Url::parse(&address).and_then(|base| base.join(location));
            let next = next.map_err(|_| "a redirect leads to no address")?;
            if next.origin().ascii_serialization() != self.origin {
                return Ok(End::Elsewhere(next.into()));
            }
            address = next.into();
            request = self.http.get(&address);
        }
        Err(format!("it is sent on more than {MOST_HOPS} times"))
    }

    fn cookie_line(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

async fn page(address: &str, answer: Response) -> Result<End, String> {
    let path = url::Url::parse(address).map(|url| url.path().to_owned()).unwrap_or_default();
    let status = answer.status();
    let body = client::body(answer, MOST).await.map_err(|_| format!("the page {path} could not be read"))?;
    Ok(End::Page { path, status, html: String::from_utf8_lossy(&body).into_owned() })
}

/// Why there was no answer: the innermost cause says most, and never holds what was asked.
pub(super) fn unanswered(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer came in time".to_owned();
    }
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    format!("no answer: {inner}")
}

/// The token by which the account knows the probe's browser, in a file that only its owner may read.
pub(super) struct Kept {
    file: PathBuf,
    token: Option<String>,
}

impl Kept {
    pub(super) fn open(file: PathBuf) -> Result<Self, Failure> {
        match std::fs::read_to_string(&file) {
            Ok(token) => Ok(Self { file, token: Some(token.trim().to_owned()).filter(|token| !token.is_empty()) }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self { file, token: None }),
            Err(error) => Err(Failure::new(Exit::Failed, format!("{} cannot be read: {error}", file.display()))),
        }
    }

    /// Writes the token down that the browser has now, if it is another one.
    pub(super) fn write(&self, browser: &Browser) -> Result<(), Failure> {
        let Some(token) = browser.cookies.get(KNOWN_BROWSER) else { return Ok(()) };
        if self.token.as_ref() == Some(token) {
            return Ok(());
        }
        let written = write_private(&self.file, token);
        written.map_err(|error| unwritable(&self.file, &error))
    }
}

fn write_private(file: &std::path::Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).open(file)?.write_all(text.as_bytes())
}
