//! The TLS files: readable, belonging together, for this name, and not about to expire.

use std::path::Path;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use shared::clock::Timestamp;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::{Finding, Patient};

const CHECK: &str = "certificate";

/// Certificates are to be renewed this long before they expire.
const DAYS_LEFT: i64 = 14;

pub fn check(patient: &Patient) -> Finding {
    let server = &patient.config.server;
    let (Some(cert), Some(key)) = (&server.tls_cert, &server.tls_key) else {
        return Finding::ok(CHECK, "none: plain HTTP, for use behind a proxy that ends TLS");
    };
    match examine(cert, key, patient.config.issuer.host()) {
        Err(problem) => Finding::error(
            CHECK,
            problem,
            "the files are missing, swapped, of different renewals, or for another name",
            "put a certificate chain and its key in place; a running passport takes them up by itself",
        ),
        Ok(until) => judge(until, patient.clock.now()),
    }
}

/// When the certificate ends, if all else is well.
fn examine(cert: &Path, key: &Path, host: &str) -> Result<Timestamp, String> {
    let in_file = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| in_file(cert, &error))?;
    let first = chain.first().cloned().ok_or_else(|| in_file(cert, &"holds no certificate"))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| in_file(key, &error))?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, private, &provider).map_err(|error| in_file(key, &error))?;
    let name = ServerName::try_from(host.to_owned()).map_err(|error| format!("{host}: {error}"))?;
    ParsedCertificate::try_from(&first)
        .and_then(|parsed| rustls::client::verify_server_name(&parsed, &name))
        .map_err(|_| in_file(cert, &format!("is not for {host}")))?;
    let (_, parsed) = X509Certificate::from_der(&first).map_err(|error| in_file(cert, &error))?;
    Ok(Timestamp::from_seconds(parsed.validity().not_after.timestamp()))
}

fn judge(until: Timestamp, now: Timestamp) -> Finding {
    let left = (until.seconds() - now.seconds()).div_euclid(86_400);
    let renew = "renew it; a running passport takes the new files up by itself";
    match left {
        ..0 => Finding::error(CHECK, format!("expired on {until}"), "it was not renewed", renew),
        0..DAYS_LEFT => Finding::warning(CHECK, format!("expires on {until}"), "it was not renewed yet", renew),
        _ => Finding::ok(CHECK, format!("valid until {until}, fits its key and the issuer's name")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Severity;
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_told_in_time() {
        let now = Timestamp::from_seconds(10_000_000);
        let severity = |days: i64| judge(Timestamp::from_seconds(now.seconds() + days * 86_400), now).severity;
        assert_eq!(severity(-1), Severity::Error);
        assert_eq!(severity(13), Severity::Warning);
        assert_eq!(severity(14), Severity::Ok);
    }
}
