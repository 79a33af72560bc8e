//! What an appeal consists of.

use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::i18n::Lang;

use super::state::State;
use crate::accounts::alarm::CaseNumber;
use crate::accounts::model::{Contact, IdDocument, IdType, Name, Province};

shared::id_type! {
    /// An appeal.
    pub struct AppealId;
}

/// Reads the number of an appeal as people type it: digits and dashes of Chinese input methods may be wide.
pub fn read_number(typed: &str) -> Option<CaseNumber> {
    let narrow = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        '－' | '—' | '–' | '\u{3000}' => '-',
        other => other,
    };
    CaseNumber::parse(typed.chars().map(narrow).collect::<String>().trim())
}

/// Somebody of the staff, as they are called at the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff(String);

impl Staff {
    /// Reads a name: 2 to 32 small letters, digits, dots, dashes or underscores.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
        ((2..=32).contains(&text.len()) && text.chars().all(fits)).then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What somebody says in their own words: up to [`Words::MOST`] characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words(String);

/// Why a text is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// More than [`Words::MOST`] characters.
    #[error("longer than 500 characters")]
    TooLong,
    /// A character that no text needs.
    #[error("a character cannot stand in a text")]
    Character,
}

impl Words {
    /// The most characters.
    pub const MOST: usize = 500;

    /// Reads what was typed.
    ///
    /// # Errors
    /// See [`WordsError`].
    pub fn parse(text: &str) -> Result<Self, WordsError> {
        let text = text.replace("\r\n", "\n");
        let text = text.trim();
        if text.is_empty() {
            return Err(WordsError::Empty);
        }
        if text.chars().count() > Self::MOST {
            return Err(WordsError::TooLong);
        }
        // What turns the direction of writing could make staff read something else than was typed.
        let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        if text.chars().any(|c| (c.is_control() && c != '\n' && c != '\t') || turns(c)) {
            return Err(WordsError::Character);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is said in an appeal. It is stored sealed, and erased some time after the end.
#[derive(Clone)]
pub struct File {
    /// Where who appeals is written to; they have proven to read it.
    pub contact: Contact,
    /// In which language.
    pub lang: Lang,
    /// The province of their test centre.
    pub province: Province,
    /// The document that somebody else holds.
    pub document: IdDocument,
    /// Whose it is.
    pub name: Name,
    /// What they say.
    pub words: Words,
    /// What the holder says against it.
    pub objection: Option<Words>,
    /// Why it was refused, for who appealed.
    pub reason: Option<Words>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    contact: String,
    lang: Lang,
    province: String,
    id_type: String,
    id_number: String,
    name: String,
    words: Words,
    objection: Option<Words>,
    reason: Option<Words>,
}

impl File {
    /// As it is sealed.
    pub(super) fn write(&self) -> Vec<u8> {
        let written = Written {
            contact: self.contact.as_str().to_owned(),
            lang: self.lang,
            province: self.province.code().to_owned(),
            id_type: self.document.kind().code().to_owned(),
            id_number: self.document.number().to_owned(),
            name: self.name.as_str().to_owned(),
            words: self.words.clone(),
            objection: self.objection.clone(),
            reason: self.reason.clone(),
        };
        // Texts alone: nothing in them can fail to be written.
        serde_json::to_vec(&written).unwrap_or_default()
    }

    /// What was sealed.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let written: Written = serde_json::from_slice(text).ok()?;
        Some(Self {
            contact: Contact::parse(&written.contact)?,
            lang: written.lang,
            province: Province::parse(&written.province)?,
            document: IdDocument::parse(IdType::parse(&written.id_type)?, &written.id_number).ok()?,
            name: Name::parse(&written.name).ok()?,
            words: written.words,
            objection: written.objection,
            reason: written.reason,
        })
    }
}

/// When what happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// When it was begun.
    pub begun: Timestamp,
    /// When the photo came.
    pub submitted: Option<Timestamp>,
    /// When the first of the staff agreed, and the holder was told.
    pub heard: Option<Timestamp>,
    /// When the holder objected.
    pub objected: Option<Timestamp>,
    /// When the hearing ended.
    pub closed: Option<Timestamp>,
    /// When it was granted, refused, withdrawn, or expired.
    pub decided: Option<Timestamp>,
    /// When the document was bound.
    pub bound: Option<Timestamp>,
}

/// An appeal.
#[derive(Clone)]
pub struct Appeal {
    /// Its id.
    pub id: AppealId,
    /// Its number.
    pub number: CaseNumber,
    /// How it stands.
    pub state: State,
    /// When what happened.
    pub times: Times,
    /// What is said in it; `None` once it is erased.
    pub file: Option<File>,
}

#[cfg(test)]
mod tests {
    use shared::entropy::SeededEntropy;

    use super::*;

    #[test]
    fn a_number_is_read_however_it_is_typed() {
        let number = CaseNumber::draw(&SeededEntropy::new(3));
        let text = number.to_string();
        let wide: String = text.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).expect("wide")).collect();
        for typed in [text.clone(), text.replace('-', ""), text.replace('-', " — "), wide, format!("\u{3000}{text} ")]
        {
            assert_eq!(read_number(&typed), Some(number.clone()), "{typed}");
        }
        assert_eq!(read_number("٠٠٠٠٠٠٠٠٠"), None);
    }

    #[test]
    fn words_are_what_people_write() {
        assert_eq!(Words::parse(" 两行\r\n字 𰻝 ").map(|w| w.0), Ok("两行\n字 𰻝".to_owned()));
        assert!(Words::parse(&"𰻝".repeat(500)).is_ok());
        assert_eq!(Words::parse(&"字".repeat(501)), Err(WordsError::TooLong));
        assert_eq!(Words::parse(" \n "), Err(WordsError::Empty));
        for text in ["a\0b", "a\u{202E}b", "a\u{7}"] {
            assert_eq!(Words::parse(text), Err(WordsError::Character), "{text:?}");
        }
    }

    #[test]
    fn staff_have_plain_names() {
        assert!(Staff::parse("wang.fang").is_some());
        for none in ["", "w", "Wang", "王芳", "wang fang", &"a".repeat(33)] {
            assert!(Staff::parse(none).is_none(), "{none}");
        }
    }
}
