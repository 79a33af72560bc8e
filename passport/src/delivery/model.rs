//! Messages, and what becomes of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::i18n::Lang;

shared::id_type! {
    /// A message: the same at every attempt.
    pub struct MessageId;
}

/// By which way a message goes. Messages of one channel are sent a few at a time; channels do not wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Mail.
    Mail,
    /// Short message to a mobile.
    Sms,
    /// Logout tokens for the client of that id: one that does not answer keeps no other waiting.
    Logout(String),
    /// Security events for the client of that id.
    Signals(String),
}

/// What the names of channels for logout tokens begin with, and those for security events.
const LOGOUT: &str = "logout:";
const SIGNALS: &str = "signals:";

impl Channel {
    /// The name in the database and in figures.
    pub fn name(&self) -> Cow<'static, str> {
        match self {
            Self::Mail => "mail".into(),
            Self::Sms => "sms".into(),
            Self::Logout(client) => format!("{LOGOUT}{client}").into(),
            Self::Signals(client) => format!("{SIGNALS}{client}").into(),
        }
    }

    /// Which kind of channel it is, in figures: those of all clients together.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
            Self::Logout(_) => "logout",
            Self::Signals(_) => "signals",
        }
    }

    /// The channel of that name; `None` for one that only a newer version knows.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "mail" => Some(Self::Mail),
            "sms" => Some(Self::Sms),
            _ => {
                let of = |begin: &str, channel: fn(String) -> Self| Some(channel(name.strip_prefix(begin)?.to_owned()));
                of(LOGOUT, Self::Logout).or_else(|| of(SIGNALS, Self::Signals))
            }
        }
    }

    /// Whether what is given up may be kept to be tried again: words to people are erased, ids are not.
    pub fn keeps_what_failed(&self) -> bool {
        matches!(self, Self::Logout(_) | Self::Signals(_))
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// What a message says that carries a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofWords {
    /// The account is there, and its mail address is to be proven.
    Registered,
    /// A contact is to be proven.
    Contact,
    /// The password is to be chosen anew.
    Recovery,
    /// Somebody wants to appeal, and to be written to.
    Appeal,
    /// Somebody under 14 names who reads this as their guardian.
    Guardian,
    /// The second step of a sign-in, or that it is to be turned on: by SMS alone.
    SecondStep,
}

impl ProofWords {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Registered, Self::Contact, Self::Recovery, Self::Appeal, Self::Guardian, Self::SecondStep];

    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Contact => "contact",
            Self::Recovery => "recovery",
            Self::Appeal => "appeal",
            Self::Guardian => "guardian",
            Self::SecondStep => "second-step",
        }
    }
}

/// What proves that a message was read: a code, and in mails a link.
#[derive(Clone)]
pub struct ProofLetter {
    /// What it says.
    pub words: ProofWords,
    /// The code.
    pub code: String,
    /// The link, whole.
    pub link: Option<String>,
    /// The block of addresses that asked for it.
    pub from: String,
    /// When.
    pub at: Timestamp,
}

/// A site, as its own operators know it.
#[derive(Debug, Clone, Copy)]
pub struct SiteName<'s> {
    /// Its name in Chinese.
    pub zh: &'s str,
    /// Its name in English.
    pub en: &'s str,
    /// Its client id.
    pub id: &'s str,
}

/// What the operators of a site are told of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMatter {
    /// Somebody else has it.
    Lost,
    /// It signs for the site until a day, whatever signs for others.
    Pinned,
    /// It does not any more, sooner than that.
    Lifted,
}

/// A signing key of ours, as the operators of a site are told of it.
#[derive(Debug, Clone, Copy)]
pub struct KeyLetter<'k> {
    /// What of it.
    pub matter: KeyMatter,
    /// The site.
    pub site: SiteName<'k>,
    /// The key's id.
    pub kid: &'k str,
    /// Its algorithm.
    pub alg: &'k str,
    /// Since when that is so.
    pub at: Timestamp,
    /// Of a lost one, until when sites may have it in their copy of the key set, if they keep to what they are told; of
    /// the other, the day.
    pub until: Timestamp,
}

/// Why a message was refused for good, as far as people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nobody has that address or number.
    Unknown,
    /// The phone is switched off, out of reach or suspended.
    Away,
    /// There is no room for it at the receiver's.
    Full,
    /// The receiver wants none from us, or the operator blocks them.
    Blocked,
    /// What it says, or how, is refused.
    Content,
    /// Anything else, or nothing was said.
    Other,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Unknown, Self::Away, Self::Full, Self::Blocked, Self::Content, Self::Other];

    /// In reports, keys of texts and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown-recipient",
            Self::Away => "away",
            Self::Full => "full",
            Self::Blocked => "blocked",
            Self::Content => "content",
            Self::Other => "other",
        }
    }

    /// The one of that code; what only a newer version knows is [`Self::Other`].
    pub fn of_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|reason| reason.code() == code).unwrap_or(Self::Other)
    }

    /// Whether it lies in the contact: the next message would fare no better.
    pub const fn is_of_the_contact(self) -> bool {
        !matches!(self, Self::Content)
    }
}

/// A contact that could not be reached the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreachable {
    /// When the message was refused.
    pub at: Timestamp,
    /// Why.
    pub reason: Reason,
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It is still to be handed over.
    Queued,
    /// The mail server or the operator of the mobile network took it.
    Accepted {
        /// When.
        at: Timestamp,
    },
    /// It reached the receiver, as the operator or the other mail server reports.
    Delivered {
        /// When.
        at: Timestamp,
    },
    /// It was refused, or given up.
    Refused {
        /// When.
        at: Timestamp,
        /// Why; `None`: it was given up.
        reason: Option<Reason>,
    },
    /// Handed over without an answer, and to be repeated; or it is not known any more.
    Unknown {
        /// When it was handed over.
        at: Option<Timestamp>,
    },
}

/// A mail or SMS as it waits: whom it goes to and what it says, in words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// A mail address, or a number in E.164 form.
    pub to: String,
    /// The subject of a mail; empty for an SMS.
    pub subject: String,
    /// The text.
    pub text: String,
    /// What makes the HTML form of a mail out of its text. Messages of earlier versions lack it and go as text alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<Marks>,
    /// For operators who send nothing but texts that they have seen before: which one it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Template>,
}

/// A text that an operator knows, and what is put into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Its language.
    pub lang: Lang,
    /// What is put into it, by name.
    pub values: BTreeMap<String, String>,
}

/// What stands out in the HTML form of a mail. Nothing is said in it that the text does not say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// The language of the text.
    pub lang: Lang,
    /// The address of the passport, which the text may name.
    pub home: String,
    /// The code in it, or nothing.
    pub code: String,
    /// The link in it that does what the mail is about, or nothing.
    pub link: String,
    /// What that link does, on its button.
    pub action: String,
}

/// A logout token as it waits: it is made and signed when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutNotice {
    /// The client that is told.
    pub client: String,
    /// Whose session ended: the account's id.
    pub account: String,
    /// The session's id.
    pub session: String,
}

/// A security event as it waits: it is made and signed when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalNotice {
    /// The client that is told.
    pub client: String,
    /// Of whom: the account's id; none: of the stream itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Of which session alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// What happened: the name of its type.
    pub event: String,
    /// What is said about that, by the names of its members.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub members: BTreeMap<String, String>,
    /// When it happened, in seconds since the epoch.
    pub at: i64,
}

/// The content of a message: JSON that its way out reads. Nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(String);

impl Payload {
    /// Writes content.
    pub fn of(content: &impl Serialize) -> Self {
        // Structs of texts: nothing in them can fail to be written.
        Self(serde_json::to_string(content).unwrap_or_default())
    }

    /// What was stored.
    pub(super) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The content.
    ///
    /// # Errors
    /// It is none of that kind, and trying again will not make it one.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, SendError> {
        serde_json::from_str(&self.0).map_err(|_| SendError::Permanent("the message cannot be read".to_owned()))
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Payload([redacted])")
    }
}

/// A message about to be sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its id.
    pub id: MessageId,
    /// Its content.
    pub payload: Payload,
    /// When it was written.
    pub created_at: Timestamp,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

/// Why a message was not accepted. The texts name no recipient: they are stored and logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It may be later.
    #[error("{0}")]
    Temporary(String),
    /// It may have been: no answer came. To try again does no harm, since the receiver gets the same once more.
    #[error("{0}")]
    Doubtful(String),
    /// It never will be, for reasons of its own.
    #[error("{0}")]
    Permanent(String),
    /// It never will be: the other side says so.
    #[error("{1}")]
    Refused(Reason, String),
}

/// What the other side calls a message that it accepted, if it says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt(pub Option<String>);

/// A way out.
pub trait Transport: Send + Sync {
    /// Hands one message over. To be accepted twice is possible and must do no harm: the id tells.
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_is_found_again_by_its_name() {
        for channel in
            [Channel::Mail, Channel::Sms, Channel::Logout("a.b-c_d".to_owned()), Channel::Signals("a.b-c_d".to_owned())]
        {
            assert_eq!(Channel::named(&channel.name()), Some(channel));
        }
        assert_eq!(Channel::named("pigeon"), None);
    }

    #[test]
    fn every_reason_is_found_again_by_its_code() {
        for reason in Reason::ALL {
            assert_eq!(Reason::of_code(reason.code()), reason);
        }
        assert_eq!(Reason::of_code("struck by lightning"), Reason::Other);
    }
}
