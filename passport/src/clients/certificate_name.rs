//! The name that a client's certificate must hold (RFC 8705 §2.1.2), given by an authority that we trust.

use std::net::IpAddr;

use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate, X509Name};

use super::metadata::Metadata;

/// One name of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateName {
    /// The subject.
    Subject(DistinguishedName),
    /// A host name among the alternative names, in lower case.
    Dns(String),
    /// A URI among them.
    Uri(String),
    /// An address among them.
    Ip(IpAddr),
    /// A mail address among them.
    Email(String),
}

impl CertificateName {
    /// Every name that the metadata gives; none in place of one that is malformed.
    pub fn all(m: &Metadata) -> Vec<Option<Self>> {
        let plain = |text: &String| (!text.is_empty()).then(|| text.clone());
        let subject = m.tls_client_auth_subject_dn.as_ref();
        let names = [
            subject.map(|text| DistinguishedName::parse(text).map(Self::Subject)),
            m.tls_client_auth_san_dns.as_ref().map(|text| plain(text).map(|text| Self::Dns(text.to_ascii_lowercase()))),
            m.tls_client_auth_san_uri.as_ref().map(|text| plain(text).map(Self::Uri)),
            m.tls_client_auth_san_ip.as_ref().map(|text| text.parse().ok().map(Self::Ip)),
            m.tls_client_auth_san_email.as_ref().map(|text| plain(text).map(Self::Email)),
        ];
        names.into_iter().flatten().collect()
    }

    /// Whether that certificate, as DER, has this name.
    pub fn is_in(&self, der: &[u8]) -> bool {
        let Ok((_, certificate)) = X509Certificate::from_der(der) else { return false };
        if let Self::Subject(name) = self {
            return DistinguishedName::of(certificate.subject()).as_ref() == Some(name);
        }
        let Ok(Some(alternatives)) = certificate.subject_alternative_name() else { return false };
        alternatives.value.general_names.iter().any(|found| match (self, found) {
            (Self::Dns(name), GeneralName::DNSName(found)) => found.eq_ignore_ascii_case(name),
            (Self::Uri(name), GeneralName::URI(found)) => found == name,
            (Self::Ip(name), GeneralName::IPAddress(found)) => address(found) == Some(*name),
            (Self::Email(name), GeneralName::RFC822Name(found)) => found == name,
            _ => false,
        })
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

/// A subject, taken apart so that spaces, escapes and the case of attribute names make no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistinguishedName(Vec<Vec<(String, String)>>);

/// Attributes that RFC 4514 §3 and common practice write by name, and their object identifiers.
const ATTRIBUTES: [(&str, &str); 13] = [
    ("CN", "2.5.4.3"),
    ("SERIALNUMBER", "2.5.4.5"),
    ("C", "2.5.4.6"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("STREET", "2.5.4.9"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("ORGANIZATIONIDENTIFIER", "2.5.4.97"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("EMAILADDRESS", "1.2.840.113549.1.9.1"),
    ("E", "1.2.840.113549.1.9.1"),
];

impl DistinguishedName {
    /// Reads the text form of RFC 4514 §2; `None` for anything else. Values in hexadecimal (`#…`) are not taken.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = vec![Vec::new()];
        let mut rest = text;
        loop {
            let (attribute, value) = rest.split_once('=')?;
            let (value, end, after) = value_of(value)?;
            let kind = identifier(attribute.trim())?;
            parts.last_mut()?.push((kind, value));
            match end {
                None => break,
                Some(',') => parts.push(Vec::new()),
                Some(_) => {}
            }
            rest = after;
        }
        parts.iter_mut().for_each(|set| set.sort());
        Some(Self(parts))
    }

    /// The subject of a certificate, which stands there in the opposite order (RFC 4514 §2.1).
    fn of(name: &X509Name<'_>) -> Option<Self> {
        let mut parts = Vec::new();
        for set in name.iter_rdn() {
            let mut attributes = Vec::new();
            for attribute in set.iter() {
                attributes.push((attribute.attr_type().to_id_string(), attribute.as_str().ok()?.to_owned()));
            }
            attributes.sort();
            parts.push(attributes);
        }
        parts.reverse();
        Some(Self(parts))
    }
}

fn identifier(attribute: &str) -> Option<String> {
    let named = ATTRIBUTES.iter().find(|(name, _)| name.eq_ignore_ascii_case(attribute));
    let dotted = !attribute.is_empty() && attribute.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    named.map(|(_, id)| (*id).to_owned()).or_else(|| dotted.then(|| attribute.to_owned()))
}

/// One value with its escapes resolved (RFC 4514 §2.4), what ended it, and what follows.
fn value_of(text: &str) -> Option<(String, Option<char>, &str)> {
    let text = text.trim_start_matches(' ');
    let (mut bytes, mut kept) = (Vec::new(), 0);
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            ',' | '+' => {
                bytes.truncate(kept.max(without_spaces(&bytes)));
                return Some((String::from_utf8(bytes).ok()?, Some(c), text.get(at + 1..)?));
            }
            '\\' => {
                let (_, first) = chars.next()?;
                if first.is_ascii_hexdigit() {
                    let (_, second) = chars.next()?;
                    bytes.push(u8::from_str_radix(&format!("{first}{second}"), 16).ok()?);
                } else {
                    bytes.push(u8::try_from(first).ok()?);
                }
                kept = bytes.len();
            }
            '"' | ';' | '<' | '>' | '\0' => return None,
            '#' if bytes.is_empty() => return None,
            c => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes.truncate(kept.max(without_spaces(&bytes)));
    Some((String::from_utf8(bytes).ok()?, None, ""))
}

fn without_spaces(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|b| *b != b' ').map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let name = DistinguishedName::parse(one);
        name.is_some() && name == DistinguishedName::parse(other)
    }

    #[test]
    fn spelling_makes_no_difference_and_values_do() {
        assert!(same("CN=cet.example,O=Exams,C=CN", "cn=cet.example, o = Exams , 2.5.4.6=CN"));
        assert!(same(r"CN=a\, b,O=x", r"CN=a\2c b,O=x"));
        assert!(same("CN=a+UID=b,O=x", "UID=b + CN=a,O=x"));
        assert!(same(r"CN=考试", r"CN=\e8\80\83\e8\af\95"));
        for (one, other) in
            [("CN=a,O=b", "O=b,CN=a"), ("CN=a", "CN=A"), ("CN=a,O=b", "CN=a+O=b"), (r"CN=a\20", "CN=a ")]
        {
            assert!(!same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", "CN", "=a", "CN=a,", "CN=a,O", "XX=a", r"CN=a\", r"CN=\ff", "CN=\"a\"", "CN=#0401", "CN=a;O=b"]
        {
            assert_eq!(DistinguishedName::parse(text), None, "{text}");
        }
    }
}
