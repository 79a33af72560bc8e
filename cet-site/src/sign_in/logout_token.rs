//! Logout tokens: what the passport says when a session of its own ended (OpenID Connect Back-Channel Logout 1.0 §2.4)
//! and what has to be checked before it is believed (§2.6); and its questions, which are signed alike.

use openidconnect::core::CoreJsonWebKey;
use serde::Deserialize;
use serde_json::{Map, Value};
use shared::clock::Timestamp;

use super::signed::{self, Audience, Expected, Kind, Refusal, require};

/// A session ended there. Not every provider says the type (§2.4); one that does must mean this one.
const LOGOUT: Kind = Kind { typ: "logout+jwt", may_be_silent: true, another: Refusal::Rule("typ is not logout+jwt") };
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Whether a person has an open registration here.
const QUESTION: Kind = Kind {
    typ: "open-registrations+jwt",
    may_be_silent: true,
    another: Refusal::Rule("typ is not open-registrations+jwt"),
};
const QUESTION_EVENT: &str = "urn:e-test:event:open-registrations";

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
    let (claims, over_at) = believed((&LOGOUT, LOGOUT_EVENT), text, keys, expected)?;
    let whom = match (claims.sid, claims.sub) {
        (Some(sid), subject) => Whom::Session { sid, subject },
        (None, Some(subject)) => Whom::Subject(subject),
        (None, None) => return Err(Refusal::Rule("neither sub nor sid is given")),
    };
    Ok(LogoutToken { id: claims.jti, issued_at: Timestamp::from_seconds(claims.iat), over_at, whom })
}

/// Whom a question for open registrations is about. It may be asked twice: nothing comes of it.
pub(super) fn read_question(text: &str, keys: &[CoreJsonWebKey], expected: Expected<'_>) -> Result<String, Refusal> {
    let (claims, _) = believed((&QUESTION, QUESTION_EVENT), text, keys, expected)?;
    claims.sub.ok_or(Refusal::Rule("sub is missing"))
}

/// The claims of a token of that kind after every check, and when it would be refused anyway.
fn believed(
    (kind, event): (&Kind, &str),
    text: &str,
    keys: &[CoreJsonWebKey],
    expected: Expected<'_>,
) -> Result<(Claims, Timestamp), Refusal> {
    let mut claims = signed::claims(kind, text, keys)?;
    // Keeps an ID token from being taken for one (§4).
    require(claims.remove("nonce").is_none(), "nonce is prohibited")?;
    let claims: Claims = serde_json::from_value(Value::Object(claims))
        .map_err(|_| Refusal::Rule("a claim is missing or of another type"))?;
    signed::judge((&claims.iss, &claims.aud), (claims.iat, &claims.jti), expected)?;
    let over_at = Timestamp::from_seconds(claims.exp) + expected.leeway;
    require(over_at > expected.now, "the token is expired")?;
    require(claims.events.get(event).is_some_and(Value::is_object), "events does not tell what the token is for")?;
    Ok((claims, over_at))
}
