//! TLS: certificates from files, taken up again when they change.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum_server::tls_rustls::RustlsConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::ProducesTickets;
use rustls::{CipherSuite, ProtocolVersion};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::certificate::TakeAny;
use super::{ServeError, Validity, WatchedFiles};
use crate::clock::{Clock as _, SystemClock, Timestamp};

/// A certificate and its key in two PEM files.
#[derive(Clone)]
pub(super) struct Files {
    cert: PathBuf,
    key: PathBuf,
    /// Lives as long as the server: sessions survive a new certificate.
    tickets: Arc<dyn ProducesTickets>,
    /// Whether clients are asked for a certificate.
    pub(super) ask: bool,
}

impl Files {
    pub(super) fn new(cert: &Path, key: &Path) -> Result<Self, ServeError> {
        let tickets = aws_lc_rs::Ticketer::new().map_err(|error| refuse(cert, &error))?;
        Ok(Self { cert: cert.to_owned(), key: key.to_owned(), tickets, ask: false })
    }

    /// Both files, to be looked at from now on.
    pub(super) fn watched(&self) -> WatchedFiles {
        WatchedFiles::new([self.cert.clone(), self.key.clone()])
    }

    /// Reads both files for the first time. A certificate that is over, or to come, is served all the same, and an error
    /// in the log: there is no other one.
    pub(super) fn first(&self, now: Timestamp) -> Result<(), ServeError> {
        let loaded = self.load()?;
        if let Err(error) = self.counts(&loaded, now) {
            tracing::error!(%error, "it is served all the same, since there is no other");
        }
        Ok(())
    }

    fn counts(&self, loaded: &Loaded, now: Timestamp) -> Result<(), ServeError> {
        loaded.validity.check(now).map_err(|error| refuse(&self.cert, &error))
    }

    /// Reads both files.
    pub(super) fn load(&self) -> Result<Loaded, ServeError> {
        let in_cert = |error: &dyn Display| refuse(&self.cert, error);
        let in_key = |error: &dyn Display| refuse(&self.key, error);

        let chain = CertificateDer::pem_file_iter(&self.cert)
            .and_then(|certs| certs.collect::<Result<Vec<_>, _>>())
            .map_err(|error| in_cert(&error))?;
        let own = chain.first().ok_or_else(|| in_cert(&"it holds no certificate"))?;
        let validity = Validity::of(own).map_err(|error| in_cert(&error))?;
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
        Ok(Loaded { config: Arc::new(config), validity })
    }

    /// Takes the files up again. What cannot be used, is over or to come is reported, and the certificate in use stays.
    /// Connections that are open keep theirs.
    pub(super) fn take_up(&self, config: &RustlsConfig, now: Timestamp) {
        match self.load().and_then(|loaded| self.counts(&loaded, now).map(|()| loaded)) {
            Ok(Loaded { config: fresh, validity }) => {
                config.reload_from_config(fresh);
                tracing::info!(cert = %self.cert.display(), until = %validity.until, "certificate taken up again");
            }
            Err(error) => tracing::error!(%error, "the certificate in use stays"),
        }
    }

    /// Takes the files up again whenever they change.
    pub(super) async fn keep_current(self, config: RustlsConfig, mut watched: WatchedFiles) {
        loop {
            watched.changed().await;
            self.take_up(&config, SystemClock.now());
        }
    }
}

/// What was read.
pub(super) struct Loaded {
    pub(super) config: Arc<rustls::ServerConfig>,
    validity: Validity,
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
        let mut server = rustls::ServerConnection::new(files.load().expect("a certificate").config).expect("a server");
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

    /// From a month ago on, for as many days.
    fn write_for(dir: &Path, now: Timestamp, days: i64) {
        let day = |days: i64| Duration::from_secs(days.unsigned_abs() * 86_400);
        let at = |time: Timestamp| {
            let date = time.civil(0);
            let small = |number: i64| u8::try_from(number).expect("a part of a date");
            rcgen::date_time_ymd(i32::try_from(date.year).expect("a year"), small(date.month), small(date.day))
        };
        let mut params = rcgen::CertificateParams::new(vec!["a.localhost".to_owned()]).expect("parameters");
        (params.not_before, params.not_after) = (at(now - day(30)), at(now - day(30) + day(days)));
        let key = rcgen::KeyPair::generate().expect("a key");
        std::fs::write(dir.join("key.pem"), key.serialize_pem()).expect("a file");
        std::fs::write(dir.join("cert.pem"), params.self_signed(&key).expect("a certificate").pem()).expect("a file");
    }

    #[test]
    fn a_certificate_that_cannot_be_used_leaves_the_one_in_use_as_it_is() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = |name: &str| dir.path().join(name);
        let now = Timestamp::from_seconds(1_800_000_000);
        write_for(dir.path(), now, 60);
        let files = Files::new(&path("cert.pem"), &path("key.pem")).expect("tickets");
        let config = RustlsConfig::from_config(files.load().expect("a certificate").config);
        let first = config.get_inner();
        let good = std::fs::read(path("cert.pem")).expect("a file");

        write_for(dir.path(), now, 60);
        std::fs::write(path("cert.pem"), &good).expect("a file");
        files.take_up(&config, now);
        assert!(Arc::ptr_eq(&first, &config.get_inner()), "the key of another certificate");
        std::fs::write(path("cert.pem"), "broken").expect("a file");
        files.take_up(&config, now);
        assert!(Arc::ptr_eq(&first, &config.get_inner()), "no certificate");
        write_for(dir.path(), now, 20);
        files.take_up(&config, now);
        assert!(Arc::ptr_eq(&first, &config.get_inner()), "it is over");
        write_for(dir.path(), now + Duration::from_secs(60 * 86_400), 60);
        files.take_up(&config, now);
        assert!(Arc::ptr_eq(&first, &config.get_inner()), "it is to come");
        write_for(dir.path(), now, 60);
        files.take_up(&config, now);
        assert!(!Arc::ptr_eq(&first, &config.get_inner()), "this one is good");
    }

    #[test]
    fn at_the_start_a_certificate_that_is_over_is_better_than_none() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = |name: &str| dir.path().join(name);
        let now = Timestamp::from_seconds(1_800_000_000);
        write_for(dir.path(), now, 20);
        let files = Files::new(&path("cert.pem"), &path("key.pem")).expect("tickets");
        assert!(files.first(now).is_ok());
        std::fs::remove_file(path("key.pem")).expect("removed");
        assert!(files.first(now).is_err());
    }

    #[tokio::test]
    async fn changed_files_are_taken_up() {
        let dir = tempfile::tempdir().expect("a folder");
        write(dir.path());
        let files = Files::new(&dir.path().join("cert.pem"), &dir.path().join("key.pem")).expect("tickets");
        let watched = files.watched().every(Duration::from_millis(5));
        let config = RustlsConfig::from_config(files.load().expect("a certificate").config);
        let first = config.get_inner();
        let watching = tokio::spawn(files.keep_current(config.clone(), watched));
        write(dir.path());
        let changed = async {
            while Arc::ptr_eq(&first, &config.get_inner()) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), changed).await.expect("the new certificate is taken up");
        watching.abort();
    }
}
