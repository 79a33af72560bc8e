//! A password as a guesser reads it: without case, width and white space.

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// A folded password, wiped when it is dropped.
pub struct Folded(Zeroizing<Vec<char>>);

impl Folded {
    /// See [`fold`].
    pub fn of(password: &str) -> Self {
        // Room enough for nearly every text, so that growing leaves no copy behind.
        let mut chars = Vec::with_capacity(4 * password.len());
        chars.extend(fold(password));
        Self(Zeroizing::new(chars))
    }

    /// The characters.
    pub fn chars(&self) -> &[char] {
        &self.0
    }
}

/// Compatibility forms (full-width letters, ligatures) become the plain ones; case and white space go.
pub fn fold(text: &str) -> impl Iterator<Item = char> {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace())
}

/// What two spellings of one word have in common: every figure or sign that stands for a letter becomes that letter.
/// As `1` and `!` are read as i and as l, both letters become one.
pub fn skeleton(chars: impl IntoIterator<Item = char>) -> Zeroizing<Vec<char>> {
    let letter = |c| match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' | '|' | 'l' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' | '+' => 't',
        other => other,
    };
    Zeroizing::new(chars.into_iter().map(letter).collect())
}
