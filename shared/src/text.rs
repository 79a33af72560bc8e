//! What a text has to be like that strangers wrote and pages show.

/// Whether it is one line of 1 to `most` characters that reads as it is written. A control character splits lines where
/// the text is logged or sent on, and one that overrides the direction of writing makes a name look like another (UAX 9
/// §2).
#[must_use]
pub fn is_line(text: &str, most: usize) -> bool {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let long = text.chars().nth(most).is_some();
    !text.trim().is_empty() && !long && !text.contains(|c: char| c.is_control() || turns(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_neither_split_nor_turned_nor_endless() {
        for good in ["a", "\u{56db}\u{516d}\u{7ea7}", "\u{5d0}\u{200f}!", "1234"] {
            assert!(is_line(good, 4), "{good:?}");
        }
        for bad in ["", " ", "12345", "a\0", "a\nb", "a\u{7f}", "a\u{85}b", "\u{202e}a", "a\u{2066}", "\t"] {
            assert!(!is_line(bad, 4), "{bad:?}");
        }
    }
}
