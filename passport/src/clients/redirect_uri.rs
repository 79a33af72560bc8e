//! Redirect URIs: what may be registered, and when a presented one is the registered one.
//!
//! Comparison is byte for byte (RFC 9700 §2.1). The one exception is the port of a native application's
//! loopback address, which the system hands out when the application listens (RFC 8252 §7.3).

use std::fmt;

use url::{Host, Url};

use super::model::ApplicationType;

/// A redirect URI that passed the checks of registration. Keeps the bytes it was registered with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RedirectUri {
    text: String,
    /// Where the port stands in `text`, if any port will do: the bytes before it and after it.
    any_port: Option<(String, String)>,
}

/// Why a redirect URI cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Not an absolute URI.
    #[error("is not an absolute URI")]
    NotAbsolute,
    /// RFC 6749 §3.1.2 forbids it.
    #[error("has a fragment")]
    Fragment,
    /// A name or password before the host only serves to deceive.
    #[error("has user information before the host")]
    UserInfo,
    /// Control characters, spaces or characters outside ASCII: browsers disagree on their form.
    #[error("holds a character that must be percent-encoded")]
    Character,
    /// A code must not travel in clear.
    #[error("must use https; http is for loopback addresses only")]
    Insecure,
    /// The same for a site, where it is known that it is one (RFC 9700 §2.6).
    #[error("must use https; a loopback address is for native applications only")]
    Site,
    /// A custom scheme belongs to native applications, and contains a dot (RFC 8252 §7.1).
    #[error("has a scheme that this type of application may not use")]
    Scheme,
    /// Browsers and URI libraries read it differently from how it is written.
    #[error("is not in normal form; write it as browsers do")]
    NotNormal,
}

impl RedirectUri {
    /// Checks a URI at registration.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn register(text: &str, application: ApplicationType) -> Result<Self, RedirectUriError> {
        if !text.bytes().all(|b| b.is_ascii_graphic()) || text.contains(['\\', '<', '>', '"']) {
            return Err(RedirectUriError::Character);
        }
        if text.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        let url = Url::parse(text).map_err(|_| RedirectUriError::NotAbsolute)?;
        match url.scheme() {
            "https" | "http" => register_web(text, &url, application),
            scheme => register_custom(text, scheme, application),
        }
    }

    /// The URI as it was registered.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a code would go to a site in clear, if only within one machine. A program on a device has no other way
    /// (RFC 8252 §7.3).
    pub fn needs_tls(&self, application: ApplicationType) -> bool {
        application == ApplicationType::Web && self.text.starts_with("http:")
    }

    /// Whether the presented URI is this one.
    pub fn matches(&self, presented: &str) -> bool {
        if presented == self.text {
            return true;
        }
        self.any_port.as_ref().is_some_and(|(before, after)| {
            presented
                .strip_prefix(before.as_str())
                .and_then(|rest| rest.strip_suffix(after.as_str()))
                .is_some_and(is_port)
        })
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn register_web(text: &str, url: &Url, application: ApplicationType) -> Result<RedirectUri, RedirectUriError> {
    if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
        return Err(RedirectUriError::UserInfo);
    }
    let loopback_ip = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        _ => false,
    };
    let loopback = loopback_ip || url.host_str() == Some("localhost");
    if url.scheme() == "http" && !loopback {
        return Err(RedirectUriError::Insecure);
    }
    // The parser adds the empty path, and drops the scheme's usual port: both are harmless differences.
    let usual = format!("{}:{}", authority(url.as_str()), usual_port(url.scheme()));
    let plain =
        if authority(text) == usual { text.replacen(&usual, authority(url.as_str()), 1) } else { text.to_owned() };
    if plain != url.as_str() && format!("{plain}/") != url.as_str() {
        return Err(RedirectUriError::NotNormal);
    }
    let any_port = (application == ApplicationType::Native && loopback_ip && url.scheme() == "http")
        .then(|| around_port(text, url))
        .flatten();
    Ok(RedirectUri { text: text.to_owned(), any_port })
}

fn register_custom(text: &str, scheme: &str, application: ApplicationType) -> Result<RedirectUri, RedirectUriError> {
    // A dot marks a reversed domain name, and keeps `javascript:`, `data:` and their like out.
    if application != ApplicationType::Native || !scheme.contains('.') {
        return Err(RedirectUriError::Scheme);
    }
    if authority(text).contains('@') {
        return Err(RedirectUriError::UserInfo);
    }
    Ok(RedirectUri { text: text.to_owned(), any_port: None })
}

fn usual_port(scheme: &str) -> u16 {
    if scheme == "https" { 443 } else { 80 }
}

/// What stands between `//` and the path.
fn authority(text: &str) -> &str {
    let rest = text.split_once("//").map_or("", |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

/// The text before the `:port` of a loopback address and after it.
fn around_port(text: &str, url: &Url) -> Option<(String, String)> {
    let before = format!("{}://{}", url.scheme(), url.host_str()?);
    let rest = text.strip_prefix(&before)?;
    let digits = rest.strip_prefix(':').map_or(0, |r| 1 + r.bytes().take_while(u8::is_ascii_digit).count());
    Some((before, rest.get(digits..)?.to_owned()))
}

/// Nothing, or `:` and a number from 1 to 65535 without leading zeros.
fn is_port(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    text.strip_prefix(':').is_some_and(|digits| {
        !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit())
            && digits.parse::<u16>().is_ok_and(|port| port > 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web(text: &str) -> Result<RedirectUri, RedirectUriError> {
        RedirectUri::register(text, ApplicationType::Web)
    }

    fn native(text: &str) -> Result<RedirectUri, RedirectUriError> {
        RedirectUri::register(text, ApplicationType::Native)
    }

    #[test]
    fn any_byte_that_differs_is_another_uri() {
        let registered = web("https://a.example/cb?x=1").expect("registered");
        assert!(registered.matches("https://a.example/cb?x=1"));
        for other in [
            "https://a.example/cb",
            "https://a.example/cb?x=1&y=2",
            "https://a.example/cb?x=1#f",
            "https://A.example/cb?x=1",
            "https://a.example:443/cb?x=1",
            "https://a.example/./cb?x=1",
            "https://a.example/%63b?x=1",
            "https://u@a.example/cb?x=1",
            "http://a.example/cb?x=1",
            "https://a.example/cb?x=1 ",
            "",
        ] {
            assert!(!registered.matches(other), "{other}");
        }
    }

    #[test]
    fn a_native_loopback_address_may_listen_on_any_port() {
        for (registered, same, others) in [
            (
                "http://127.0.0.1/cb",
                ["http://127.0.0.1:51004/cb", "http://127.0.0.1/cb"],
                ["http://127.0.0.1:0/cb", "http://127.0.0.1:51004/cb/", "http://127.0.0.2:1/cb"],
            ),
            (
                "http://[::1]:9000/cb?a=b",
                ["http://[::1]:1/cb?a=b", "http://[::1]/cb?a=b"],
                ["http://[::1]:65536/cb?a=b", "http://[::1]:1@x/cb?a=b", "http://[::1]:01/cb?a=b"],
            ),
        ] {
            let registered = native(registered).expect("registered");
            for uri in same {
                assert!(registered.matches(uri), "{uri}");
            }
            for uri in others {
                assert!(!registered.matches(uri), "{uri}");
            }
        }
    }

    #[test]
    fn any_port_is_for_native_applications_and_addresses_only() {
        let site = web("http://127.0.0.1:9/cb").expect("registered");
        assert!(!site.matches("http://127.0.0.1:10/cb"));
        let by_name = native("http://localhost:9/cb").expect("registered");
        assert!(!by_name.matches("http://localhost:10/cb"));
    }

    #[test]
    fn what_could_leak_a_code_is_not_registered() {
        use RedirectUriError as E;
        for (uri, error) in [
            ("/cb", E::NotAbsolute),
            ("https://a.example/cb#f", E::Fragment),
            ("https://a.example/cb#", E::Fragment),
            ("https://u@a.example/cb", E::UserInfo),
            ("https://@a.example/cb", E::UserInfo),
            ("https://u:p@a.example/cb", E::UserInfo),
            ("http://a.example/cb", E::Insecure),
            ("http://127.0.0.1.a.example/cb", E::Insecure),
            ("https://a.example/c b", E::Character),
            ("https://a.example/\r\nX: y", E::Character),
            ("https://a.example\\@b.example/", E::Character),
            ("https://例.example/cb", E::Character),
            ("https://A.example/cb", E::NotNormal),
            ("https://a.example/x/../cb", E::NotNormal),
            ("javascript:alert(1)", E::Scheme),
            ("com.example.app:/cb", E::Scheme),
        ] {
            assert_eq!(web(uri), Err(error), "{uri}");
        }
    }

    #[test]
    fn a_native_application_may_use_its_reversed_domain_name() {
        assert!(native("com.example.app:/cb").is_ok());
        assert_eq!(native("myapp:/cb"), Err(RedirectUriError::Scheme));
        assert_eq!(native("javascript:alert(1)"), Err(RedirectUriError::Scheme));
    }

    #[test]
    fn written_out_usual_ports_and_empty_paths_are_kept_as_they_are() {
        let with_port = web("https://a.example:443/cb").expect("registered");
        assert!(with_port.matches("https://a.example:443/cb"));
        assert!(!with_port.matches("https://a.example/cb"));
        let bare = web("https://a.example").expect("registered");
        assert!(!bare.matches("https://a.example/"));
    }
}
