//! A stream, and the types of events that there are.

use std::collections::BTreeSet;
use std::time::Duration;

use http::HeaderValue;
use shared::clock::Timestamp;
use shared::secret::SecretString;
use url::Url;

use crate::clients::ClientId;

/// For how long events are held back for a stream that is paused. After that it counts as disabled.
pub const HELD_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The longest value of `Authorization` that is taken.
const LONGEST_AUTHORIZATION: usize = 4096;

/// A type of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventType {
    /// RISC: nobody gets into the account for now.
    AccountDisabled,
    /// RISC: somebody does again.
    AccountEnabled,
    /// RISC: the account is gone for good.
    AccountPurged,
    /// RISC: nobody gets in before the password is chosen anew.
    CredentialChangeRequired,
    /// RISC: a mail address or a mobile number of the account is another one.
    IdentifierChanged,
    /// RISC: a mobile number left the account, since somebody else has it now.
    IdentifierRecycled,
    /// RISC: what the account is recovered by is another.
    RecoveryInformationChanged,
    /// CAEP: a password, passkey, app or set of recovery codes was added, replaced or removed.
    CredentialChange,
    /// CAEP: a session ended.
    SessionRevoked,
    /// SSF: somebody asked whether the stream works.
    Verification,
}

impl EventType {
    /// Those that a client chooses from. A verification comes when it is asked for.
    pub const CHOSEN: [Self; 9] = [
        Self::AccountDisabled,
        Self::AccountEnabled,
        Self::AccountPurged,
        Self::CredentialChangeRequired,
        Self::IdentifierChanged,
        Self::IdentifierRecycled,
        Self::RecoveryInformationChanged,
        Self::CredentialChange,
        Self::SessionRevoked,
    ];

    /// Its name in commands and in the database: the last part of its URI.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AccountDisabled => "account-disabled",
            Self::AccountEnabled => "account-enabled",
            Self::AccountPurged => "account-purged",
            Self::CredentialChangeRequired => "account-credential-change-required",
            Self::IdentifierChanged => "identifier-changed",
            Self::IdentifierRecycled => "identifier-recycled",
            Self::RecoveryInformationChanged => "recovery-information-changed",
            Self::CredentialChange => "credential-change",
            Self::SessionRevoked => "session-revoked",
            Self::Verification => "verification",
        }
    }

    /// Its URI, the member of `events` (RFC 8417 §2.2).
    pub fn uri(self) -> String {
        let of = match self {
            Self::CredentialChange | Self::SessionRevoked => "caep",
            Self::Verification => "ssf",
            _ => "risc",
        };
        format!("https://schemas.openid.net/secevent/{of}/event-type/{}", self.code())
    }

    /// Whether its definition has `event_timestamp` (CAEP §2).
    pub const fn is_caep(self) -> bool {
        matches!(self, Self::CredentialChange | Self::SessionRevoked)
    }

    /// The one of that name, whether it can be chosen or not.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::CHOSEN.into_iter().chain([Self::Verification]).find(|known| known.code() == code)
    }
}

/// What becomes of events for a client (SSF §8.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamState {
    /// They are sent.
    Enabled,
    /// They are held back, for [`HELD_FOR`] at most.
    Paused,
    /// They are not written down at all.
    Disabled,
}

impl StreamState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Enabled, Self::Paused, Self::Disabled];

    /// As it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }

    /// The one that is stored so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What is agreed on with a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// The client.
    pub client: ClientId,
    /// Where its events go: an https URL.
    pub endpoint: Url,
    /// Which it wants.
    pub events: BTreeSet<EventType>,
    /// Whether it gets them.
    pub state: StreamState,
    /// Since when it is in that state.
    pub changed_at: Timestamp,
    /// What is sent as `Authorization`, sealed.
    pub(crate) authorization: Option<Vec<u8>>,
}

impl Stream {
    /// Whether something is sent as `Authorization`.
    pub fn has_authorization(&self) -> bool {
        self.authorization.is_some()
    }
}

/// What somebody wants of a stream, checked.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub(crate) endpoint: Option<Url>,
    pub(crate) events: Option<BTreeSet<EventType>>,
    pub(crate) authorization: Option<Option<SecretString>>,
}

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrongWish {
    /// What egress would not call anyway.
    #[error("the endpoint must be an https URL without user information and without a fragment")]
    Endpoint,
    /// Not one of [`EventType::CHOSEN`].
    #[error("there is no event {0}")]
    Event(String),
    /// It could not stand in a header (RFC 9110 §5.5).
    #[error("the value of Authorization takes 1 to 4096 visible ASCII characters and spaces")]
    Authorization,
}

impl Wanted {
    /// Checks it; what is left out stays as it is. An authorization that is empty is taken away.
    ///
    /// # Errors
    /// See [`WrongWish`].
    pub fn parse(
        endpoint: Option<&str>,
        events: Option<&[String]>,
        authorization: Option<SecretString>,
    ) -> Result<Self, WrongWish> {
        let endpoint = endpoint.map(|text| parse_endpoint(text).ok_or(WrongWish::Endpoint)).transpose()?;
        let chosen = |code: &String| {
            let known = EventType::CHOSEN.into_iter().find(|known| known.code() == code);
            known.ok_or_else(|| WrongWish::Event(code.clone()))
        };
        let events = events.map(|codes| codes.iter().map(chosen).collect::<Result<_, _>>()).transpose()?;
        let authorization = authorization.map(|value| Some(value).filter(|value| !value.is_empty()));
        if let Some(Some(value)) = &authorization
            && (value.expose().len() > LONGEST_AUTHORIZATION
                || !value.expose().bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
                || HeaderValue::from_str(value.expose()).is_err())
        {
            return Err(WrongWish::Authorization);
        }
        Ok(Self { endpoint, events, authorization })
    }
}

/// Held to the rule of logout URIs.
fn parse_endpoint(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let named = url.username().is_empty() && url.password().is_none();
    (url.scheme() == "https" && url.has_host() && named && url.fragment().is_none()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_found_again_by_its_name_and_has_a_uri_of_its_own() {
        let mut uris = BTreeSet::new();
        for known in EventType::CHOSEN.into_iter().chain([EventType::Verification]) {
            assert_eq!(EventType::of_code(known.code()), Some(known));
            assert!(uris.insert(known.uri()), "{known:?}");
        }
        assert_eq!(EventType::of_code("struck-by-lightning"), None);
        let uri = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
        assert_eq!(EventType::SessionRevoked.uri(), uri);
        let uri = "https://schemas.openid.net/secevent/ssf/event-type/verification";
        assert_eq!(EventType::Verification.uri(), uri);
    }

    #[test]
    fn every_state_is_found_again() {
        for state in StreamState::ALL {
            assert_eq!(StreamState::parse(state.as_str()), Some(state));
        }
        assert_eq!(StreamState::parse("asleep"), None);
    }

    #[test]
    fn only_https_is_an_endpoint() {
        let asked = |text: &str| Wanted::parse(Some(text), None, None).map(|wanted| wanted.endpoint.is_some());
        assert_eq!(asked("https://a.example/signals?of=us"), Ok(true));
        for wrong in
            ["http://a.example/", "https://a:b@a.example/", "https://a.example/#x", "a.example", "ftp://a.example"]
        {
            assert_eq!(asked(wrong), Err(WrongWish::Endpoint), "{wrong}");
        }
    }

    #[test]
    fn what_nobody_knows_cannot_be_chosen() {
        let asked = |codes: &[&str]| {
            let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
            Wanted::parse(None, Some(&codes), None).map(|wanted| wanted.events.map(|events| events.len()))
        };
        assert_eq!(asked(&["session-revoked", "session-revoked"]), Ok(Some(1)));
        for wrong in ["verification", "Session-Revoked", ""] {
            assert_eq!(asked(&[wrong]), Err(WrongWish::Event(wrong.to_owned())));
        }
    }

    #[test]
    fn a_header_is_one_line_and_an_empty_one_is_none() {
        let asked = |text: &str| {
            let wanted = Wanted::parse(None, None, Some(SecretString::new(text)))?;
            Ok::<_, WrongWish>(wanted.authorization.map(|value| value.is_some()))
        };
        assert_eq!(asked("Bearer abc"), Ok(Some(true)));
        assert_eq!(asked(""), Ok(Some(false)));
        for wrong in ["a\nb", "a\r\nHost: x", "\u{7}", "口令", &"x".repeat(4097)] {
            assert_eq!(asked(wrong), Err(WrongWish::Authorization), "{wrong:?}");
        }
    }
}
