//! A browser without a screen: it keeps cookies, follows redirects, fills forms, and refuses what a real one
//! refuses; and it takes no page whose HTML is at fault. The programs are routers in the same process.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{
    ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HOST, HeaderName, HeaderValue, ORIGIN, REFERER, SET_COOKIE,
    USER_AGENT,
};
use axum::http::{Method, Request};
use http_body_util::BodyExt;
use tower::ServiceExt;
use url::Url;

use super::{Answer, CookieJar, Form};

/// More redirects than this are a circle.
const MOST_REDIRECTS: usize = 15;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// A person's browser. Clone it for a second one with the same cookies.
#[derive(Debug, Clone)]
pub struct Browser {
    programs: HashMap<String, Router>,
    language: HeaderValue,
    user_agent: Option<HeaderValue>,
    address: IpAddr,
    /// Its cookies.
    pub cookies: CookieJar,
}

/// Who leads the browser somewhere: nobody (the address bar), or a page.
#[derive(Debug, Clone)]
struct Initiator {
    origin: Option<url::Origin>,
    /// What the page lets be known of itself where it leads.
    referer: Option<String>,
    /// Where a page lets its forms lead.
    form_action: Option<String>,
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}

impl Browser {
    /// A browser that speaks Chinese, and knows no program yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            programs: HashMap::new(),
            language: HeaderValue::from_static("zh-CN,zh;q=0.9"),
            user_agent: None,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            cookies: CookieJar::default(),
        }
    }

    /// Lets a router answer for the origin of `base`: `https://passport.localhost:8443`.
    #[must_use]
    pub fn program(mut self, base: &str, router: Router) -> Self {
        self.restart(base, router);
        self
    }

    /// [`program`](Self::program) for a browser in use: the program was restarted.
    pub fn restart(&mut self, base: &str, router: Router) {
        self.programs.insert(parse(base).origin().ascii_serialization(), router);
    }

    /// The `Accept-Language` it sends.
    #[must_use]
    pub fn language(mut self, accept_language: &str) -> Self {
        self.language = HeaderValue::try_from(accept_language).expect("a header value");
        self
    }

    /// The `User-Agent` it sends; without one it sends none.
    #[must_use]
    pub fn user_agent(mut self, text: &str) -> Self {
        self.user_agent = Some(HeaderValue::try_from(text).expect("a header value"));
        self
    }

    /// The address it connects from.
    #[must_use]
    pub fn from_address(mut self, address: IpAddr) -> Self {
        self.address = address;
        self
    }

    /// Opens an address that the person typed, and follows redirects.
    pub async fn open(&mut self, url: &str) -> Answer {
        let nobody = Initiator { origin: None, referer: None, form_action: None };
        self.navigate(Method::GET, parse(url), None, &nobody).await
    }

    /// Follows a link of a page, and redirects.
    pub async fn click(&mut self, page: &Answer, href: &str) -> Answer {
        let url = page.url.join(href).expect("a link is a URL");
        let from = Initiator { origin: Some(page.url.origin()), referer: referer(page, href), form_action: None };
        self.navigate(Method::GET, url, None, &from).await
    }

    /// Sends a form off, and follows redirects.
    pub async fn submit(&mut self, form: Form) -> Answer {
        let (origin, form_action) = (Some(form.page.origin()), form.form_action.clone());
        let from = Initiator { origin, referer: None, form_action };
        let encoded = form.encoded();
        if form.post {
            return self.navigate(Method::POST, form.action, Some(encoded), &from).await;
        }
        let mut url = form.action;
        url.set_query(Some(&encoded));
        self.navigate(Method::GET, url, None, &from).await
    }

    /// One exchange with cookies and without redirects: for requests that no page leads to. The URI is whole.
    ///
    /// # Panics
    /// When no program answers for the address.
    pub async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let url = parse(&request.uri().to_string());
        if let Some(cookies) = self.cookies.header(&url, false, true) {
            request.headers_mut().entry(COOKIE).or_insert(HeaderValue::try_from(cookies).expect("a header value"));
        }
        self.exchange(url, request).await
    }

    async fn navigate(&mut self, method: Method, url: Url, body: Option<String>, from: &Initiator) -> Answer {
        let mut way = vec![url];
        let mut answer = self.step(&method, &way, body, from).await;
        while answer.status.is_redirection() {
            let next = answer.location().expect("a redirect says where to");
            assert!(way.len() <= MOST_REDIRECTS, "redirected in a circle: {way:?}");
            assert!(!matches!(answer.status.as_u16(), 307 | 308), "a redirect with 307 sends passwords on: {way:?}");
            from.must_allow(&next);
            way.push(next);
            answer = self.step(&Method::GET, &way, None, from).await;
        }
        answer.way = way;
        answer
    }

    /// One request: for the last address of the way so far.
    async fn step(&mut self, method: &Method, way: &[Url], body: Option<String>, from: &Initiator) -> Answer {
        let url = way.last().expect("a way leads somewhere");
        from.must_allow(url);
        let cross_site = from.origin.as_ref().is_some_and(|origin| !same_site(origin, url));
        let mut request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
            .header(ACCEPT_LANGUAGE, &self.language)
            .header(SEC_FETCH_SITE, from.site(way))
            .header(SEC_FETCH_MODE, "navigate")
            .header(SEC_FETCH_DEST, "document");
        if let Some(cookies) = self.cookies.header(url, cross_site, method.is_safe()) {
            request = request.header(COOKIE, cookies);
        }
        if let Some(referer) = &from.referer {
            request = request.header(REFERER, referer);
        }
        if let (&Method::POST, Some(origin)) = (method, &from.origin) {
            request = request.header(ORIGIN, origin.ascii_serialization());
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = request.body(body.map_or_else(Body::empty, Body::from)).expect("a request");
        self.exchange(url.clone(), request).await
    }

    async fn exchange(&mut self, url: Url, mut request: Request<Body>) -> Answer {
        let origin = url.origin().ascii_serialization();
        let program = self.programs.get(&origin).unwrap_or_else(|| panic!("no program answers for {url}"));
        let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
        request.headers_mut().insert(HOST, HeaderValue::try_from(authority).expect("a host"));
        if let Some(text) = &self.user_agent {
            request.headers_mut().insert(USER_AGENT, text.clone());
        }
        let path = url[url::Position::BeforePath..url::Position::AfterQuery].parse().expect("a path");
        *request.uri_mut() = path;
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(self.address, 50_000)));

        let response = program.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(SET_COOKIE) {
            self.cookies.take(&url, cookie.to_str().expect("a cookie is ASCII"));
        }
        let body = body.collect().await.expect("the body is whole").to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        let answer = Answer { way: vec![url.clone()], url, status: parts.status, headers: parts.headers, text };
        answer.must_be_well_formed();
        answer
    }
}

impl Initiator {
    /// What the browser says of the way: who started it still counts after redirects, and once it led elsewhere it stays of
    /// another site (Fetch Metadata §2.3).
    fn site(&self, way: &[Url]) -> &'static str {
        match &self.origin {
            None => "none",
            Some(origin) if way.iter().all(|url| *origin == url.origin()) => "same-origin",
            Some(origin) if way.iter().all(|url| same_site(origin, url)) => "same-site",
            Some(_) => "cross-site",
        }
    }

    /// Browsers hold the whole way of a form, redirects included, to the page's `form-action`.
    fn must_allow(&self, url: &Url) {
        let (Some(allowed), Some(origin)) = (&self.form_action, &self.origin) else {
            return;
        };
        let listed = allowed.split_ascii_whitespace().any(|source| match source {
            "'self'" => *origin == url.origin(),
            "*" => true,
            scheme if scheme.ends_with(':') => scheme.trim_end_matches(':') == url.scheme(),
            source => Url::parse(source).is_ok_and(|source| source.origin() == url.origin()),
        });
        assert!(listed, "a browser stops this form on its way to {url}: form-action{allowed}");
    }
}

/// What is sent along of the page on which that link stands: nothing where the page says so, unless the link says more.
fn referer(page: &Answer, href: &str) -> Option<String> {
    let told_by_link = page.attributes("a[referrerpolicy=origin]", "href").iter().any(|known| known == href);
    let kept_back = page.header("referrer-policy") == Some("no-referrer") && !told_by_link;
    (!kept_back).then(|| format!("{}/", page.url.origin().ascii_serialization()))
}

/// Hosts below `localhost` are sites of their own, as those of different exams are.
fn same_site(origin: &url::Origin, url: &Url) -> bool {
    match (origin, url.origin()) {
        (url::Origin::Tuple(scheme, host, _), url::Origin::Tuple(other_scheme, other_host, _)) => {
            *scheme == other_scheme && *host == other_host
        }
        _ => false,
    }
}

fn parse(url: &str) -> Url {
    Url::parse(url).unwrap_or_else(|error| panic!("`{url}` is no URL: {error}"))
}
