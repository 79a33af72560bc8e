//! Networks, and who a request comes from when proxies stand in between.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use axum::http::HeaderMap;

use crate::config::{Raw, Setting};

/// A network in CIDR notation: `10.0.0.0/8`, `2001:db8::/32`; a single address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether the address is in the network. An IPv4 address mapped into IPv6 counts as the IPv4 one.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => same_start(base.to_bits(), address.to_bits(), 32 - self.bits),
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let host_bits = 128 - self.bits;
                host_bits == 128 || (base.to_bits() ^ address.to_bits()) >> host_bits == 0
            }
            _ => false,
        }
    }
}

fn same_start(a: u32, b: u32, host_bits: u8) -> bool {
    host_bits == 32 || (a ^ b) >> host_bits == 0
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| ())?)),
            None => (text, None),
        };
        let base = address.parse::<IpAddr>().map_err(|_| ())?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits <= most { Ok(Self { base, bits }) } else { Err(()) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.bits)
    }
}

impl Setting for Network {
    const KIND: &'static str = "network, as in `10.0.0.0/8` or `192.0.2.1`";

    fn decode(raw: Raw<'_>) -> Result<Self, String> {
        let text = String::decode(raw)?;
        text.trim().parse().map_err(|()| format!("`{text}` is not a network such as 10.0.0.0/8"))
    }
}

/// Who is asking: the peer, or what trusted proxies say in `X-Forwarded-For`. Read from the right, because
/// each proxy appends whom it saw, and everything left of the first untrusted address may be invented.
pub(super) fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let mut client = peer.to_canonical();
    let is_trusted = |address| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(client) {
        return client;
    }
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    for hop in lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.rsplit(',')) {
        let Ok(address) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        client = address.to_canonical();
        if !is_trusted(client) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn network(text: &str) -> Network {
        text.parse().expect("a network")
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn forwarded(lines: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        headers
    }

    #[test]
    fn a_network_holds_the_addresses_that_share_its_start() {
        assert!(network("10.0.0.0/8").contains(ip("10.255.0.1")));
        assert!(!network("10.0.0.0/8").contains(ip("11.0.0.1")));
        assert!(network("0.0.0.0/0").contains(ip("203.0.113.9")));
        assert!(network("192.0.2.7").contains(ip("::ffff:192.0.2.7")));
        assert!(!network("192.0.2.7").contains(ip("192.0.2.6")));
        assert!(network("2001:db8::/32").contains(ip("2001:db8:1::1")));
        assert!(!network("2001:db8::/32").contains(ip("2001:db9::1")));
        assert!(network("::/0").contains(ip("::1")) && !network("::/0").contains(ip("127.0.0.1")));
        for broken in ["10.0.0.0/33", "::/129", "10.0.0/8", "a/8", "10.0.0.0/", ""] {
            assert!(broken.parse::<Network>().is_err(), "{broken}");
        }
    }

    #[test]
    fn an_untrusted_peer_is_the_client_whatever_it_says() {
        let headers = forwarded(&["198.51.100.1"]);
        assert_eq!(client_address(ip("203.0.113.9"), &headers, &[network("10.0.0.0/8")]), ip("203.0.113.9"));
        assert_eq!(client_address(ip("203.0.113.9"), &headers, &[]), ip("203.0.113.9"));
    }

    #[test]
    fn trusted_proxies_are_walked_from_the_right() {
        let trusted = [network("10.0.0.0/8")];
        let headers = forwarded(&["6.6.6.6, 198.51.100.1", "10.0.0.2"]);
        assert_eq!(client_address(ip("10.0.0.1"), &headers, &trusted), ip("198.51.100.1"));
        assert_eq!(
            client_address(ip("10.0.0.1"), &forwarded(&["6.6.6.6, nonsense, 10.0.0.3"]), &trusted),
            ip("10.0.0.3")
        );
        let two_lines = forwarded(&["6.6.6.6", "198.51.100.1"]);
        assert_eq!(client_address(ip("10.0.0.1"), &two_lines, &trusted), ip("198.51.100.1"));
        assert_eq!(client_address(ip("10.0.0.1"), &HeaderMap::new(), &trusted), ip("10.0.0.1"));
    }
}
