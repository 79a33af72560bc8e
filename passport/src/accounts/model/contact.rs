//! Where a person can be written to.

use super::{Email, LoginName, Mobile};
use crate::delivery::Channel;

/// Which of an account's contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactKind {
    /// 电子邮箱
    Email,
    /// 手机号
    Mobile,
}

impl ContactKind {
    /// Both, in the order of pages.
    pub const ALL: [Self; 2] = [Self::Mobile, Self::Email];

    /// In forms, addresses and records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Mobile => "mobile",
        }
    }

    /// By which way messages go to it.
    pub const fn channel(self) -> Channel {
        match self {
            Self::Email => Channel::Mail,
            Self::Mobile => Channel::Sms,
        }
    }

    /// The kind of that code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A mail address or a mobile number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contact {
    /// A mail address.
    Email(Email),
    /// A mobile number, for SMS.
    Mobile(Mobile),
}

impl Contact {
    /// The mail address or mobile number that was typed into one field.
    pub fn parse(text: &str) -> Option<Self> {
        let mobile = || Mobile::parse(text).ok().map(Self::Mobile);
        Email::parse(text).ok().map(Self::Email).or_else(mobile)
    }

    /// Which kind it is.
    pub const fn kind(&self) -> ContactKind {
        match self {
            Self::Email(_) => ContactKind::Email,
            Self::Mobile(_) => ContactKind::Mobile,
        }
    }

    /// The login name that it is.
    pub fn name(&self) -> LoginName {
        match self {
            Self::Email(email) => LoginName::email(email),
            Self::Mobile(mobile) => LoginName::mobile(mobile),
        }
    }

    /// As messages are sent to it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(email) => email.as_str(),
            Self::Mobile(mobile) => mobile.as_str(),
        }
    }

    /// Enough of it to be recognised by its owner.
    pub fn masked(&self) -> String {
        match self {
            Self::Email(email) => email.masked(),
            Self::Mobile(mobile) => mobile.masked(),
        }
    }
}
