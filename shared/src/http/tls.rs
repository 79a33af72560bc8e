//! TLS: certificates from files, taken up again when they change.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum_server::tls_rustls::RustlsConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::ProducesTickets;
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

        let provider = aws_lc_rs::default_provider();
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
    use super::*;

    fn write(dir: &Path) {
        let made = rcgen::generate_simple_self_signed(vec!["a.localhost".to_owned()]).expect("a certificate");
        std::fs::write(dir.join("key.pem"), made.signing_key.serialize_pem()).expect("a file");
        std::fs::write(dir.join("cert.pem"), made.cert.pem()).expect("a file");
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
