//! Security event tokens (RFC 8417): their claims.
//!
//! No `exp`, `sub` or `nonce`, and a `typ` of their own keep one from being taken for an ID token or an access token
//! (RFC 8417 §4). There is no `txn` either: what two sites could compare would tell them that they know the same person
//! under two names.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::clients::signals::EventType;
use crate::delivery::SignalNotice;

/// The `typ` of the header (RFC 8417 §2.3).
pub(super) const TYPE: &str = "secevent+jwt";

/// The claims (RFC 8417 §2.2).
#[derive(Debug, Serialize)]
pub(super) struct Set<'s> {
    iss: &'s str,
    aud: &'s str,
    jti: &'s str,
    iat: i64,
    toe: i64,
    sub_id: Value,
    events: Map<String, Value>,
}

/// What one is made for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Addressed<'a> {
    /// `iss`
    pub(super) issuer: &'a str,
    /// The client's id.
    pub(super) client: &'a str,
    /// The message's id, the same at every try: who has taken it knows it again (RFC 8935 §2).
    pub(super) id: &'a str,
    /// When the message was written, in seconds since the epoch.
    pub(super) written_at: i64,
}

impl<'s> Set<'s> {
    /// The claims of a message, about the person whom the client knows as `subject`.
    pub(super) fn of(to: Addressed<'s>, event: EventType, notice: &SignalNotice, subject: Option<&str>) -> Self {
        let Addressed { issuer, client, id, written_at } = to;
        let mut said: Map<String, Value> =
            notice.members.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        if event.is_caep() {
            said.insert("event_timestamp".to_owned(), notice.at.into());
        }
        let sub_id = match subject {
            // Of the stream itself (SSF §8.1.4.1).
            None => json!({ "format": "opaque", "id": client }),
            Some(subject) => about(issuer, subject, notice.session.as_deref()),
        };
        let events = [(event.uri(), Value::Object(said))].into_iter().collect();
        Self { iss: issuer, aud: client, jti: id, iat: written_at, toe: notice.at, sub_id, events }
    }
}

/// Somebody, as the client knows them (RFC 9493 §3.2.3), or one session of theirs (a complex subject of SSF): by `sid` of its ID
/// tokens.
fn about(issuer: &str, subject: &str, session: Option<&str>) -> Value {
    let user = json!({ "format": "iss_sub", "iss": issuer, "sub": subject });
    match session {
        None => user,
        Some(sid) => {
            json!({ "format": "complex", "user": user, "session": { "format": "opaque", "id": sid } })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn claims(event: EventType, session: Option<&str>, subject: Option<&str>) -> Value {
        let notice = SignalNotice {
            client: "cet".to_owned(),
            account: None,
            session: session.map(str::to_owned),
            event: event.code().to_owned(),
            members: BTreeMap::from([("reason".to_owned(), "hijacking".to_owned())]),
            at: 7,
        };
        let to = Addressed { issuer: "https://p.example", client: "cet", id: "m1", written_at: 8 };
        serde_json::to_value(Set::of(to, event, &notice, subject)).expect("JSON")
    }

    #[test]
    fn a_token_says_what_it_must_and_nothing_by_which_it_could_be_taken_for_another() {
        let set = claims(EventType::AccountDisabled, None, Some("s"));
        assert_eq!(
            set,
            json!({
                "iss": "https://p.example", "aud": "cet", "jti": "m1", "iat": 8, "toe": 7,
                "sub_id": { "format": "iss_sub", "iss": "https://p.example", "sub": "s" },
                "events": {
                    "https://schemas.openid.net/secevent/risc/event-type/account-disabled": { "reason": "hijacking" }
                },
            })
        );
    }

    #[test]
    fn the_end_of_one_session_names_that_session() {
        let set = claims(EventType::SessionRevoked, Some("sid-1"), Some("s"));
        assert_eq!(set["sub_id"]["format"], "complex");
        assert_eq!(set["sub_id"]["session"], json!({ "format": "opaque", "id": "sid-1" }));
        assert_eq!(set["sub_id"]["user"]["sub"], "s");
        let said = &set["events"]["https://schemas.openid.net/secevent/caep/event-type/session-revoked"];
        assert_eq!(said["event_timestamp"], 7);
    }

    #[test]
    fn a_verification_is_about_the_stream() {
        let set = claims(EventType::Verification, None, None);
        assert_eq!(set["sub_id"], json!({ "format": "opaque", "id": "cet" }));
    }
}
