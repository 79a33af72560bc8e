//! What a site has to look at before it believes an ID token (OIDC Core §3.1.3.7), in their order.

use std::time::Duration;

use serde_json::{Map, Value};
use shared::clock::Timestamp;

use crate::keys::Alg;
use crate::keys::received::{Audience, KeySet, Purpose, Received};

/// How far the clocks of two servers may be apart.
const SKEW: Duration = Duration::from_secs(10);

/// What an ID token is held against.
pub(super) struct Expected<'e> {
    pub(super) issuer: &'e str,
    pub(super) client_id: &'e str,
    pub(super) nonce: &'e str,
    /// The subject of the user information.
    pub(super) subject: Option<&'e str>,
    pub(super) now: Timestamp,
}

/// What was looked at, and whether it is as it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Check {
    /// The key of the sentence that says what it is.
    pub(super) key: &'static str,
    pub(super) holds: bool,
}

/// Holds an ID token against what is expected.
pub(super) fn check(id_token: &str, keys: &Value, expected: &Expected<'_>) -> Vec<Check> {
    let keys = KeySet::usable(keys).unwrap_or_default();
    let claims = Received::parse(id_token, Purpose::IdToken).and_then(|token| token.verify(&keys, &Alg::ALL));
    let Ok(claims) = claims else { return vec![Check { key: "try-check-signature", holds: false }] };
    let is = |name: &str, value: &str| claims.text(name).ok().flatten() == Some(value);
    let moment = |name: &str| claims.moment(name).ok().flatten();
    let lives = moment("exp").is_some_and(|end| end + SKEW > expected.now);
    let made = moment("iat").is_some_and(|at| at <= expected.now + SKEW);
    [
        ("try-check-signature", true),
        ("try-check-issuer", is("iss", expected.issuer)),
        ("try-check-audience", claims.check_audience(Audience::OneOf(&[expected.client_id])).is_ok()),
        ("try-check-nonce", is("nonce", expected.nonce)),
        ("try-check-time", lives && made),
        ("try-check-subject", expected.subject.is_some_and(|subject| is("sub", subject))),
    ]
    .map(|(key, holds)| Check { key, holds })
    .to_vec()
}

/// The header and the claims of a token, for reading alone: whether they count is for [`check`].
pub(super) fn decoded(token: &str) -> Option<[Map<String, Value>; 2]> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let mut parts = token.split('.');
    let mut part = || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok();
    Some([part()?, part()?])
}
