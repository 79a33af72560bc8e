//! `[console]`

use std::net::SocketAddr;
use std::path::PathBuf;

use shared::config::{BaseUrl, Problems};

shared::settings! {
    /// The staff's console: a host, a listener and passkeys of its own. There is none unless its address is set.
    pub struct ConsoleSettings {
        /// Its address. Its host is what the staff's passkeys belong to, and must not be the issuer's, nor one above it.
        origin: Option<BaseUrl>,
        /// Where its listener listens. On loopback a proxy or a tunnel leads there; nobody else reaches it.
        listen: SocketAddr = "127.0.0.1:8460",
        /// The certificate chain (PEM) of its host, with `tls_key`. Without both, that of `[server]` is used.
        tls_cert: Option<PathBuf>,
        /// The private key of that certificate (PEM).
        tls_key: Option<PathBuf>,
    }
    check it_is_whole
}

fn it_is_whole(settings: &ConsoleSettings, problems: &mut Problems<'_>) {
    match (&settings.tls_cert, &settings.tls_key) {
        (Some(_), None) => problems.add("tls_key", "is required when tls_cert is given"),
        (None, Some(_)) => problems.add("tls_cert", "is required when tls_key is given"),
        _ => {}
    }
    if let Some(origin) = &settings.origin
        && origin.as_str() != origin.origin()
    {
        problems.add("origin", "must have no path");
    }
}
