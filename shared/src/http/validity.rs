//! From when until when a certificate counts.

use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::clock::Timestamp;

/// The time of a certificate (RFC 5280 §4.1.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The first moment.
    pub from: Timestamp,
    /// The last second.
    pub until: Timestamp,
}

/// Why a certificate does not count now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// It is over.
    #[error("it expired on {0}")]
    Over(Timestamp),
    /// Its time has not begun.
    #[error("it is not valid before {0}")]
    ToCome(Timestamp),
}

impl Validity {
    /// That of a certificate (DER).
    ///
    /// # Errors
    /// It is none.
    pub fn of(certificate: &[u8]) -> Result<Self, String> {
        let (_, parsed) = X509Certificate::from_der(certificate).map_err(|error| error.to_string())?;
        let at = |time: x509_parser::time::ASN1Time| Timestamp::from_seconds(time.timestamp());
        let validity = parsed.validity();
        Ok(Self { from: at(validity.not_before), until: at(validity.not_after) })
    }

    /// Whether the certificate counts.
    ///
    /// # Errors
    /// Why it does not.
    pub fn check(self, now: Timestamp) -> Result<(), NotNow> {
        match now {
            _ if now.seconds() > self.until.seconds() => Err(NotNow::Over(self.until)),
            _ if now < self.from => Err(NotNow::ToCome(self.from)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_counts_from_its_first_second_to_its_last() {
        let mut params = rcgen::CertificateParams::default();
        params.not_before = rcgen::date_time_ymd(2027, 1, 1);
        params.not_after = rcgen::date_time_ymd(2027, 2, 1);
        let key = rcgen::KeyPair::generate().expect("a key");
        let made = params.self_signed(&key).expect("a certificate");
        let validity = Validity::of(made.der()).expect("a certificate");
        let (first, last) = (validity.from.seconds(), validity.until.seconds());
        assert_eq!(validity.from.to_string(), "2027-01-01T00:00:00Z");
        assert_eq!(validity.until.to_string(), "2027-02-01T00:00:00Z");
        let at = |seconds| validity.check(Timestamp::from_seconds(seconds));
        assert_eq!((at(first), at(last)), (Ok(()), Ok(())));
        assert_eq!(at(first - 1), Err(NotNow::ToCome(validity.from)));
        assert_eq!(at(last + 1), Err(NotNow::Over(validity.until)));
        assert!(Validity::of(b"none").is_err());
    }
}
