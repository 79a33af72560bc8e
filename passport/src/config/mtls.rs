//! `[mtls]`

use std::net::SocketAddr;
use std::path::PathBuf;

use shared::config::{BaseUrl, Problems};

shared::settings! {
    /// Certificates of clients (RFC 8705): sites that authenticate with one, or have their tokens bound to it.
    pub struct MtlsSettings {
        /// The public address at which certificates are taken, apart from the issuer's so that no browser is asked for
        /// one; the metadata names it in `mtls_endpoint_aliases`. None are taken when unset.
        address: Option<BaseUrl>,
        /// Where the listener for that address listens, with the certificate and key of `[server]`. Unset behind a proxy
        /// that ends TLS.
        listen: Option<SocketAddr>,
        /// Whether the proxies of `server.trusted_proxies` hand certificates on in `Client-Cert` (RFC 9440). They must
        /// remove this header and `Client-Cert-Chain` from what comes from outside.
        from_proxy: bool = false,
        /// The authorities (PEM) whose certificates authenticate clients of the method `tls_client_auth`; without it,
        /// only certificates count that a client registered itself. A changed file is taken up within seconds, or at once
        /// on SIGHUP; one that cannot be used, or names an authority that is over, is reported, and those in use stay.
        ca_file: Option<PathBuf>,
    }
    check certificates_come_one_way
}

fn certificates_come_one_way(settings: &MtlsSettings, problems: &mut Problems<'_>) {
    let ways = usize::from(settings.listen.is_some()) + usize::from(settings.from_proxy);
    match (&settings.address, ways) {
        (Some(_), 0) => problems.add("listen", "is required with address, unless from_proxy is true"),
        (Some(_), 2) => problems.add("from_proxy", "goes together with no listen: certificates come one way"),
        (None, 1..) => problems.add("address", "is required with listen and with from_proxy"),
        _ => {}
    }
    if let Some(address) = &settings.address
        && address.as_str() != address.origin()
    {
        problems.add("address", "must have no path");
    }
}
