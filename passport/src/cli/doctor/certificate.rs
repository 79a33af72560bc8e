//! The TLS files: readable, belonging together, for the names that are served with them, and not about to expire; and the
//! authorities of clients' certificates.

use std::path::Path;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use shared::clock::Timestamp;
use shared::config::BaseUrl;
use shared::http::Validity;

use super::{Finding, Patient};
use crate::oidc::mtls::authorities;

const CHECK: &str = "certificate";

/// Certificates are to be renewed this long before they expire.
const DAYS_LEFT: i64 = 14;

pub fn check(patient: &Patient) -> Vec<Finding> {
    let mut findings = vec![of_server(patient)];
    findings.extend(of_authorities(patient));
    findings
}

fn of_server(patient: &Patient) -> Finding {
    let server = &patient.config.server;
    let (Some(cert), Some(key)) = (&server.tls_cert, &server.tls_key) else {
        return Finding::ok(CHECK, "none: plain HTTP, for use behind a proxy that ends TLS");
    };
    let mtls = &patient.config.mtls;
    let beside = mtls.address.as_ref().filter(|_| mtls.listen.is_some());
    let hosts: Vec<&str> = std::iter::once(&patient.config.issuer).chain(beside).map(BaseUrl::host).collect();
    match examine(cert, key, &hosts) {
        Err(problem) => Finding::error(
            CHECK,
            problem,
            "the files are missing, swapped, of different renewals, or for another name",
            "put a certificate chain and its key in place; a running passport takes them up by itself, and goes on with \
             those that it has until then",
        ),
        Ok(validity) => {
            judge(CHECK, validity, patient.clock.now(), "valid until {}, fits its key and the names served")
        }
    }
}

/// When the certificate counts, if all else is well.
fn examine(cert: &Path, key: &Path, hosts: &[&str]) -> Result<Validity, String> {
    let in_file = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let (first, chain) = chain(cert)?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| in_file(key, &error))?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, private, &provider).map_err(|error| in_file(key, &error))?;
    let parsed = ParsedCertificate::try_from(&first).map_err(|error| in_file(cert, &error))?;
    for host in hosts {
        let name = ServerName::try_from((*host).to_owned()).map_err(|error| format!("{host}: {error}"))?;
        rustls::client::verify_server_name(&parsed, &name).map_err(|_| in_file(cert, &format!("is not for {host}")))?;
    }
    Validity::of(&first).map_err(|error| in_file(cert, &error))
}

/// When the first certificate in a file ends.
///
/// # Errors
/// There is none.
pub fn ends(file: &Path) -> Result<Timestamp, String> {
    let (first, _) = chain(file)?;
    Validity::of(&first).map(|validity| validity.until).map_err(|error| format!("{}: {error}", file.display()))
}

/// The first certificate of a file, and all of them.
fn chain(file: &Path) -> Result<(CertificateDer<'static>, Vec<CertificateDer<'static>>), String> {
    let in_file = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let chain = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| in_file(&error))?;
    let first = chain.first().cloned().ok_or_else(|| in_file(&"holds no certificate"))?;
    Ok((first, chain))
}

/// Whether a certificate that was served is the one that the files hold now; nothing where there are none.
pub fn served(patient: &Patient, served: &[u8]) -> Option<Finding> {
    const CHECK: &str = "served certificate";
    let file = patient.config.server.tls_cert.as_ref()?;
    let (first, _) = chain(file).ok()?;
    Some(if first.as_ref() == served {
        Finding::ok(CHECK, "the one that the file holds")
    } else {
        Finding::warning(
            CHECK,
            format!("another one than {} holds", file.display()),
            "the passport refused the new files, has not looked yet, or a proxy ends TLS in its place",
            "see `the certificate in use stays` in the log of the passport",
        )
    })
}

fn of_authorities(patient: &Patient) -> Option<Finding> {
    const CHECK: &str = "authorities of clients";
    let file = patient.config.mtls.ca_file.as_ref()?;
    let validities = match authorities::validities(file) {
        Ok(validities) => validities,
        Err(error) => {
            return Some(Finding::error(
                CHECK,
                error.to_string(),
                "the file is missing, or holds something else than certificates",
                "put the certificates of the authorities in place; a running passport takes them up by itself, and goes \
                 on with those that it has until then",
            ));
        }
    };
    let soonest = validities.into_iter().min_by_key(|validity| validity.until)?;
    Some(judge(CHECK, soonest, patient.clock.now(), "the first of them is valid until {}"))
}

/// What the time of a certificate means; `well`, with the end for `{}`, where it is not near.
fn judge(check: &'static str, validity: Validity, now: Timestamp, well: &str) -> Finding {
    let until = validity.until;
    let renew = "renew it; a running passport takes the new files up by itself";
    if let Err(error) = validity.check(now) {
        return Finding::error(check, error.to_string(), "it was not renewed, or was put in place too soon", renew);
    }
    match (until.seconds() - now.seconds()).div_euclid(86_400) {
        ..DAYS_LEFT => Finding::warning(check, format!("expires on {until}"), "it was not renewed yet", renew),
        _ => Finding::ok(check, well.replace("{}", &until.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Severity;
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_told_in_time() {
        let now = Timestamp::from_seconds(10_000_000);
        let day = |days: i64| Timestamp::from_seconds(now.seconds() + days * 86_400);
        let severity = |from: i64, until: i64| {
            judge(CHECK, Validity { from: day(from), until: day(until) }, now, "until {}").severity
        };
        assert_eq!(severity(-20, -1), Severity::Error);
        assert_eq!(severity(1, 30), Severity::Error);
        assert_eq!(severity(-20, 13), Severity::Warning);
        assert_eq!(severity(-20, 14), Severity::Ok);
    }

    #[test]
    fn a_certificate_is_for_every_name_that_is_served_with_it_and_fits_its_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a file");
            path
        };
        let made =
            rcgen::generate_simple_self_signed(["a.test".to_owned(), "b.test".to_owned()]).expect("a certificate");
        let other = rcgen::generate_simple_self_signed(["a.test".to_owned()]).expect("a certificate");
        let (cert, key) = (write("cert", made.cert.pem()), write("key", made.signing_key.serialize_pem()));
        let foreign = write("foreign", other.signing_key.serialize_pem());
        assert!(examine(&cert, &key, &["a.test", "b.test"]).is_ok());
        assert!(examine(&cert, &key, &["a.test", "c.test"]).expect_err("another name").contains("is not for c.test"));
        assert!(examine(&cert, &foreign, &["a.test"]).expect_err("another key").contains("foreign"));
    }
}
