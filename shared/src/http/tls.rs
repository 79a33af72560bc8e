//! TLS: certificates from files, taken up again when they change.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum_server::tls_rustls::RustlsConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::ProducesTickets;
use rustls::{CipherSuite, ProtocolVersion};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::ServeError;
use super::certificate::TakeAny;

/// How often the files are looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// A certificate and its key in two PEM files.
#[derive(Clone)]
pub(super) struct Files {
    cert: PathBuf,
    key: PathBuf,
    /// Lives as long as the server: sessions survive a new certificate.
    tickets: Arc<dyn ProducesTickets>,
    look_again: Duration,
    /// Whether clients are asked for a certificate.
    pub(super) ask: bool,
}

impl Files {
    pub(super) fn new(cert: &Path, key: &Path) -> Result<Self, ServeError> {
        let tickets = aws_lc_rs::Ticketer::new().map_err(|error| refuse(cert, &error))?;
        Ok(Self { cert: cert.to_owned(), key: key.to_owned(), tickets, look_again: LOOK_AGAIN, ask: false })
    }

    /// Reads both files.
    pub(super) fn load(&self) -> Result<Arc<rustls::ServerConfig>, ServeError> {
        let in_cert = |error: &dyn Display| refuse(&self.cert, error);
        let in_key = |error: &dyn Display| refuse(&self.key, error);

        let chain = CertificateDer::pem_file_iter(&self.cert)
            .and_then(|certs| certs.collect::<Result<Vec<_>, _>>())
            .map_err(|error| in_cert(&error))?;
        if chain.is_empty() {
            return Err(in_cert(&"it holds no certificate"));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|error| in_key(&error))?;

        let provider = recommended();
        let algorithms = provider.signature_verification_algorithms;
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| in_cert(&error))?;
        let config = if self.ask {
            config.with_client_cert_verifier(Arc::new(TakeAny(algorithms)))
        } else {
            config.with_no_client_auth()
        };
        let mut config = config.with_single_cert(chain, key).map_err(|error| in_cert(&error))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config.ticketer = Arc::clone(&self.tickets);
        Ok(Arc::new(config))
    }

    /// When either file was last written.
    async fn written(&self) -> Option<(SystemTime, SystemTime)> {
        let cert = tokio::fs::metadata(&self.cert).await.ok()?.modified().ok()?;
        let key = tokio::fs::metadata(&self.key).await.ok()?.modified().ok()?;
        Some((cert, key))
    }

    /// Takes the files up again whenever they change, or at once when `hurry` says so. Files that do not fit
    /// together are reported, and the certificate in use stays.
    pub(super) async fn keep_current(self, config: RustlsConfig, mut hurry: Hurry) {
        let mut known = self.written().await;
        loop {
            let hurried = tokio::select! {
                () = tokio::time::sleep(self.look_again) => false,
                () = hurry.wait() => true,
            };
            let written = self.written().await;
            if !hurried && (written == known || written.is_none()) {
                continue;
            }
            known = written;
            match self.load() {
                Ok(fresh) => {
                    config.reload_from_config(fresh);
                    tracing::info!(cert = %self.cert.display(), "certificate taken up again");
                }
                Err(error) => tracing::error!(%error, "the certificate in use stays"),
            }
        }
    }
}

/// The suites that BCP 195 recommends (RFC 9325 §4.2, FAPI 2.0 Security Profile §5.2.2): of TLS 1.2 those of AES-GCM with
/// an ephemeral key alone. rustls has two of ChaCha20 beside them.
fn recommended() -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    provider.cipher_suites.retain(|suite| {
        suite.version().version == ProtocolVersion::TLSv1_3
            || matches!(
                suite.suite(),
                CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
                    | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
                    | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
                    | CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
            )
    });
    provider
}

fn refuse(file: &Path, reason: &dyn Display) -> ServeError {
    ServeError::Tls { file: file.display().to_string(), reason: reason.to_string() }
}

/// Waits for SIGHUP, where there is one.
pub(super) struct Hurry(#[cfg(unix)] Option<tokio::signal::unix::Signal>);

impl Hurry {
    #[cfg(unix)]
    pub(super) fn on_hangup() -> Self {
        Self(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok())
    }

    #[cfg(not(unix))]
    pub(super) fn on_hangup() -> Self {
        Self()
    }

    async fn wait(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.0
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use rustls::SupportedCipherSuite;

    use super::*;

    fn write(dir: &Path) {
        let made = rcgen::generate_simple_self_signed(vec!["a.localhost".to_owned()]).expect("a certificate");
        std::fs::write(dir.join("key.pem"), made.signing_key.serialize_pem()).expect("a file");
        std::fs::write(dir.join("cert.pem"), made.cert.pem()).expect("a file");
    }

    /// What a client that knows these suites alone agrees on with us; none where that is nothing.
    fn agreed(files: &Files, trusted: &Path, suites: Vec<SupportedCipherSuite>) -> Option<CipherSuite> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(trusted).expect("a certificate")).expect("a root");
        let provider = CryptoProvider { cipher_suites: suites, ..aws_lc_rs::default_provider() };
        let config = rustls::ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(rustls::ALL_VERSIONS)
            .expect("a client")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = "a.localhost".try_into().expect("a name");
        let mut client = rustls::ClientConnection::new(Arc::new(config), name).expect("a client");
        let mut server = rustls::ServerConnection::new(files.load().expect("a certificate")).expect("a server");
        while client.is_handshaking() || server.is_handshaking() {
            let (mut there, mut back) = (Vec::new(), Vec::new());
            while client.wants_write() {
                client.write_tls(&mut there).expect("written");
            }
            let mut sent = there.as_slice();
            while !sent.is_empty() {
                server.read_tls(&mut sent).expect("read");
                server.process_new_packets().ok()?;
            }
            while server.wants_write() {
                server.write_tls(&mut back).expect("written");
            }
            let mut sent = back.as_slice();
            while !sent.is_empty() {
                client.read_tls(&mut sent).expect("read");
                client.process_new_packets().ok()?;
            }
        }
        server.negotiated_cipher_suite().map(|suite| suite.suite())
    }

    #[test]
    fn of_tls_1_2_only_what_bcp_195_recommends_is_spoken() {
        let dir = tempfile::tempdir().expect("a folder");
        write(dir.path());
        let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
        let files = Files::new(&cert, &key).expect("tickets");
        let (new, old): (Vec<_>, Vec<_>) = aws_lc_rs::ALL_CIPHER_SUITES
            .iter()
            .copied()
            .partition(|suite| suite.version().version == ProtocolVersion::TLSv1_3);
        assert_eq!((new.len(), old.len()), (3, 6), "another suite needs a thought");
        assert!(agreed(&files, &cert, new).is_some());
        for suite in old {
            // The certificate is of an elliptic curve: those of RSA cannot be agreed on.
            let name = format!("{:?}", suite.suite());
            let spoken = name.contains("ECDHE_ECDSA") && name.contains("AES") && name.contains("GCM");
            assert_eq!(agreed(&files, &cert, vec![suite]), spoken.then_some(suite.suite()), "{name}");
        }
        let told: Vec<_> = recommended().cipher_suites.iter().map(|suite| format!("{:?}", suite.suite())).collect();
        let old: Vec<_> = told.iter().filter(|name| name.starts_with("TLS_")).collect();
        assert_eq!(old.len(), 4, "{told:?}");
        assert!(old.iter().all(|name| name.contains("ECDHE") && name.contains("GCM")), "{old:?}");
    }

    #[tokio::test]
    async fn changed_files_are_taken_up_and_broken_ones_are_not() {
        let dir = tempfile::tempdir().expect("a folder");
        write(dir.path());
        let mut files = Files::new(&dir.path().join("cert.pem"), &dir.path().join("key.pem")).expect("tickets");
        files.look_again = Duration::from_millis(5);
        let config = RustlsConfig::from_config(files.load().expect("a certificate"));
        let first = config.get_inner();
        let watching = tokio::spawn(files.keep_current(config.clone(), Hurry::on_hangup()));

        std::fs::write(dir.path().join("cert.pem"), "broken").expect("a file");
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(Arc::ptr_eq(&first, &config.get_inner()), "a broken certificate must not be taken up");

        write(dir.path());
        let changed = async {
            while Arc::ptr_eq(&first, &config.get_inner()) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), changed).await.expect("the new certificate is taken up");
        watching.abort();
    }
    #[cfg(unix)]
    #[tokio::test]
    async fn a_hangup_takes_the_files_up_at_once() {
        let dir = tempfile::tempdir().expect("a folder");
        write(dir.path());
        let files = Files::new(&dir.path().join("cert.pem"), &dir.path().join("key.pem")).expect("tickets");
        let config = RustlsConfig::from_config(files.load().expect("a certificate"));
        let first = config.get_inner();
        let watching =
            tokio::spawn(Files { look_again: Duration::MAX, ..files }.keep_current(config.clone(), Hurry::on_hangup()));
        let hang_up = async || {
            let pid = std::process::id().to_string();
            tokio::process::Command::new("kill").args(["-HUP", &pid]).status().await.expect("a signal is sent")
        };
        let changed = async {
            while Arc::ptr_eq(&first, &config.get_inner()) {
                hang_up().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), changed).await.expect("the certificate is taken up");
        watching.abort();
    }
}
