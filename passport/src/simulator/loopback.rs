//! This machine, and nobody else's: what the simulator listens on, sends people to and calls.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// A host that is not this machine.
#[derive(Debug, thiserror::Error)]
#[error("the host is not this machine")]
pub struct Elsewhere;

/// Whether a URL leads to this machine: `localhost`, what is below it (RFC 6761 §6.3), or a loopback address.
pub fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => is_local_name(name),
        None => false,
    }
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Knows this machine alone, so that no name leads elsewhere between a look and a call.
pub struct HereOnly;

impl Resolve for HereOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let here = is_local_name(name.as_str());
        Box::pin(async move {
            if !here {
                return Err(Elsewhere.into());
            }
            let addresses: Addrs = Box::new(std::iter::once(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)));
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_names_and_addresses() {
        for here in ["http://localhost:3000/cb", "https://cet.localhost/", "http://127.0.0.1/", "http://[::1]:8/"] {
            assert!(is_here(&Url::parse(here).expect("a URL")), "{here}");
        }
        for there in ["http://localhost.example/", "http://10.0.0.1/", "https://example.com/", "com.example:/cb"] {
            assert!(!is_here(&Url::parse(there).expect("a URL")), "{there}");
        }
    }
}
