//! The document: JSON, its moments as RFC 3339 writes them in UTC.
//!
//! A newer version may name parts, states and kinds that this one does not know: those are left out, and the rest counts.

use serde::{Deserialize, Serialize};

use super::{Kind, Notice, Part, Report, State, Words};
use crate::clock::Timestamp;

/// The most notices that are taken from a document, and the most characters of their words.
const MOST_NOTICES: usize = 20;
const MOST_CHARACTERS: usize = 600;

/// The answer is no such document.
#[derive(Debug, thiserror::Error)]
#[error("is no status: {0}")]
pub struct NoStatus(#[from] serde_json::Error);

#[derive(Serialize, Deserialize)]
struct Document {
    at: String,
    #[serde(default)]
    state: String,
    parts: Vec<OnePart>,
    notices: Vec<OneNotice>,
}

#[derive(Serialize, Deserialize)]
struct OnePart {
    part: String,
    state: String,
}

#[derive(Serialize, Deserialize)]
struct OneNotice {
    id: String,
    kind: String,
    parts: Vec<String>,
    shown_from: String,
    begins: String,
    ends: String,
    words: OneText,
}

#[derive(Serialize, Deserialize)]
struct OneText {
    #[serde(rename = "zh-CN")]
    zh: String,
    en: String,
}

impl Report {
    /// The document.
    #[must_use]
    pub fn to_json(&self) -> String {
        let parts = self
            .parts
            .iter()
            .map(|(part, state)| OnePart { part: part.as_str().to_owned(), state: state.as_str().to_owned() });
        let document = Document {
            at: self.at.to_string(),
            state: self.worst().as_str().to_owned(),
            parts: parts.collect(),
            notices: self.notices.iter().map(written).collect(),
        };
        // Texts and lists of them can always be written.
        serde_json::to_string(&document).unwrap_or_default()
    }

    /// What the document says.
    ///
    /// # Errors
    /// It is none.
    pub fn from_json(document: &[u8]) -> Result<Self, NoStatus> {
        let document: Document = serde_json::from_slice(document)?;
        let part = |one: &OnePart| Some((Part::parse(&one.part)?, State::parse(&one.state)?));
        Ok(Self {
            at: document.at.parse().unwrap_or_default(),
            parts: document.parts.iter().filter_map(part).collect(),
            notices: document.notices.into_iter().take(MOST_NOTICES).filter_map(read).collect(),
        })
    }
}

fn written(notice: &Notice) -> OneNotice {
    OneNotice {
        id: notice.id.clone(),
        kind: notice.kind.as_str().to_owned(),
        parts: notice.parts.iter().map(|part| part.as_str().to_owned()).collect(),
        shown_from: notice.shown_from.to_string(),
        begins: notice.begins.to_string(),
        ends: notice.ends.to_string(),
        words: OneText { zh: notice.words.zh.clone(), en: notice.words.en.clone() },
    }
}

fn read(one: OneNotice) -> Option<Notice> {
    let moment = |text: &str| text.parse::<Timestamp>().ok();
    let cut = |text: String| text.chars().take(MOST_CHARACTERS).collect();
    Some(Notice {
        id: one.id,
        kind: Kind::parse(&one.kind)?,
        parts: one.parts.iter().filter_map(|part| Part::parse(part)).collect(),
        shown_from: moment(&one.shown_from)?,
        begins: moment(&one.begins)?,
        ends: moment(&one.ends)?,
        words: Words { zh: cut(one.words.zh), en: cut(one.words.en) },
    })
}
