//! The headers that keep a browser from doing harm.

use std::time::Duration;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};

/// Only what stands in our own files. A page that sends a form on to another site names that site by
/// setting the header itself.
pub(super) const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
     script-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The `Referrer-Policy` of a page or redirect by which the next site may know whose page led there: the origin, and nothing
/// of the address, which may hold secrets.
pub const NAMING_THE_ORIGIN: &str = "strict-origin";

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const NO_PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// The same for a page whose form ends at another site: browsers hold redirects after a form to `form-action` too.
/// `source` is an origin or a scheme with its colon. `None` for what cannot stand in a header.
pub fn content_policy_with_forms_to(source: &str) -> Option<HeaderValue> {
    let policy = CONTENT_POLICY.replace("form-action 'self'", &format!("form-action 'self' {source}"));
    is_source(source).then(|| HeaderValue::try_from(policy).ok()).flatten()
}

/// The same for a page with frames of those origins. `None` if one of them cannot stand in a header.
pub fn content_policy_with_frames_of(sources: &[String]) -> Option<HeaderValue> {
    let policy = format!("{CONTENT_POLICY}; frame-src {}", sources.join(" "));
    sources.iter().all(|source| is_source(source)).then(|| HeaderValue::try_from(policy).ok()).flatten()
}

/// Nothing in it begins another source or directive, or is a keyword.
fn is_source(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b";,'\"".contains(&b))
}

/// Sets what the handler did not.
pub(super) fn complete(headers: &mut HeaderMap, hsts: Option<&HeaderValue>) {
    set(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, CACHE_CONTROL, "no-store");
    // A redirect within the host takes nothing away from what the page before it let be known.
    set(headers, REFERRER_POLICY, if leads_within(headers) { NAMING_THE_ORIGIN } else { "no-referrer" });
    if is_document(headers) {
        set(headers, CONTENT_SECURITY_POLICY, CONTENT_POLICY);
        set(headers, OPENER_POLICY, "same-origin");
        set(headers, PERMISSIONS_POLICY, NO_PERMISSIONS);
    }
    if let Some(hsts) = hsts {
        headers.entry(STRICT_TRANSPORT_SECURITY).or_insert_with(|| hsts.clone());
    }
}

/// Whether the answer is a redirect to another page of this host.
fn leads_within(headers: &HeaderMap) -> bool {
    let location = headers.get(LOCATION).map(HeaderValue::as_bytes);
    location.is_some_and(|location| location.starts_with(b"/") && !location.starts_with(b"//"))
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

/// Whether a browser could show the answer as a document of its own. JSON answers, which are the hot path of
/// back channels, and answers without a body are spared the long headers.
fn is_document(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| !kind.as_bytes().starts_with(b"application/j"))
}

/// `Strict-Transport-Security` (RFC 6797 §6.1), for this host and those below it.
pub(super) fn hsts(age: Duration) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("max-age={}; includeSubDomains", age.as_secs())).ok()
}
