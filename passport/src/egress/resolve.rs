//! Names to addresses, for calls to strangers.
//!
//! The HTTP library connects to the addresses that it is given here and asks nobody again, so what was checked is what
//! is called, whatever the name leads to a moment later.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::address::is_public;

/// Where names are looked up.
pub trait Lookup: Send + Sync + 'static {
    /// The addresses of a host.
    fn addresses(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's own way.
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn addresses(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        async move { Ok(tokio::net::lookup_host((host.as_str(), 0)).await?.map(|found| found.ip()).collect()) }.boxed()
    }
}

/// The host is no stranger's: it has an address that is not public.
#[derive(Debug, thiserror::Error)]
#[error("the host has an address that is not public")]
pub struct NotPublic;

/// Hosts that are called although their addresses are not public.
#[derive(Debug, Clone)]
pub struct Allowed(Arc<[String]>);

impl Allowed {
    /// These hosts.
    pub fn new(hosts: &[String]) -> Self {
        Self(hosts.iter().map(|host| host.trim_matches(['[', ']']).to_ascii_lowercase()).collect())
    }

    fn has(&self, host: &str) -> bool {
        self.0.iter().any(|known| known == host)
    }

    /// Judges a URL whose host is an address already, which nothing resolves.
    ///
    /// # Errors
    /// It is not public.
    pub fn check_literal(&self, url: &Url) -> Result<(), NotPublic> {
        let address = match url.host() {
            Some(Host::Ipv4(v4)) => IpAddr::V4(v4),
            Some(Host::Ipv6(v6)) => IpAddr::V6(v6),
            Some(Host::Domain(_)) => return Ok(()),
            None => return Err(NotPublic),
        };
        if is_public(address) || self.has(&address.to_string()) { Ok(()) } else { Err(NotPublic) }
    }
}

/// Resolves names, and lets none through that leads into somebody's own network.
pub struct Guard {
    allowed: Allowed,
    lookup: Arc<dyn Lookup>,
}

impl Guard {
    /// A guard that lets those hosts pass.
    pub fn new(allowed: Allowed, lookup: Arc<dyn Lookup>) -> Self {
        Self { allowed, lookup }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().trim_end_matches('.').to_ascii_lowercase();
        let allowed = self.allowed.has(&host);
        // RFC 6761 §6.3: where nobody knows these names, they are this machine. Containers have them for each other.
        let local = host == "localhost" || host.ends_with(".localhost");
        let lookup = Arc::clone(&self.lookup);
        async move {
            let found = match lookup.addresses(host).await {
                Err(_) if local => vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
                found => found?,
            };
            // One address of its own network among public ones would do for whoever wants to reach it.
            if !allowed && !found.iter().copied().all(is_public) {
                return Err(NotPublic.into());
            }
            let addresses: Addrs = Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        }
        .boxed()
    }
}
