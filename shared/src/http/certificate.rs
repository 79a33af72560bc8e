//! Certificates that clients show (RFC 8705 §2): in the handshake, to a listener that asks for them, or to a trusted
//! proxy that ends TLS and hands them on (RFC 9440).
//!
//! Whoever shows one has its private key. Whether it is worth anything else is for the program to judge.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName};
use axum_server::tls::TlsInfo;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ParsedCertificate;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, UnixTime};

/// RFC 9440 §2.2
const CERTIFICATE: HeaderName = HeaderName::from_static("client-cert");

/// RFC 9440 §2.3
const CHAIN: HeaderName = HeaderName::from_static("client-cert-chain");

/// More certificates than a chain to any authority has.
const LONGEST: usize = 8;

/// The certificates that a client showed, its own first, each as DER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate(Arc<[Vec<u8>]>);

impl ClientCertificate {
    fn new(chain: &[Vec<u8>]) -> Option<Self> {
        (1..=LONGEST).contains(&chain.len()).then(|| Self(chain.into()))
    }

    /// The client's own.
    #[must_use]
    pub fn own(&self) -> &[u8] {
        self.0.first().map(Vec::as_slice).unwrap_or_default()
    }

    /// Those of the authorities above it, as far as the client sent them.
    pub fn authorities(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().skip(1).map(Vec::as_slice)
    }
}

/// Where the certificates of a program's clients come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CertificateSource {
    /// Nobody is asked for one.
    #[default]
    Nowhere,
    /// The handshake, on a [`Server`](super::Server) that asks for them.
    Handshake,
    /// The headers of RFC 9440 that trusted proxies add. They must remove what comes from outside.
    Proxy,
}

impl CertificateSource {
    /// The certificate behind a request.
    pub(super) fn of(
        self,
        extensions: &Extensions,
        headers: &HeaderMap,
        from_proxy: bool,
    ) -> Option<ClientCertificate> {
        match self {
            Self::Nowhere => None,
            Self::Handshake => ClientCertificate::new(&extensions.get::<Arc<TlsInfo>>()?.peer_certificates),
            Self::Proxy if from_proxy => handed_on(headers),
            Self::Proxy => None,
        }
    }
}

/// RFC 9440 §2: one byte sequence (RFC 8941 §3.3.5) is the certificate, a list of them the chain above it.
fn handed_on(headers: &HeaderMap) -> Option<ClientCertificate> {
    let mut own = headers.get_all(CERTIFICATE).iter();
    let (Some(first), None) = (own.next(), own.next()) else { return None };
    let mut chain = vec![bytes(first.to_str().ok()?)?];
    for line in headers.get_all(CHAIN) {
        for item in line.to_str().ok()?.split(',') {
            chain.push(bytes(item)?);
        }
    }
    ClientCertificate::new(&chain)
}

fn bytes(item: &str) -> Option<Vec<u8>> {
    STANDARD.decode(item.trim().strip_prefix(':')?.strip_suffix(':')?).ok()
}

/// The certificate behind a request, if there is one. Extract it in a handler.
#[derive(Debug, Clone)]
pub struct Shown(pub Option<ClientCertificate>);

impl<S: Sync> FromRequestParts<S> for Shown {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get().cloned()))
    }
}

/// Asks for a certificate and takes any whose key the client has, and none at all.
#[derive(Debug)]
pub(super) struct TakeAny(pub(super) WebPkiSupportedAlgorithms);

impl ClientCertVerifier for TakeAny {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        own: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        ParsedCertificate::try_from(own).map(|_| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(own: &[&'static str], chain: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in own {
            headers.append(CERTIFICATE, HeaderValue::from_static(value));
        }
        for value in chain {
            headers.append(CHAIN, HeaderValue::from_static(value));
        }
        headers
    }

    fn read(headers: &HeaderMap) -> Option<Vec<Vec<u8>>> {
        let found = CertificateSource::Proxy.of(&Extensions::new(), headers, true)?;
        Some(std::iter::once(found.own()).chain(found.authorities()).map(<[u8]>::to_vec).collect())
    }

    #[test]
    fn a_trusted_proxy_hands_the_chain_on() {
        assert_eq!(read(&headers(&[":YQ==:"], &[])), Some(vec![b"a".to_vec()]));
        let three = Some(vec![b"a".to_vec(), b"b".to_vec(), b"c".to_vec()]);
        assert_eq!(read(&headers(&[":YQ==:"], &[":Yg==:, :Yw==:"])), three);
        assert_eq!(read(&headers(&[":YQ==:"], &[":Yg==:", ":Yw==:"])), three);
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        for own in [&[][..], &["YQ=="], &[":YQ==:", ":YQ==:"], &[":YQ==:, :YQ==:"], &[":!:"], &[""]] {
            assert_eq!(read(&headers(own, &[])), None, "{own:?}");
        }
        assert_eq!(read(&headers(&[":YQ==:"], &["x"])), None);
        assert_eq!(read(&headers(&[":YQ==:"], &[":YQ==:"; LONGEST])), None);
    }

    #[test]
    fn a_stranger_hands_nothing_on() {
        let forged = headers(&[":YQ==:"], &[]);
        for source in [CertificateSource::Nowhere, CertificateSource::Handshake, CertificateSource::Proxy] {
            assert_eq!(source.of(&Extensions::new(), &forged, false), None, "{source:?}");
        }
        assert_eq!(CertificateSource::Handshake.of(&Extensions::new(), &forged, true), None);
    }
}
