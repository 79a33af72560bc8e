//! The authorities whose certificates authenticate clients (RFC 8705 §2.1): a file of them, taken up again when it
//! changes.
//!
//! Each request is judged by those that count then. One that was taken out of the file vouches for nobody any more, on
//! connections that were open before as well.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::RootCertStore;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, UnixTime};
use shared::clock::Timestamp;
use shared::http::{ClientCertificate, Validity, WatchedFiles};

/// Authorities that are trusted. Cheap to clone.
#[derive(Clone)]
pub struct Authorities(Arc<Inner>);

struct Inner {
    file: PathBuf,
    verifier: RwLock<Arc<dyn ClientCertVerifier>>,
}

/// Why a file of authorities cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct AuthoritiesError {
    file: String,
    reason: String,
}

impl AuthoritiesError {
    fn new(file: &Path, reason: &dyn Display) -> Self {
        Self { file: file.display().to_string(), reason: reason.to_string() }
    }
}

/// What was read.
struct Read {
    verifier: Arc<dyn ClientCertVerifier>,
    validities: Vec<Validity>,
}

impl Authorities {
    /// Those of the certificates in that file (PEM), whether their time has come or is over: there are no others.
    ///
    /// # Errors
    /// It cannot be read, holds none, or holds something else.
    pub fn open(file: &Path) -> Result<Self, AuthoritiesError> {
        let verifier = RwLock::new(read(file)?.verifier);
        Ok(Self(Arc::new(Inner { file: file.to_owned(), verifier })))
    }

    /// The file, to be looked at from now on.
    pub fn watched(&self) -> WatchedFiles {
        WatchedFiles::new([self.0.file.clone()])
    }

    /// Takes the file up again; how many it names.
    ///
    /// # Errors
    /// As [`Authorities::open`], and for one whose time is over or has not come. Those in use stay.
    pub fn take_up(&self, now: Timestamp) -> Result<usize, AuthoritiesError> {
        let Read { verifier, validities } = read(&self.0.file)?;
        for validity in &validities {
            validity.check(now).map_err(|error| AuthoritiesError::new(&self.0.file, &error))?;
        }
        *self.0.verifier.write().unwrap_or_else(PoisonError::into_inner) = verifier;
        Ok(validities.len())
    }

    /// Whether one of them gave that certificate, and it is neither over nor to come.
    pub fn vouch_for(&self, shown: &ClientCertificate, now: Timestamp) -> bool {
        let own = CertificateDer::from(shown.own());
        let above: Vec<CertificateDer<'_>> = shown.authorities().map(CertificateDer::from).collect();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(now.seconds().unsigned_abs()));
        let verifier = Arc::clone(&self.0.verifier.read().unwrap_or_else(PoisonError::into_inner));
        verifier.verify_client_cert(&own, &above, now).is_ok()
    }
}

fn read(file: &Path) -> Result<Read, AuthoritiesError> {
    let refuse = |reason: &dyn Display| AuthoritiesError::new(file, reason);
    let (mut roots, mut validities) = (RootCertStore::empty(), Vec::new());
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| refuse(&error))? {
        let certificate = certificate.map_err(|error| refuse(&error))?;
        validities.push(Validity::of(&certificate).map_err(|error| refuse(&error))?);
        roots.add(certificate).map_err(|error| refuse(&error))?;
    }
    if roots.is_empty() {
        return Err(refuse(&"it holds no certificate"));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
    Ok(Read { verifier: verifier.map_err(|error| refuse(&error))?, validities })
}

/// When each authority that a file names counts.
///
/// # Errors
/// As [`Authorities::open`].
pub fn validities(file: &Path) -> Result<Vec<Validity>, AuthoritiesError> {
    read(file).map(|read| read.validities)
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    /// An authority that is good until that year begins.
    fn authority(until: i32) -> String {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().expect("a key");
        params.self_signed(&key).expect("a certificate").pem()
    }

    #[test]
    fn a_file_that_cannot_be_used_leaves_those_in_use_as_they_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("ca.pem");
        let write = |text: &str| std::fs::write(&file, text).expect("a file");
        write(&authority(2040));
        let authorities = Authorities::open(&file).expect("a good file");
        let first = Arc::clone(&authorities.0.verifier.read().expect("no panic"));
        for bad in [String::new(), "broken".to_owned(), format!("{}{}", authority(2040), authority(2026))] {
            write(&bad);
            assert!(authorities.take_up(NOW).is_err(), "{bad}");
            assert!(Arc::ptr_eq(&first, &authorities.0.verifier.read().expect("no panic")), "{bad}");
        }
        write(&format!("{}{}", authority(2040), authority(2041)));
        assert_eq!(authorities.take_up(NOW).expect("a good file"), 2);
        assert!(!Arc::ptr_eq(&first, &authorities.0.verifier.read().expect("no panic")));
    }

    #[test]
    fn at_the_start_an_authority_that_is_over_is_no_reason_not_to_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, authority(2026)).expect("a file");
        assert!(Authorities::open(&file).is_ok());
        std::fs::write(&file, "").expect("a file");
        assert!(Authorities::open(&file).is_err());
    }
}
