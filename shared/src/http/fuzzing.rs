//! An entrance for programs that throw bytes at the headers that only proxies may add.

use std::net::IpAddr;

use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue};

use super::certificate::CertificateSource;
use super::network::{Network, client_address};

/// Lines of headers. Who is no trusted proxy is believed nothing, and a proxy nothing that does not stand there.
pub fn peer_headers(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        let at = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = (&line[..at], line.get(at + 1..).unwrap_or_default());
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    let Ok(trusted) = "10.0.0.0/8".parse::<Network>() else { return };
    for (peer, is_trusted) in [([192, 0, 2, 1], false), ([10, 0, 0, 1], true)] {
        let (peer, trusted) = (IpAddr::from(peer), [trusted]);
        let client = client_address(peer, &headers, &trusted);
        let said = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
        let said = said.flat_map(|line| line.split(',')).filter_map(|hop| hop.trim().parse::<IpAddr>().ok());
        let mut said = said.map(|ip| ip.to_canonical());
        assert!(client == peer || (is_trusted && said.any(|ip| ip == client)), "{client} was said by nobody");
    }
    let shown = |from_proxy| CertificateSource::Proxy.of(&Extensions::new(), &headers, from_proxy);
    assert!(shown(false).is_none(), "a stranger hands on a certificate");
    if let Some(certificate) = shown(true) {
        assert!(headers.get_all("client-cert").iter().count() == 1 && certificate.authorities().count() < 8);
    }
}
