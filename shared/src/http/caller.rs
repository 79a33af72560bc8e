//! Who is asking, as far as a record keeps it: the network and the device.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use axum::http::header::USER_AGENT;
use axum::http::request::Parts;

use super::{ClientAddr, Device};

/// Where a request comes from. Small, and copied into whatever tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Its network.
    pub network: CallerNetwork,
    /// The device that it names.
    pub device: Device,
}

impl Caller {
    /// Somebody at that address who names no device.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        Self { network: CallerNetwork(address.to_canonical()), device: Device::UNKNOWN }
    }

    /// Who sent the request with this head.
    #[must_use]
    pub fn of(parts: &Parts) -> Self {
        let named = parts.headers.get(USER_AGENT);
        let device = named.map_or(Device::UNKNOWN, |text| Device::of_user_agent(text.as_bytes()));
        Self { device, ..Self::at(ClientAddr::of(&parts.extensions).0) }
    }
}

/// The network of a caller: an IPv4 address, or the /64 of an IPv6 address, in which a machine takes a new one each day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallerNetwork(IpAddr);

impl CallerNetwork {
    /// The address that the request came from.
    #[must_use]
    pub fn address(self) -> IpAddr {
        self.0
    }
}

/// As it is stored and shown: `203.0.113.7`, `2001:db8:1:2::/64`.
impl fmt::Display for CallerNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(address) => write!(f, "{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::extract::ConnectInfo;
    use axum::http::Request;

    use super::*;

    fn of(address: &str, user_agent: Option<&str>) -> Caller {
        let mut request = Request::get("/");
        if let Some(text) = user_agent {
            request = request.header(USER_AGENT, text);
        }
        let mut parts = request.body(()).expect("a request").into_parts().0;
        let peer = SocketAddr::new(address.parse().expect("an address"), 443);
        parts.extensions.insert(ConnectInfo(peer));
        Caller::of(&parts)
    }

    #[test]
    fn a_network_is_one_ipv4_address_or_the_64_of_an_ipv6_address() {
        for (address, shown) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(of(address, None).network.to_string(), shown);
        }
    }

    #[test]
    fn who_names_no_device_has_an_unknown_one() {
        assert_eq!(of("203.0.113.7", None).device, Device::UNKNOWN);
        assert_ne!(of("203.0.113.7", Some("Windows NT")).device, Device::UNKNOWN);
    }
}
