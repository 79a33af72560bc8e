//! Traces: what a request spent its time on, sent to the collector of an operator.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use passport::MIGRATIONS;
use shared::db::DbConfig;
use shared::testkit;

use crate::support::collector::Collector;
use crate::support::process::{Installation, Process, SignIn};

/// A trace of somebody else (W3C Trace Context §3.2), sampled.
const NAMED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The spans of that name.
fn named<'s>(spans: &'s [Span], name: &str) -> Vec<&'s Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

fn number(span: &Span, key: &str) -> Option<i64> {
    let found = span.attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::IntValue(number) => Some(*number),
        _ => None,
    }
}

/// Has it asked with that header; what it sent until its end.
async fn asked_with(process: Process, header: (&str, &str), collector: &Collector) -> Vec<Span> {
    process.answer("/token", &[("grant_type", "client_credentials")], header).await;
    process.last_words().await;
    collector.spans()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_is_a_trace_with_the_time_of_its_password_and_of_the_database() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let collector = Collector::listen().await;
        let process = collector.of(Installation::new(folder.path(), &config)).start();
        let SignIn::Acknowledged(_) = process.visitor().sign_in().await else { panic!("no session") };
        process.last_words().await;
        let spans = collector.spans();
        let [request] = named(&spans, "POST /sign-in")[..] else { panic!("one request: {spans:?}") };
        assert_eq!(request.kind, i32::from(SpanKind::Server as i16));
        assert_eq!(number(request, "http.response.status_code"), Some(303));
        assert!(request.parent_span_id.is_empty(), "a trace begins here");
        for part in ["password", "write"] {
            let within = |span: &&Span| span.parent_span_id == request.span_id && span.trace_id == request.trace_id;
            assert!(named(&spans, part).iter().any(within), "{part} is a part of it: {spans:?}");
        }
        let form = named(&spans, "GET /sign-in");
        assert!(!form.is_empty() && form.iter().all(|span| span.trace_id != request.trace_id), "each by itself");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trace_that_a_stranger_names_is_not_gone_on_with_and_that_of_a_proxy_is() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let usual = Installation::new(folder.path(), &config);
        for (follow, proxies, goes_on) in
            [("false", "127.0.0.1", false), ("true", "192.0.2.1", false), ("true", "127.0.0.1", true)]
        {
            let collector = Collector::listen().await;
            let installation = collector.of(usual.on(&config)).told("PASSPORT__TRACES__FOLLOW", follow);
            let installation = installation.told("PASSPORT__SERVER__TRUSTED_PROXIES", proxies);
            let spans = asked_with(installation.start(), ("traceparent", NAMED), &collector).await;
            let [request] = named(&spans, "POST /token")[..] else { panic!("one request: {spans:?}") };
            let gone_on =
                request.trace_id.starts_with(&[0x0a, 0xf7]) && request.parent_span_id.starts_with(&[0xb7, 0xad]);
            assert_eq!(gone_on, goes_on, "follow = {follow}, proxies = {proxies}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_is_told_of_once_and_nobody_waits_for_it() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        // Nobody listens there.
        let away = "http://127.0.0.1:9/v1/traces";
        let installation = Installation::new(folder.path(), &config).told("PASSPORT__TRACES__COLLECTOR", away);
        let process = installation.start();
        let SignIn::Acknowledged(_) = process.visitor().sign_in().await else { panic!("no session") };
        let said = process.last_words().await;
        assert_eq!(said.matches("traces are lost").count(), 1, "{said}");
        assert!(said.contains("stopped"), "{said}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_traced_at_a_share_of_none() {
    testkit::each_engine(&MIGRATIONS, async |config: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let collector = Collector::listen().await;
        let installation = collector.of(Installation::new(folder.path(), &config));
        let process = installation.told("PASSPORT__TRACES__PER_THOUSAND", "0").start();
        assert_eq!(asked_with(process, ("accept", "*/*"), &collector).await, []);
    })
    .await;
}
