//! Traces by OpenTelemetry: what a request spent its time on, for those who ask why one was slow. Off until there is a
//! collector to send them to; then spans of the target [`SPANS`] go there, and nothing else does.
//!
//! Spans are named by templates of routes and carry numbers and words of ours: no path, no query, no address, nothing of
//! a person.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::{HeaderMap, Method};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HeaderExtractor, HeaderInjector, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::registry::LookupSpan;

use crate::config::{BaseUrl, Problems};
use crate::http::RequestId;
use crate::http::client::{self, ClientBuilder, ClientError};

/// The target of spans that are sent. Log lines never show them.
pub const SPANS: &str = "spans";

/// How long the last spans may take to be sent when the program ends.
const LAST_WORDS: Duration = Duration::from_secs(3);
/// The largest answer of a collector that is read: it says little.
const MOST: usize = 64 << 10;

crate::settings! {
    /// Traces by OpenTelemetry: off until there is a collector.
    pub struct TraceSettings {
        /// What takes spans by OTLP over HTTP (protobuf), with its path, as in `https://collector.example/v1/traces`.
        /// Nothing is traced without one.
        collector: Option<BaseUrl>,
        /// Certificates that the collector's must go back to (PEM); those of the system when unset.
        ca_file: Option<PathBuf>,
        /// Of how many requests in a thousand there is a trace.
        per_thousand: u16 = 1000,
        /// Whether a request through a trusted proxy goes on with the trace that its `traceparent` names (W3C Trace
        /// Context). Only where that proxy removes what browsers sent: it decides what is traced.
        follow: bool = false,
    }
    check a_share_is_one
}

fn a_share_is_one(settings: &TraceSettings, problems: &mut Problems<'_>) {
    if settings.per_thousand > 1000 {
        problems.add("per_thousand", "is 1000 at most");
    }
}

/// Why spans cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// The certificates cannot be used.
    #[error("traces: {0}")]
    Client(#[from] ClientError),
    /// The library refused the settings.
    #[error("traces: {0}")]
    Exporter(#[from] ExporterBuildError),
}

/// Sends spans from threads of its own; the last ones when it is dropped.
#[derive(Debug)]
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// Where the settings name a collector. To be called on the runtime that is to send.
    pub(super) fn of(program: &'static str, settings: &TraceSettings) -> Result<Option<Self>, TracesError> {
        let Some(collector) = &settings.collector else { return Ok(None) };
        let sending = Sending {
            client: ClientBuilder::new().ca_file(settings.ca_file.as_deref()).build()?,
            runtime: Handle::current(),
            lost: AtomicBool::new(false),
        };
        let exporter =
            SpanExporter::builder().with_http().with_http_client(sending).with_endpoint(collector.as_str()).build()?;
        let share = Sampler::TraceIdRatioBased(f64::from(settings.per_thousand) / 1000.0);
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::ParentBased(Box::new(share)))
            .with_resource(Resource::builder_empty().with_service_name(program).build())
            .build();
        Ok(Some(Self(provider)))
    }

    /// What hands spans over.
    pub(super) fn layer<S>(&self, program: &'static str) -> impl Layer<S> + use<S>
    where
        S: tracing::Subscriber + for<'s> LookupSpan<'s>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(program))
            .with_location(false)
            .with_threads(false)
            .with_level(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(Targets::new().with_target(SPANS, LevelFilter::INFO))
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        // Whoever cannot be reached now was told of as lost already.
        let _ = self.0.shutdown_with_timeout(LAST_WORDS);
    }
}

/// Sends batches by our client, on our runtime: the library asks for them on a thread without one.
#[derive(Debug)]
struct Sending {
    client: reqwest::Client,
    runtime: Handle,
    /// Whether the last batch was.
    lost: AtomicBool,
}

impl Sending {
    async fn send(client: reqwest::Client, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = client.execute(reqwest::Request::try_from(request)?).await?.error_for_status()?;
        let status = answer.status();
        let body = client::body(answer, MOST).await?;
        Ok(Response::builder().status(status).body(body.into())?)
    }
}

#[async_trait::async_trait]
impl HttpClient for Sending {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.runtime.spawn(Self::send(self.client.clone(), request)).await.map_err(HttpError::from);
        let sent = sent.and_then(std::convert::identity);
        let lost = sent.is_err();
        if self.lost.swap(lost, Ordering::Relaxed) != lost {
            match &sent {
                Err(error) => tracing::warn!(%error, "traces are lost: the collector does not take them"),
                Ok(_) => tracing::info!("the collector takes traces again"),
            }
        }
        sent
    }
}

/// The span of a request, which its answer completes by [`answered`].
pub(crate) fn request(method: &Method, route: Option<&str>, id: RequestId) -> Span {
    // A method may be any token that a stranger thought of (OpenTelemetry, HTTP spans).
    let known = [Method::GET, Method::POST, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS, Method::PATCH];
    let method = if known.contains(method) { method.as_str() } else { "_OTHER" };
    tracing::info_span!(
        target: SPANS,
        "request",
        otel.name = route.map_or_else(|| method.to_owned(), |route| format!("{method} {route}")),
        otel.kind = "server",
        otel.status_code = tracing::field::Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = tracing::field::Empty,
        request_id = %id,
    )
}

/// Goes on with the trace that the headers name, if they do (W3C Trace Context).
pub(crate) fn follow(span: &Span, headers: &HeaderMap) {
    if !span.is_disabled() {
        // Without the layer there is nothing that could go on.
        let _ = span.set_parent(TraceContextPropagator::new().extract(&HeaderExtractor(headers)));
    }
}

/// The span of a call to another program, until its answer begins.
pub fn call(method: &'static str, host: Option<&str>) -> Span {
    tracing::info_span!(
        target: SPANS,
        "call",
        otel.name = method,
        otel.kind = "client",
        http.request.method = method,
        server.address = host,
    )
}

/// Names the trace of that span in the headers of a call, for a program of ours to go on with (W3C Trace Context).
pub fn name_in(headers: &mut HeaderMap, span: &Span) {
    if !span.is_disabled() {
        TraceContextPropagator::new().inject_context(&span.context(), &mut HeaderInjector(headers));
    }
}

/// Writes into the span of a request how it was answered.
pub(crate) fn answered(span: &Span, status: u16) {
    span.record("http.response.status_code", i64::from(status));
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}
