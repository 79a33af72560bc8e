//! Where a person was going when a page came in between.
//!
//! The way back travels with the person, sealed, in the query or in a hidden field: a restart, a second tab
//! or a bookmark does not lose it, and nobody can make a link that leads elsewhere, since only this program
//! seals and only local paths are opened.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;

use super::Web;
use super::seal::{KeyUse, Sealer, open_text, seal_text};

/// The query parameter and form field that carries a sealed [`ReturnTo`].
pub const FIELD: &str = "continue";

const PURPOSE: KeyUse = KeyUse::ReturnTo;

/// The way back, and what the pages in between should know about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnTo {
    /// A local path with its query; see [`is_local`].
    pub path: String,
    /// When the interaction began: a sign-in at or after it counts as fresh.
    #[serde(with = "millis")]
    pub started_at: Timestamp,
    /// The site at the end of the way, as registered.
    pub destination: Option<Destination>,
    /// Whether the site wants to know the province of the test centre.
    pub needs_province: bool,
    /// Who the site believes is signing in (OIDC Core §3.1.2.1).
    pub login_hint: Option<String>,
    /// The local path for a person who changes their mind.
    pub cancel: Option<String>,
    /// Whether the site asked for the registration form (OIDC Prompt Create).
    pub create: bool,
    /// The least context class that is asked for (OIDC Core §2, `acr`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Where the way ends, as a source of `form-action`: see [`allow_forms`].
    #[serde(default)]
    pub form_target: Option<String>,
}

/// What is shown of a site on the way to it: from its registration, never from the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The full Chinese name.
    pub name_zh: String,
    /// The full English name.
    pub name_en: String,
    /// The host, as shown.
    pub host: String,
    /// The class of its accent: `cet`, `pets`, `ncre` or `pp`.
    pub accent: String,
    /// Where we serve its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// Its privacy policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Its terms of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
}

impl ReturnTo {
    /// A way back to a page of our own, with no site behind it.
    pub fn local(path: impl Into<String>, started_at: Timestamp) -> Self {
        Self {
            path: path.into(),
            started_at,
            destination: None,
            needs_province: false,
            login_hint: None,
            cancel: None,
            create: false,
            acr: None,
            form_target: None,
        }
    }
}

/// Seals and opens [`ReturnTo`] values.
#[derive(Clone)]
pub struct ReturnToCodec(Arc<dyn Sealer>);

impl ReturnToCodec {
    /// A codec on that key ring.
    pub fn new(sealer: Arc<dyn Sealer>) -> Self {
        Self(sealer)
    }

    /// The sealed text for a query or a hidden field.
    pub fn seal(&self, return_to: &ReturnTo) -> String {
        seal_text(&*self.0, PURPOSE, &serde_json::to_vec(return_to).unwrap_or_default())
    }

    /// What was sealed. `None` for anything broken: the person then goes home instead of to an error.
    pub fn open(&self, text: &str) -> Option<ReturnTo> {
        let return_to: ReturnTo = serde_json::from_slice(&open_text(&*self.0, PURPOSE, text)?).ok()?;
        (is_local(&return_to.path) && return_to.cancel.as_deref().is_none_or(is_local)).then_some(return_to)
    }
}

/// Middleware for the pages that a way may lead through: lets their forms end at the site at its end, which may then learn
/// that a page of ours led there, if the redirect at its end lets it.
pub async fn let_forms_go_on(State(web): State<Web>, request: Request, next: Next) -> Response {
    let sealed = request.uri().query().and_then(|query| {
        let (_, sealed) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == FIELD)?;
        Some(sealed.into_owned())
    });
    let mut response = next.run(request).await;
    if let Some(way) = sealed.and_then(|sealed| web.return_to().open(&sealed)) {
        allow_forms(&mut response, way.form_target.as_deref());
        let naming_us = HeaderValue::from_static(shared::http::NAMING_THE_ORIGIN);
        response.headers_mut().entry(header::REFERRER_POLICY).or_insert(naming_us);
    }
    response
}

/// A registered address as a source in a content security policy: its origin, or its scheme alone where it is an application's own
/// or the host is an IPv6 address, which the policy's grammar does not know (CSP3 §2.3.1).
pub fn form_target(uri: &str) -> Option<String> {
    let url = url::Url::parse(uri).ok()?;
    let origin = url.origin();
    let by_name = origin.is_tuple() && !matches!(url.host(), Some(url::Host::Ipv6(_)));
    Some(if by_name { origin.ascii_serialization() } else { format!("{}:", url.scheme()) })
}

/// Lets the forms of a page end at that site: browsers hold the redirects after a form to the policy of its page, and
/// would stop it on the last one.
pub fn allow_forms(response: &mut Response, target: Option<&str>) {
    if let Some(policy) = target.and_then(shared::http::content_policy_with_forms_to) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Whether a browser reads `path` as a path on this host: one leading slash, no backslash (browsers take it
/// for a slash), no control character (browsers drop some of them).
pub fn is_local(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains(|c: char| c == '\\' || c.is_control())
}

/// `path` with the sealed way back in its query, or as it is when there is none.
pub fn link(path: &str, sealed: Option<&str>) -> String {
    match sealed {
        Some(sealed) => format!("{path}?{FIELD}={sealed}"),
        None => path.to_owned(),
    }
}

mod millis {
    use serde::{Deserialize as _, Deserializer, Serializer};
    use shared::clock::Timestamp;

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(at.millis())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        i64::deserialize(deserializer).map(Timestamp::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::seal::testing::PlainSealer;

    fn codec() -> ReturnToCodec {
        ReturnToCodec::new(Arc::new(PlainSealer))
    }

    #[test]
    fn what_was_sealed_comes_back() {
        let mut way = ReturnTo::local("/authorize/resume?request=abc", Timestamp::from_millis(1_234));
        way.cancel = Some("/authorize/cancel?request=abc".to_owned());
        assert_eq!(codec().open(&codec().seal(&way)), Some(way));
    }

    #[test]
    fn a_changed_or_foreign_text_is_no_way_back() {
        let sealed = codec().seal(&ReturnTo::local("/", Timestamp::from_millis(0)));
        for broken in ["", "x", "%%%", &sealed[1..], &format!("{sealed}A")] {
            assert_eq!(codec().open(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_forms_way_is_named_as_a_policy_can_name_it() {
        for (uri, source) in [
            ("https://cet.localhost:8444/sign-in/callback?x=1", "https://cet.localhost:8444"),
            ("http://127.0.0.1:49152/cb", "http://127.0.0.1:49152"),
            ("http://[::1]:49152/cb", "http:"),
            ("com.example.app:/cb", "com.example.app:"),
        ] {
            assert_eq!(form_target(uri).as_deref(), Some(source), "{uri}");
        }
    }

    #[test]
    fn a_path_that_leaves_this_host_is_no_way_back() {
        for path in ["https://evil.example/", "//evil.example", "/\\evil.example", "/a\r\nb", "/\tb", "evil", ""] {
            assert!(!is_local(path), "{path}");
            let sealed = codec().seal(&ReturnTo::local(path, Timestamp::from_millis(0)));
            assert_eq!(codec().open(&sealed), None, "{path}");
        }
        assert!(is_local("/") && is_local("/authorize?x=//y"));
    }
}
