//! Names of people.

/// What a person is called: 1 to 50 characters, as they write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// More than [`Name::MAX`] characters.
    #[error("longer than 50 characters")]
    TooLong,
    /// A character that no name has: control characters, digits, angle brackets, …
    #[error("a character cannot stand in a name")]
    Character,
}

impl Name {
    /// The most characters that a name may have.
    pub const MAX: usize = 50;

    /// Reads what was typed; white space between parts becomes one space.
    ///
    /// # Errors
    /// See [`NameError`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.chars().count() > Self::MAX {
            return Err(NameError::TooLong);
        }
        // Letters of every script, what joins them (as in 买买提·吐尔逊 and O'Neil-Smith), and combining marks.
        let joins = |c: char| matches!(c, ' ' | '·' | '•' | '‧' | '・' | '．' | '.' | '-' | '\'' | '’' | ',');
        let mark = |c: char| matches!(c, '\u{0300}'..='\u{036F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}');
        let letter = |c: char| c.is_alphabetic() || joins(c) || mark(c);
        if !name.chars().all(letter) || !name.chars().any(char::is_alphabetic) {
            return Err(NameError::Character);
        }
        Ok(Self(name))
    }

    /// The form in which two spellings of one name are the same: whichever dot an input method has, capitals or not.
    pub fn folded(&self) -> String {
        let dot = |c: char| if matches!(c, '•' | '‧' | '・' | '．' | '.') { '·' } else { c };
        self.0.chars().map(dot).filter(|c| *c != ' ').collect::<String>().to_lowercase()
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_peoples_are_names() {
        for name in ["李华", "买买提·吐尔逊", "O’Neil-Smith", "José", "𠮷田", "𫍯", "𰻝", "䶮", "丁〇", "欧阳 娜娜"]
        {
            assert_eq!(Name::parse(name).map(|n| n.0), Ok(name.to_owned()));
        }
        assert_eq!(Name::parse("  李 \u{3000} 华 ").map(|n| n.0), Ok("李 华".to_owned()));
    }

    #[test]
    fn a_name_is_the_same_whichever_dot_is_typed() {
        let folded = |text: &str| Name::parse(text).expect("a name").folded();
        for dot in ['.', '•', '‧', '・', '．'] {
            assert_eq!(folded("买买提·吐尔逊"), folded(&format!("买买提{dot}吐尔逊")), "{dot}");
        }
        assert_eq!(folded("O'Neil Smith"), folded("o'neil  smith"));
        assert_ne!(folded("李华"), folded("李花"));
    }

    #[test]
    fn markup_digits_and_control_characters_are_no_names() {
        for text in ["<b>", "李华1", "a\0b", "···", "a\u{202E}b"] {
            assert_eq!(Name::parse(text), Err(NameError::Character), "{text:?}");
        }
        assert_eq!(Name::parse(" "), Err(NameError::Empty));
        assert_eq!(Name::parse(&"李".repeat(51)), Err(NameError::TooLong));
    }
}
