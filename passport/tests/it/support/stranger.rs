//! A client's own server: on loopback, with a certificate of its own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use shared::http::{Server, ServerSettings};
use shared::testkit;

use super::Passport;

/// What stands at one path: the content and its `Cache-Control`.
type Page = (Vec<u8>, Option<&'static str>);

/// The server.
pub(crate) struct Stranger {
    /// Its address, without a slash at the end.
    pub(crate) url: String,
    /// Settings that let a passport call it.
    pub(crate) settings: String,
    shared: Arc<Shared>,
    _folder: tempfile::TempDir,
}

#[derive(Default)]
struct Shared {
    pages: Mutex<HashMap<String, Page>>,
    status: AtomicU16,
    asked: AtomicUsize,
}

impl Stranger {
    /// A server that has nothing yet.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let made = rcgen::generate_simple_self_signed(["stranger.localhost".to_owned()]).expect("a certificate");
        let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&cert, made.cert.pem()).expect("a file");
        std::fs::write(&key, made.signing_key.serialize_pem()).expect("a file");
        let settings =
            ServerSettings { tls_cert: Some(cert.clone()), tls_key: Some(key), ..ServerSettings::loopback() };
        let server = Server::bind(&settings).await.expect("a free port");
        let url = format!("https://stranger.localhost:{}", server.address().port());
        let shared = Arc::new(Shared { status: AtomicU16::new(200), ..Shared::default() });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(server.run(router, std::future::pending()));
        let settings =
            format!("[egress]\nallow = ['stranger.localhost']\nca_file = '{}'\ntimeout = '20s'\n", cert.display());
        Self { url, settings, shared, _folder: folder }
    }

    /// From now on this stands at that path, in place of what stood there.
    pub(crate) fn show(&self, path: &str, content: impl Into<Vec<u8>>) {
        self.show_for(path, content, None);
    }

    /// The same, with what it says about keeping it.
    pub(crate) fn show_for(&self, path: &str, content: impl Into<Vec<u8>>, cache_control: Option<&'static str>) {
        self.shared.pages.lock().expect("pages").insert(path.to_owned(), (content.into(), cache_control));
    }

    /// From now on it answers with that status.
    pub(crate) fn answer_with(&self, status: u16) {
        self.shared.status.store(status, Ordering::SeqCst);
    }

    /// How often it was asked for anything.
    pub(crate) fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    shared.asked.fetch_add(1, Ordering::SeqCst);
    let status = StatusCode::from_u16(shared.status.load(Ordering::SeqCst)).expect("a status");
    match shared.pages.lock().expect("pages").get(uri.path()).cloned() {
        Some((content, Some(kept))) => (status, [(header::CACHE_CONTROL, kept)], content).into_response(),
        Some((content, None)) => (status, content).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Runs a test with a passport that may call such a server, on each database. `more` is TOML beside its settings.
pub(crate) async fn on_both_beside<F, Fut>(more: &str, test: F)
where
    F: Fn(Passport, Arc<Stranger>) -> Fut,
    Fut: Future<Output = ()>,
{
    testkit::on_both(&passport::MIGRATIONS, |db| async {
        let stranger = Arc::new(Stranger::new().await);
        let passport = Passport::start(db, &format!("{more}{}", stranger.settings)).await;
        test(passport, stranger).await;
    })
    .await;
}
