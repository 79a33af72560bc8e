//! A challenge or a pass, sealed into the text that travels with the form.

use std::time::Duration;

use shared::clock::Timestamp;
use shared::entropy::{self, Entropy};

use super::Level;
use super::answer::{self, Answer};
use crate::web::Sealer;
use crate::web::seal::{KeyUse, open_text, seal_text};

/// How long a challenge may be answered, and how long a pass lasts.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);

const PURPOSE: KeyUse = KeyUse::Captcha;
const ID_LENGTH: usize = 16;

/// The form that a captcha belongs to: passing one opens no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// 考生登录
    SignIn,
    /// 用户注册
    Registration,
    /// 重置密码
    Recovery,
    /// 找回账号
    FindAccount,
    /// 信息占用申诉
    Appeal,
}

impl Form {
    /// Whether who fills it in names a contact, to which a code can be sent.
    pub(super) fn names_a_contact(self) -> bool {
        self != Self::FindAccount
    }

    pub(super) const fn code(self) -> u8 {
        match self {
            Self::SignIn => 1,
            Self::Registration => 2,
            Self::Recovery => 3,
            Self::FindAccount => 4,
            Self::Appeal => 5,
        }
    }

    fn parse(code: u8) -> Option<Self> {
        [Self::SignIn, Self::Registration, Self::Recovery, Self::FindAccount, Self::Appeal]
            .into_iter()
            .find(|form| form.code() == code)
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nothing any more: this is a pass of that level.
    Nothing { level: Level },
    /// To work, or to read the picture of `answer`.
    Work { level: Level, answer: Answer },
    /// To read the picture of `answer`.
    Picture { answer: Answer, large: bool },
    /// To type the code that was sent; to whom, masked.
    Code { code: Answer, to: String },
}

/// A challenge or a pass. Whoever carries it cannot look inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) id: [u8; ID_LENGTH],
    pub(super) form: Form,
    pub(super) asked: Asked,
    pub(super) expires_at: Timestamp,
}

impl Ticket {
    pub(super) fn new(form: Form, asked: Asked, now: Timestamp, entropy: &dyn Entropy) -> Self {
        Self { id: entropy::bytes(entropy), form, asked, expires_at: now + LIFETIME }
    }

    pub(super) fn seal(&self, sealer: &dyn Sealer) -> String {
        let mut bytes = Vec::with_capacity(40);
        bytes.extend(self.id);
        bytes.extend(self.expires_at.millis().to_be_bytes());
        bytes.push(self.form.code());
        match &self.asked {
            Asked::Nothing { level } => bytes.extend([0, level.number()]),
            Asked::Picture { answer, large } => {
                bytes.extend([1, u8::from(*large)]);
                bytes.extend(answer.bytes());
            }
            Asked::Work { level, answer } => {
                bytes.extend([2, level.number()]);
                bytes.extend(answer.bytes());
            }
            Asked::Code { code, to } => {
                bytes.push(3);
                bytes.extend(code.bytes());
                bytes.extend(to.as_bytes());
            }
        }
        seal_text(sealer, PURPOSE, &bytes)
    }

    /// What [`Ticket::seal`] made; `None` for everything else. Says nothing about its age.
    pub(super) fn open(sealer: &dyn Sealer, text: &str) -> Option<Self> {
        let bytes = open_text(sealer, PURPOSE, text)?;
        let (id, rest) = bytes.split_first_chunk::<ID_LENGTH>()?;
        let (expires_at, rest) = rest.split_first_chunk::<8>()?;
        let (&form, asked) = rest.split_first()?;
        let asked = match asked {
            [0, level] => Asked::Nothing { level: Level::parse(*level)? },
            [1, large, answer @ ..] if answer.len() == answer::LENGTH => {
                Asked::Picture { answer: Answer::parse(std::str::from_utf8(answer).ok()?)?, large: *large == 1 }
            }
            [2, level, answer @ ..] if answer.len() == answer::LENGTH => {
                Asked::Work { level: Level::parse(*level)?, answer: Answer::parse(std::str::from_utf8(answer).ok()?)? }
            }
            [3, sent @ ..] => {
                let (code, to) = sent.split_first_chunk::<{ answer::DIGITS }>()?;
                let code = Answer::parse(std::str::from_utf8(code).ok()?)?;
                Asked::Code { code, to: std::str::from_utf8(to).ok()?.to_owned() }
            }
            _ => return None,
        };
        let expires_at = Timestamp::from_millis(i64::from_be_bytes(*expires_at));
        Some(Self { id: *id, form: Form::parse(form)?, asked, expires_at })
    }
}
