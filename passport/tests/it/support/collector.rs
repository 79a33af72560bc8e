//! What takes traces: a collector that keeps the spans it is sent.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use super::process::Installation;

/// On a port of its own.
pub(crate) struct Collector {
    address: String,
    spans: Arc<Mutex<Vec<Span>>>,
}

impl Collector {
    pub(crate) async fn listen() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}/v1/traces", listener.local_addr().expect("an address"));
        let spans = Arc::<Mutex<Vec<Span>>>::default();
        let kept = Arc::clone(&spans);
        let take = move |body: Bytes| async move {
            let sent = ExportTraceServiceRequest::decode(body).expect("spans by OTLP");
            let sent = sent.resource_spans.into_iter().flat_map(|of| of.scope_spans).flat_map(|of| of.spans);
            kept.lock().expect("spans").extend(sent);
        };
        let routes = Router::new().route("/v1/traces", post(take));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, spans }
    }

    /// A passport that sends its spans here.
    pub(crate) fn of(&self, installation: Installation) -> Installation {
        installation.told("PASSPORT__TRACES__COLLECTOR", &*self.address)
    }

    /// What was sent so far; all of it once the program has come to its end.
    pub(crate) fn spans(&self) -> Vec<Span> {
        self.spans.lock().expect("spans").clone()
    }
}
