//! Where a passport is reached, and where its data is.

use std::path::Path;

use super::{Ports, quoted, sqlite};
use crate::certs::Certs;

/// Where it is reached and where its data is: two sections of its settings, without their names.
pub(crate) struct Place {
    pub(crate) server: String,
    pub(crate) database: String,
}

impl Place {
    /// The demo's one: it ends TLS itself, and has its data in a file.
    pub(crate) fn alone(ports: &Ports, certs: &Certs, database: &Path) -> Self {
        let (certificate, key) = (quoted(&certs.certificate("passport")), quoted(&certs.key("passport")));
        Self {
            server: format!(
                "listen = \"127.0.0.1:{}\"\ntls_cert = {certificate}\ntls_key = {key}\n\
                 metrics_listen = \"127.0.0.1:{}\"\nshutdown_grace = \"3s\"",
                ports.passport, ports.metrics
            ),
            database: format!("url = {}", sqlite(database)),
        }
    }

    /// One of several behind a proxy on this machine, which share a server on that port.
    pub(crate) fn node(listen: u16, metrics: u16, database: u16, password: &Path) -> Self {
        Self {
            server: format!(
                "listen = \"127.0.0.1:{listen}\"\ntrusted_proxies = [\"127.0.0.1/32\"]\n\
                 metrics_listen = \"127.0.0.1:{metrics}\"\nshutdown_grace = \"3s\""
            ),
            database: format!(
                "url = \"postgres://postgres@127.0.0.1:{database}/postgres\"\npassword_file = {}",
                quoted(password)
            ),
        }
    }
}
