//! Calls to other programs: certificates from where we say, no redirects, and an end to everything.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// Why a client could not be built.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The file of trusted certificates cannot be used.
    #[error("cannot use the certificates of {file}: {reason}")]
    Certificates {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The HTTP library refused the settings.
    #[error("cannot make an HTTP client: {0}")]
    Library(#[source] reqwest::Error),
}

/// Why the body of an answer was not read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It is larger than the caller allows.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The connection broke.
    #[error("the answer broke off: {0}")]
    Broken(#[source] reqwest::Error),
}

/// Builds a client for calls to other programs.
#[derive(Clone)]
pub struct ClientBuilder {
    ca_file: Option<PathBuf>,
    hosts: HashMap<String, SocketAddr>,
    resolver: Option<Arc<dyn Resolve>>,
    connect_timeout: Duration,
    timeout: Duration,
    tells_certificates: bool,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ClientBuilder {
    /// A client that trusts what the system trusts, connects within 3 s and is done within 10 s.
    #[must_use]
    pub fn new() -> Self {
        Self {
            ca_file: None,
            hosts: HashMap::new(),
            resolver: None,
            connect_timeout: Duration::from_secs(3),
            timeout: Duration::from_secs(10),
            tells_certificates: false,
        }
    }

    /// Trusts the certificates of this PEM file and no others.
    #[must_use]
    pub fn ca_file(mut self, file: Option<&Path>) -> Self {
        self.ca_file = file.map(Path::to_owned);
        self
    }

    /// Connects to `address` when `host` is called. The port of the URL wins over that of the address.
    /// Names below `localhost` are the loopback address without being told (RFC 6761 §6.3), unless the system knows
    /// another: containers have such names for each other.
    #[must_use]
    pub fn resolve(mut self, host: &str, address: SocketAddr) -> Self {
        self.hosts.insert(host.to_ascii_lowercase(), address);
        self
    }

    /// Asks `resolver`, and nobody else, where a host is. An address instead of a name is connected to unasked.
    #[must_use]
    pub fn resolver(mut self, resolver: impl Resolve + 'static) -> Self {
        self.resolver = Some(Arc::new(resolver));
        self
    }

    /// Answers tell the certificate of their server: see [`certificate`].
    #[must_use]
    pub fn tells_certificates(mut self) -> Self {
        self.tells_certificates = true;
        self
    }

    /// How long a connection may take to come about.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long a whole call may take.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// The client. Redirects are answers like others: nothing follows them.
    ///
    /// # Errors
    /// The certificates cannot be read.
    pub fn build(self) -> Result<reqwest::Client, ClientError> {
        // The library asks for a default of the process where no TLS settings are given; the first one stays.
        let _ = aws_lc_rs::default_provider().install_default();
        let resolver = self.resolver.unwrap_or_else(|| Arc::new(Resolver { hosts: Arc::new(self.hosts) }));
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(self.connect_timeout)
            .timeout(self.timeout)
            .tls_info(self.tells_certificates)
            .dns_resolver(resolver);
        if let Some(file) = &self.ca_file {
            // Given whole, because the library would add what SSL_CERT_FILE of the environment names.
            builder = builder.tls_backend_preconfigured(trusting(file)?);
        }
        builder.build().map_err(ClientError::Library)
    }
}

/// TLS that trusts the certificates of one file.
fn trusting(file: &Path) -> Result<rustls::ClientConfig, ClientError> {
    let refuse = |error: &dyn std::fmt::Display| ClientError::Certificates {
        file: file.display().to_string(),
        reason: error.to_string(),
    };
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| refuse(&error))? {
        roots.add(certificate.map_err(|error| refuse(&error))?).map_err(|error| refuse(&error))?;
    }
    if roots.is_empty() {
        return Err(refuse(&"it holds none"));
    }
    let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| refuse(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The certificate (DER) of the server that gave the answer, where the client was made to tell.
#[must_use]
pub fn certificate(response: &reqwest::Response) -> Option<Vec<u8>> {
    response.extensions().get::<reqwest::tls::TlsInfo>()?.peer_certificate().map(<[u8]>::to_vec)
}

/// The body of an answer, read up to `most` bytes.
///
/// # Errors
/// It is larger, or breaks off.
pub async fn body(mut response: reqwest::Response, most: usize) -> Result<Vec<u8>, BodyError> {
    if response.content_length().is_some_and(|length| length > most as u64) {
        return Err(BodyError::TooLarge(most));
    }
    let mut whole = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Broken)? {
        if whole.len() + chunk.len() > most {
            return Err(BodyError::TooLarge(most));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole)
}

/// Knows some names by heart and asks the system for the others.
#[derive(Debug, Clone)]
struct Resolver {
    hosts: Arc<HashMap<String, SocketAddr>>,
}

impl Resolver {
    fn by_heart(&self, name: &str) -> Option<SocketAddr> {
        let name = name.to_ascii_lowercase();
        let own = (name == "localhost").then_some(LOOPBACK);
        self.hosts.get(&name).copied().or(own)
    }
}

const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What the system says; where it does not know a name below `localhost`, that is this machine.
fn or_loopback(name: &str, found: io::Result<Vec<SocketAddr>>) -> io::Result<Vec<SocketAddr>> {
    match found {
        Err(_) if name.to_ascii_lowercase().ends_with(".localhost") => Ok(vec![LOOPBACK]),
        found => found,
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let known = self.by_heart(name.as_str());
        Box::pin(async move {
            let addresses: Addrs = match known {
                Some(address) => Box::new(std::iter::once(address)),
                None => {
                    let found = tokio::net::lookup_host((name.as_str(), 0)).await.map(Iterator::collect);
                    Box::new(or_loopback(name.as_str(), found)?.into_iter())
                }
            };
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_names_are_loopback_unless_told_otherwise() {
        let elsewhere = SocketAddr::from(([192, 0, 2, 1], 443));
        let hosts = HashMap::from([("passport.localhost".to_owned(), elsewhere)]);
        let resolver = Resolver { hosts: Arc::new(hosts) };
        assert_eq!(resolver.by_heart("Passport.Localhost"), Some(elsewhere));
        assert_eq!(resolver.by_heart("localhost"), Some(LOOPBACK));
        let unknown = || Err(io::Error::other("nobody knows"));
        assert_eq!(or_loopback("Cet.Localhost", unknown()).expect("this machine"), [LOOPBACK]);
        assert_eq!(or_loopback("cet.localhost", Ok(vec![elsewhere])).expect("another container"), [elsewhere]);
        assert!(or_loopback("notlocalhost", unknown()).is_err());
    }

    #[test]
    fn a_broken_file_of_certificates_is_named() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("ca.pem");
        std::fs::write(&path, "nothing").expect("a file");
        let error = ClientBuilder::new().ca_file(Some(&path)).build().expect_err("no certificates");
        assert!(error.to_string().contains("ca.pem: it holds none"), "{error}");
    }
}
