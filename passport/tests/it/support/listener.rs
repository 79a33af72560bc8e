//! A site's server on loopback with TLS, and the only calls by which it can be reached: those of egress.

use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use passport::config::EgressSettings;
use passport::egress::Egress;
use shared::http::{Server, ServerSettings};

/// A server that runs until the test ends.
pub(crate) struct Listener {
    pub(crate) egress: Egress,
    /// Where it is, without a path.
    pub(crate) origin: String,
    /// What its certificate goes back to.
    pub(crate) ca: PathBuf,
    _folder: tempfile::TempDir,
}

/// Serves those routes at a host that egress is allowed to call.
pub(crate) async fn listen(routes: Router) -> Listener {
    let folder = tempfile::tempdir().expect("a folder");
    let made = rcgen::generate_simple_self_signed(["site.localhost".to_owned()]).expect("a certificate");
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).expect("a file");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("a file");
    let settings = ServerSettings { tls_cert: Some(cert.clone()), tls_key: Some(key), ..ServerSettings::loopback() };
    let server = Server::bind(&settings).await.expect("a free port");
    let origin = format!("https://site.localhost:{}", server.address().port());
    tokio::spawn(server.run(routes, std::future::pending()));
    let egress = Egress::new(EgressSettings {
        allow: vec!["site.localhost".to_owned()],
        ca_file: Some(cert.clone()),
        timeout: Duration::from_secs(20),
    });
    Listener { egress, origin, ca: cert, _folder: folder }
}
