//! Security event tokens, as the passport writes them, and what has to be checked before one is believed (RFC 8417 §2.2,
//! SSF 1.0).

use std::time::Duration;

use openidconnect::core::CoreJsonWebKey;
use serde::Deserialize;
use serde_json::{Map, Value};
use shared::clock::Timestamp;

use crate::sign_in::logout_token::Whom;
use crate::sign_in::signed::{self, Audience, Expected, Kind, Refusal, require};

/// The type has to be said (RFC 8417 §2.3): there is no `exp` by which one could be told from other tokens.
const SET: Kind = Kind { typ: "secevent+jwt", may_be_silent: false, another: Refusal::Rule("typ is not secevent+jwt") };

/// How old one may be: longer than the passport tries, holds back, and keeps what was given up.
const OLDEST: Duration = Duration::from_secs(45 * 24 * 60 * 60);

/// The beginnings of the types that are known here.
const CAEP: &str = "https://schemas.openid.net/secevent/caep/event-type/";
const RISC: &str = "https://schemas.openid.net/secevent/risc/event-type/";

/// What is to be done about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sign_in) enum Reaction {
    /// Sessions end.
    End(Whom),
    /// The account is gone: sessions end, and nothing is left here by which the person is known.
    Forget(String),
    /// It is written down.
    Note,
}

/// A security event after every check but that of its single use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sign_in) struct Signal {
    /// Its id: counts once.
    pub(in crate::sign_in) id: String,
    /// The URI of its type.
    pub(in crate::sign_in) event: String,
    /// Whom it is about, if it is about somebody.
    pub(in crate::sign_in) subject: Option<String>,
    /// When the passport wrote it.
    pub(in crate::sign_in) issued_at: Timestamp,
    /// When it would be refused anyway.
    pub(in crate::sign_in) over_at: Timestamp,
    /// What is to be done.
    pub(in crate::sign_in) reaction: Reaction,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: i64,
    jti: String,
    events: Map<String, Value>,
    sub_id: SubId,
}

/// Subject identifiers (RFC 9493 §3, and the complex ones of SSF), those that the passport uses.
#[derive(Deserialize)]
#[serde(tag = "format", rename_all = "snake_case")]
enum SubId {
    IssSub {
        iss: String,
        sub: String,
    },
    Opaque {
        id: String,
    },
    Complex {
        user: Option<Box<SubId>>,
        session: Option<Box<SubId>>,
    },
    #[serde(other)]
    Another,
}

/// Reads an event signed by one of `keys`.
pub(in crate::sign_in) fn read(text: &str, keys: &[CoreJsonWebKey], expected: Expected<'_>) -> Result<Signal, Refusal> {
    let claims = signed::claims(&SET, text, keys)?;
    // What ID tokens and access tokens have, and these have not.
    for name in ["exp", "sub", "nonce"] {
        require(!claims.contains_key(name), "exp, sub and nonce are prohibited")?;
    }
    let claims: Claims = serde_json::from_value(Value::Object(claims))
        .map_err(|_| Refusal::Rule("a claim is missing or of another type"))?;
    signed::judge((&claims.iss, &claims.aud), (claims.iat, &claims.jti), expected)?;
    let issued_at = Timestamp::from_seconds(claims.iat);
    let over_at = issued_at + OLDEST + expected.leeway;
    require(over_at > expected.now, "the token is too old")?;
    let (event, members) = claims.events.into_iter().next().ok_or(Refusal::Rule("events is empty"))?;
    require(members.is_object(), "the event is no object")?;
    let (subject, session) = whom(claims.sub_id, expected.issuer)?;
    let reaction = reaction(&event, subject.as_deref(), session)?;
    Ok(Signal { id: claims.jti, event, subject, issued_at, over_at, reaction })
}

/// The person, and the session of theirs, that a subject identifier names.
fn whom(named: SubId, issuer: &str) -> Result<(Option<String>, Option<String>), Refusal> {
    Ok(match named {
        SubId::IssSub { iss, sub } if iss == issuer => (Some(sub), None),
        SubId::IssSub { .. } => return Err(Refusal::Rule("sub_id is of another issuer")),
        SubId::Complex { user, session } => {
            let session = match session.map(|session| *session) {
                Some(SubId::Opaque { id }) => Some(id),
                Some(_) => return Err(Refusal::Rule("sub_id names a session that is not understood")),
                None => None,
            };
            let subject = user.map(|user| whom(*user, issuer)).transpose()?.and_then(|(subject, _)| subject);
            (subject, session)
        }
        SubId::Opaque { .. } | SubId::Another => (None, None),
    })
}

fn reaction(event: &str, subject: Option<&str>, session: Option<String>) -> Result<Reaction, Refusal> {
    let person = || subject.map(str::to_owned).ok_or(Refusal::Rule("sub_id names nobody"));
    if event.strip_prefix(CAEP) == Some("session-revoked") {
        return Ok(Reaction::End(match session {
            Some(sid) => Whom::Session { sid, subject: subject.map(str::to_owned) },
            None => Whom::Subject(person()?),
        }));
    }
    match event.strip_prefix(RISC) {
        Some("account-disabled") => Ok(Reaction::End(Whom::Subject(person()?))),
        Some("account-purged") => Ok(Reaction::Forget(person()?)),
        // Also what is not known here: the passport may have more to say one day.
        _ => Ok(Reaction::Note),
    }
}
