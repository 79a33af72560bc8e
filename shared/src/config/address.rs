//! Addresses among the settings: public ones, and those of services that may need a password.

use std::fmt;

use url::{Host, Url};

use super::kinds::text;
use super::{Raw, Setting};

/// A public address of a program, from which its links are built: an `https` URL without a trailing slash,
/// query or fragment. Plain `http` is let through for loopback hosts only (measuring, tests).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    origin: String,
    host: String,
}

impl BaseUrl {
    /// Parses an address.
    ///
    /// # Errors
    /// What is wrong, as the rest of a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text.trim()).map_err(|error| format!("`{text}` is not a URL ({error})"))?;
        let host = url.host().ok_or_else(|| format!("`{text}` names no host"))?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            _ => {
                return Err(format!("`{text}` must begin with https:// (http:// only for loopback hosts)"));
            }
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(format!("`{text}` must hold nothing but scheme, host, port and path"));
        }
        let origin = url.origin().ascii_serialization();
        let host = host.to_string();
        Ok(Self { text: url.as_str().trim_end_matches('/').to_owned(), origin, host })
    }

    /// The address without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port (RFC 6454), as browsers send them in `Origin`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host name alone.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What browsers send as `Host`: the name, with the port unless it is the scheme's own.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.origin.split_once("://").map_or(self.host.as_str(), |(_, authority)| authority)
    }

    /// The address of a path that begins with a slash.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        debug_assert!(path.starts_with('/'), "{path} must begin with a slash");
        format!("{}{path}", self.text)
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Setting for BaseUrl {
    const KIND: &'static str = "https URL";

    fn decode(raw: Raw<'_>) -> Result<Self, String> {
        Self::parse(text(raw, Self::KIND)?)
    }
}

/// The address of a service, which may hold a password: in the environment only, and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionUrl(String);

impl ConnectionUrl {
    /// Takes an address over, from a program's own code.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The address with everything in it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ConnectionUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ConnectionUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match password_span(&self.0) {
            Some(span) => write!(f, "{}[redacted]{}", &self.0[..span.start], &self.0[span.end..]),
            None => f.write_str(&self.0),
        }
    }
}

/// Where the password stands: found by hand, since `sqlite:path` and broken addresses are no URLs, yet must
/// not show one either.
fn password_span(url: &str) -> Option<std::ops::Range<usize>> {
    let start = url.find("://")? + 3;
    let at = start + url[start..].rfind('@')?;
    let colon = start + url[start..at].find(':')?;
    Some(colon + 1..at)
}

impl Setting for ConnectionUrl {
    const KIND: &'static str = "URL of a service (a password in it: only from the environment)";

    fn decode(raw: Raw<'_>) -> Result<Self, String> {
        let url = text(raw, "URL of a service")?.trim();
        if url.is_empty() {
            return Err("must not be empty".to_owned());
        }
        if matches!(raw, Raw::File(_)) && password_span(url).is_some() {
            return Err(
                "must not hold a password in the file: give it in a file of its own or in the environment".to_owned()
            );
        }
        Ok(Self(url.to_owned()))
    }
}
