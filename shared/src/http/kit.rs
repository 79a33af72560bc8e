//! What every request goes through, in one layer: id, client address, host check, body limit, time-out,
//! panics, security headers, access log, counters.
//!
//! It is one layer rather than eight because it stands in the hot path: one allocation for its future, no
//! cloned service, static header values.

use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;
use futures_util::FutureExt;
use tower::{Layer, Service};
use tracing::{Instrument as _, Span};

use crate::telemetry::{RequestMetrics, traces};

use super::asking::{Asking, peer};
use super::failure::{self, Asked, Failure, FailurePages, PlainPages};
use super::{CertificateSource, Network, RequestId, ServerSettings, headers, network};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is put around a program's routes. Built once, then [applied](Self::apply).
#[derive(Clone)]
pub struct Kit {
    hosts: Vec<String>,
    trusted_proxies: Vec<Network>,
    certificates: CertificateSource,
    body_limit: u64,
    request_timeout: Duration,
    uploads: Vec<Upload>,
    hsts: Option<HeaderValue>,
    pages: Arc<dyn FailurePages>,
    metrics: Option<Arc<RequestMetrics>>,
    access_log: Option<Arc<dyn AccessLog>>,
    follows_traces: bool,
}

/// An address that takes more than forms: a photo, over a slow network.
#[derive(Debug, Clone, Copy)]
pub struct Upload {
    /// Its path.
    pub path: &'static str,
    /// The largest body, in bytes.
    pub body_limit: u64,
    /// How long a request may take.
    pub request_timeout: Duration,
}

/// What the access log tells of a request: never its path or query, which may hold secrets.
#[derive(Debug, Clone, Copy)]
pub struct AccessLine<'a> {
    /// How it was asked.
    pub method: &'a Method,
    /// The template of the route, or `None` if none matched.
    pub route: Option<&'a str>,
    /// The status of the answer.
    pub status: u16,
    /// How long it took.
    pub took: Duration,
    /// Its id.
    pub id: RequestId,
}

/// Where lines of the access log go.
pub trait AccessLog: Send + Sync {
    /// Takes one line. Called once per request: must not block.
    fn record(&self, line: &AccessLine<'_>);
}

impl Kit {
    /// The kit as the settings say, with plain pages, without metrics and access log.
    #[must_use]
    pub fn new(settings: &ServerSettings) -> Self {
        Self {
            hosts: settings.hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            trusted_proxies: settings.trusted_proxies.clone(),
            certificates: CertificateSource::Nowhere,
            body_limit: settings.body_limit.bytes(),
            request_timeout: settings.request_timeout,
            uploads: Vec::new(),
            hsts: settings.hsts.and_then(headers::hsts),
            pages: Arc::new(PlainPages),
            metrics: None,
            access_log: None,
            follows_traces: false,
        }
    }

    /// Answers only for these hosts (with the port, unless it is the scheme's own), besides those of the
    /// settings. Without any, every host is answered.
    #[must_use]
    pub fn hosts<'h>(mut self, hosts: impl IntoIterator<Item = &'h str>) -> Self {
        self.hosts.extend(hosts.into_iter().map(str::to_ascii_lowercase));
        self
    }

    /// Lets larger bodies in at these addresses, and gives them longer.
    #[must_use]
    pub fn uploads(mut self, uploads: impl IntoIterator<Item = Upload>) -> Self {
        self.uploads.extend(uploads);
        self
    }

    /// The largest body at that address, and how long a request may take there.
    fn room(&self, path: &str) -> (u64, Duration) {
        let upload = self.uploads.iter().find(|upload| upload.path == path);
        upload.map_or((self.body_limit, self.request_timeout), |upload| (upload.body_limit, upload.request_timeout))
    }

    /// Tells handlers which certificate a client showed.
    #[must_use]
    pub fn certificates(mut self, source: CertificateSource) -> Self {
        self.certificates = source;
        self
    }

    /// Shows failures by these pages.
    #[must_use]
    pub fn pages(mut self, pages: impl FailurePages + 'static) -> Self {
        self.pages = Arc::new(pages);
        self
    }

    /// Counts requests here.
    #[must_use]
    pub fn metrics(mut self, metrics: Arc<RequestMetrics>) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// Logs each request here, or not.
    #[must_use]
    pub fn access_log(mut self, log: impl Into<Option<Arc<dyn AccessLog>>>) -> Self {
        self.access_log = log.into();
        self
    }

    /// Goes on with the traces that trusted proxies name.
    #[must_use]
    pub fn follow_traces(mut self, follow: bool) -> Self {
        self.follows_traces = follow;
        self
    }

    /// Puts the kit around all routes, and around the answer when none matches.
    pub fn apply(self, router: Router) -> Router {
        router.layer(KitLayer(Arc::new(self)))
    }

    /// The name that a request is for must be one of ours (RFC 9110 §7.4), so that nothing can be tricked
    /// into building a link from it. HTTP/2 carries it in the URI.
    fn host_is_ours(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        if self.hosts.is_empty() {
            return true;
        }
        let mut named = headers.get_all(HOST).iter().map(HeaderValue::as_bytes);
        let (first, second) = (named.next(), named.next());
        let authority = uri.authority().map(|authority| authority.as_str().as_bytes());
        let host = match (authority, first) {
            (Some(authority), Some(host)) if !authority.eq_ignore_ascii_case(host) => return false,
            (Some(host), _) | (None, Some(host)) => host,
            (None, None) => return false,
        };
        second.is_none() && self.hosts.iter().any(|ours| ours.as_bytes().eq_ignore_ascii_case(host))
    }

    /// Why the request must not reach a handler, if so.
    fn refusal(&self, request: &Request) -> Option<Failure> {
        if !self.host_is_ours(request.uri(), request.headers()) {
            return Some(Failure::WrongHost);
        }
        let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        let (limit, _) = self.room(request.uri().path());
        length.is_some_and(|length| length > limit).then_some(Failure::TooLarge)
    }

    fn is_proxy(&self, peer: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(peer))
    }

    /// The span of that request, where there are traces.
    fn span(&self, request: &Request, id: RequestId) -> Span {
        let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        let span = traces::request(request.method(), route, id);
        if self.follows_traces && peer(request.extensions()).is_some_and(|peer| self.is_proxy(peer)) {
            traces::follow(&span, request.headers());
        }
        span
    }

    /// Tells the handler who asks, and stops a body of unknown length at the limit.
    fn prepare(&self, request: Request, id: RequestId) -> Request {
        let (mut parts, body) = request.into_parts();
        let peer = peer(&parts.extensions).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let client = network::client_address(peer, &parts.headers, &self.trusted_proxies);
        if self.certificates != CertificateSource::Nowhere {
            let from_proxy = self.is_proxy(peer);
            if let Some(shown) = self.certificates.of(&parts.extensions, &parts.headers, from_proxy) {
                parts.extensions.insert(shown);
            }
        }
        parts.extensions.insert(Asking { id, client });
        let (limit, _) = self.room(parts.uri.path());
        let body = match body.size_hint().upper() {
            Some(most) if most <= limit => body,
            _ => Body::new(http_body_util::Limited::new(body, usize::try_from(limit).unwrap_or(usize::MAX))),
        };
        Request::from_parts(parts, body)
    }

    /// The answer of the handler, or the page of what kept it from giving one.
    async fn answer<F>(&self, handler: Result<F, Failure>, asked: &Asked) -> Response
    where
        F: Future<Output = Result<Response, Infallible>>,
    {
        let failure = match handler {
            Err(failure) => failure,
            Ok(handler) => {
                let (_, timeout) = self.room(asked.uri.path());
                match tokio::time::timeout(timeout, AssertUnwindSafe(handler).catch_unwind()).await {
                    Ok(Ok(Ok(response))) => return self.with_page(response, asked),
                    Ok(Err(_)) => Failure::Panicked,
                    Err(_) => Failure::TimedOut,
                }
            }
        };
        failure::answer(&*self.pages, failure, asked)
    }

    /// The routers' own answers are bare; they get a page.
    fn with_page(&self, response: Response, asked: &Asked) -> Response {
        let failure = match response.status() {
            StatusCode::NOT_FOUND => Failure::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Failure::MethodNotAllowed,
            _ => return response,
        };
        if response.headers().contains_key(CONTENT_TYPE) {
            return response;
        }
        // `Allow` is added further out, by the router.
        failure::answer(&*self.pages, failure, asked)
    }

    fn finish(&self, response: &mut Response, line: &AccessLine<'_>) {
        headers::complete(response.headers_mut(), self.hsts.as_ref());
        response.headers_mut().insert(X_REQUEST_ID, line.id.header());
        if let Some(metrics) = &self.metrics {
            metrics.record(line.route, line.status, line.took);
        }
        if let Some(log) = &self.access_log {
            log.record(line);
        }
    }
}

impl std::fmt::Debug for Kit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kit").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

/// The kit as a layer, for use below a router.
#[derive(Debug, Clone)]
pub struct KitLayer(Arc<Kit>);

impl<S> Layer<S> for KitLayer {
    type Service = KitService<S>;

    fn layer(&self, inner: S) -> KitService<S> {
        KitService { kit: Arc::clone(&self.0), inner }
    }
}

/// A service with the kit around it.
#[derive(Debug, Clone)]
pub struct KitService<S> {
    kit: Arc<Kit>,
    inner: S,
}

impl<S> Service<Request> for KitService<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    #[expect(clippy::disallowed_methods, reason = "measures how long the request takes")]
    fn call(&mut self, request: Request) -> Self::Future {
        let began = Instant::now();
        let kit = Arc::clone(&self.kit);
        let asked = Asked::of(&request, RequestId::next());
        let route = request.extensions().get::<MatchedPath>().cloned();
        let span = kit.span(&request, asked.id);
        let handler = match kit.refusal(&request) {
            Some(failure) => Err(failure),
            None => Ok(self.inner.call(kit.prepare(request, asked.id))),
        };
        Box::pin(async move {
            let mut response = kit.answer(handler, &asked).instrument(span.clone()).await;
            traces::answered(&span, response.status().as_u16());
            let line = AccessLine {
                method: &asked.method,
                route: route.as_ref().map(MatchedPath::as_str),
                status: response.status().as_u16(),
                took: began.elapsed(),
                id: asked.id,
            };
            kit.finish(&mut response, &line);
            Ok(response)
        })
    }
}
