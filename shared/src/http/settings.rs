//! The settings of a program's server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::{Problems, Size};

use super::Network;

crate::settings! {
    /// Where and how a program answers requests.
    pub struct ServerSettings {
        /// Where the program listens.
        listen: SocketAddr = "127.0.0.1:8443",
        /// The certificate chain (PEM). With `tls_key` it turns TLS on; without both, plain HTTP is spoken, for
        /// use behind a proxy that ends TLS. A changed file is taken up within seconds, or at once on SIGHUP; one that
        /// cannot be used, or is over, is reported, and the one in use stays.
        tls_cert: Option<PathBuf>,
        /// The private key of the certificate (PEM).
        tls_key: Option<PathBuf>,
        /// A listener for those who watch: `/metrics`, `/livez` and `/readyz`; none when unset.
        metrics_listen: Option<SocketAddr>,
        /// Networks of proxies whose `X-Forwarded-For` is believed.
        trusted_proxies: Vec<Network>,
        /// `Host` values answered besides that of the public address.
        hosts: Vec<String>,
        /// How long browsers are told to insist on HTTPS (`Strict-Transport-Security`); not at all when unset.
        hsts: Option<Duration>,
        /// The largest body of a request.
        body_limit: Size = "64KiB",
        /// How long a request may take before it is answered with 503.
        request_timeout: Duration = "30s",
        /// How long requests in flight may go on after the program was told to stop.
        shutdown_grace: Duration = "30s",
    }
    check tls_is_whole
}

fn tls_is_whole(settings: &ServerSettings, problems: &mut Problems<'_>) {
    match (&settings.tls_cert, &settings.tls_key) {
        (Some(_), None) => problems.add("tls_key", "is required when tls_cert is given"),
        (None, Some(_)) => problems.add("tls_cert", "is required when tls_key is given"),
        _ => {}
    }
    if settings.request_timeout.is_zero() {
        problems.add("request_timeout", "must be longer than 0s");
    }
}

impl ServerSettings {
    /// Plain HTTP on a free loopback port, for tests.
    #[must_use]
    pub fn loopback() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls_cert: None,
            tls_key: None,
            metrics_listen: None,
            trusted_proxies: Vec::new(),
            hosts: Vec::new(),
            hsts: None,
            body_limit: Size::of_bytes(64 << 10),
            request_timeout: Duration::from_secs(30),
            shutdown_grace: Duration::from_secs(30),
        }
    }
}
