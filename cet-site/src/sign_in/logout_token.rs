//! Logout tokens: what the passport says when a session of its own ended (OpenID Connect Back-Channel Logout 1.0 §2.4)
//! and what has to be checked before it is believed (§2.6).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey as _, JsonWebKeyId};
use serde::Deserialize;
use serde_json::{Map, Value};
use shared::clock::Timestamp;

/// What tells tokens of the passport apart that are meant for this site itself: none is taken for another.
struct Kind {
    /// `typ` in the header, in lower case and without `application/`.
    typ: &'static str,
    /// The member of `events`.
    event: &'static str,
    /// What is told to whoever sent one of another type.
    another: Refusal,
}

/// A session ended there.
const LOGOUT: Kind = Kind {
    typ: "logout+jwt",
    event: "http://schemas.openid.net/event/backchannel-logout",
    another: Refusal::Rule("typ is not logout+jwt"),
};

/// Whether a person has an open registration here.
const QUESTION: Kind = Kind {
    typ: "open-registrations+jwt",
    event: "urn:e-test:event:open-registrations",
    another: Refusal::Rule("typ is not open-registrations+jwt"),
};

/// More than an id needs, and less than would hurt to keep.
const LONGEST_ID: usize = 256;

/// Why a logout token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// It breaks that rule.
    #[error("{0}")]
    Rule(&'static str),
    /// It names a key that is not known.
    #[error("no key of the passport signed it")]
    UnknownKey,
}

/// Whose sessions are to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Whom {
    /// Those that came of one session at the passport.
    Session {
        /// Its id there.
        sid: String,
        /// Whose it must be, if that is said.
        subject: Option<String>,
    },
    /// All of one person.
    Subject(String),
}

/// A logout token after every check but that of its single use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogoutToken {
    /// Its id: counts once.
    pub(super) id: String,
    /// When the passport wrote it.
    pub(super) issued_at: Timestamp,
    /// When it would have been refused anyway.
    pub(super) over_at: Timestamp,
    /// Whose sessions are to end.
    pub(super) whom: Whom,
}

/// What a token must say to be for us, now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'e> {
    pub(super) issuer: &'e str,
    pub(super) client_id: &'e str,
    pub(super) now: Timestamp,
    /// How far two honest clocks may lie apart.
    pub(super) leeway: Duration,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: i64,
    exp: i64,
    jti: String,
    events: Map<String, Value>,
    sub: Option<String>,
    sid: Option<String>,
}

/// Reads a token signed by one of `keys`.
pub(super) fn read(text: &str, keys: &[CoreJsonWebKey], expected: Expected<'_>) -> Result<LogoutToken, Refusal> {
    let (claims, over_at) = believed(&LOGOUT, text, keys, expected)?;
    let whom = match (claims.sid, claims.sub) {
        (Some(sid), subject) => Whom::Session { sid, subject },
        (None, Some(subject)) => Whom::Subject(subject),
        (None, None) => return Err(Refusal::Rule("neither sub nor sid is given")),
    };
    Ok(LogoutToken { id: claims.jti, issued_at: Timestamp::from_seconds(claims.iat), over_at, whom })
}

/// Whom a question for open registrations is about. It may be asked twice: nothing comes of it.
pub(super) fn read_question(text: &str, keys: &[CoreJsonWebKey], expected: Expected<'_>) -> Result<String, Refusal> {
    let (claims, _) = believed(&QUESTION, text, keys, expected)?;
    claims.sub.ok_or(Refusal::Rule("sub is missing"))
}

/// The claims of a token of that kind after every check, and when it would be refused anyway.
fn believed(
    kind: &Kind,
    text: &str,
    keys: &[CoreJsonWebKey],
    expected: Expected<'_>,
) -> Result<(Claims, Timestamp), Refusal> {
    let mut claims: Map<String, Value> = serde_json::from_slice(&verified(kind, text, keys)?).map_err(|_| MALFORMED)?;
    // Keeps an ID token from being taken for one (§4).
    if claims.remove("nonce").is_some() {
        return Err(Refusal::Rule("nonce is prohibited"));
    }
    let claims = serde_json::from_value(Value::Object(claims));
    judge(kind, claims.map_err(|_| Refusal::Rule("a claim is missing or of another type"))?, expected)
}

const MALFORMED: Refusal = Refusal::Rule("the logout token is no signed JWT");

/// The payload, whose signature holds.
fn verified(kind: &Kind, text: &str, keys: &[CoreJsonWebKey]) -> Result<Vec<u8>, Refusal> {
    let (signed, signature) = text.rsplit_once('.').ok_or(MALFORMED)?;
    let (header, payload) = signed.split_once('.').ok_or(MALFORMED)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| MALFORMED);
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| MALFORMED)?;
    // The algorithms of ID tokens, as they are verified here (§2.6, step 2).
    let alg = match header.alg.as_str() {
        "ES256" => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        "RS256" => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        _ => return Err(Refusal::Rule("the algorithm is not one of ID tokens")),
    };
    // Not every provider says the type (§2.4); one that does must mean this one.
    if header.typ.is_some_and(|typ| !is_of(kind, &typ)) {
        return Err(kind.another);
    }
    if header.crit.is_some() {
        return Err(Refusal::Rule("crit is not understood"));
    }
    let kid = JsonWebKeyId::new(header.kid.ok_or(Refusal::Rule("kid is missing"))?);
    let key = keys.iter().find(|key| key.key_id() == Some(&kid)).ok_or(Refusal::UnknownKey)?;
    key.verify_signature(&alg, signed.as_bytes(), &decode(signature)?)
        .map_err(|_| Refusal::Rule("the signature is wrong"))?;
    decode(payload)
}

/// A media type is compared without its `application/` and without case (RFC 7515 §4.1.9).
fn is_of(kind: &Kind, typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    typ.strip_prefix("application/").unwrap_or(&typ) == kind.typ
}

fn judge(kind: &Kind, claims: Claims, expected: Expected<'_>) -> Result<(Claims, Timestamp), Refusal> {
    let Expected { issuer, client_id, now, leeway } = expected;
    let require = |holds: bool, rule: &'static str| if holds { Ok(()) } else { Err(Refusal::Rule(rule)) };
    require(claims.iss == issuer, "iss is another issuer")?;
    let for_us = match &claims.aud {
        Audience::One(one) => one == client_id,
        Audience::Many(many) => many.iter().any(|one| one == client_id),
    };
    require(for_us, "aud is another client")?;
    let over_at = Timestamp::from_seconds(claims.exp) + leeway;
    require(over_at > now, "the token is expired")?;
    require(claims.iat <= (now + leeway).seconds(), "the token was issued in the future")?;
    require(claims.events.get(kind.event).is_some_and(Value::is_object), "events does not tell what the token is for")?;
    require((1..=LONGEST_ID).contains(&claims.jti.len()), "jti is empty or too long")?;
    Ok((claims, over_at))
}
