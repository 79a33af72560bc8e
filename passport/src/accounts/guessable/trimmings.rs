//! What people hang to a word to make a password of it: figures and signs that a guesser tries as well.

use super::Known;
use super::text::skeleton;

/// How many figures around a word, and how many signs on one side of it, are tried in every order.
const FEW_FIGURES: usize = 4;
const FEW_SIGNS: usize = 3;

/// Numbers of two and three figures that bring luck or say "I love you": they are hung to names.
const LUCKY: [&str; 12] = ["66", "88", "99", "168", "188", "518", "520", "521", "588", "666", "888", "999"];

/// Which figures are tried: any, as there are few around the word, or only those that tell something by themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Figures {
    Any,
    Telling,
}

impl Figures {
    /// Of the characters around a word.
    pub fn around<'a>(trimmings: impl IntoIterator<Item = &'a char>) -> Self {
        let count = trimmings.into_iter().filter(|c| c.is_numeric()).count();
        if count <= FEW_FIGURES { Self::Any } else { Self::Telling }
    }
}

/// Whether a guesser would try these characters, none of them a letter, before or behind a word.
pub fn is_tried(piece: &[char], figures: Figures, known: Known<'_>) -> bool {
    let (digits, signs): (Vec<char>, Vec<char>) = piece.iter().partition(|c| c.is_numeric());
    are_signs_tried(&signs) && (figures == Figures::Any || digits.is_empty() || are_figures_tried(&digits, known))
}

/// A few signs, one sign many times, or those of the keyboard's upper row in their order.
fn are_signs_tried(signs: &[char]) -> bool {
    signs.len() <= FEW_SIGNS
        || signs.windows(2).all(|pair| pair[0] == pair[1])
        || "!@#$%^&*()_+".contains(&signs.iter().collect::<String>())
}

/// Figures that count, repeat, date or are known themselves.
fn are_figures_tried(figures: &[char], known: Known<'_>) -> bool {
    let digits: Option<Vec<u32>> = figures.iter().map(|c| c.to_digit(10)).collect();
    // Figures of other scripts: as signs.
    let Some(digits) = digits else { return figures.len() <= FEW_SIGNS };
    // Of four figures nearly every number is known.
    let is_known = || figures.len() > FEW_FIGURES && known(&skeleton(figures.iter().copied()));
    counts(&digits) || repeats(figures) || are_lucky(figures) || is_date(&digits) || is_known()
}

/// 88, 520.
pub fn are_lucky(figures: &[char]) -> bool {
    LUCKY.iter().any(|lucky| lucky.chars().eq(figures.iter().copied()))
}

/// 1234, 4321, 1122, 890.
fn counts(digits: &[u32]) -> bool {
    let by = |step: u32| digits.windows(2).all(|pair| pair[1] == pair[0] || pair[1] == (pair[0] + step) % 10);
    by(1) || by(9)
}

/// 123123, 8888, 520520: a unit of up to four figures, twice or more.
fn repeats(figures: &[char]) -> bool {
    (1..=figures.len().min(2 * FEW_FIGURES) / 2)
        .any(|unit| figures.len().is_multiple_of(unit) && figures.chunks(unit).all(|part| part == &figures[..unit]))
}

/// A year, a year with its month, or a day, with the century or without, its parts in any usual order.
fn is_date(digits: &[u32]) -> bool {
    let number = |part: &[u32]| part.iter().fold(0, |sum, digit| sum * 10 + digit);
    let year = |part: &[u32]| (1950..2030).contains(&number(part));
    let month = |part: &[u32]| (1..=12).contains(&number(part));
    let day = |part: &[u32]| (1..=31).contains(&number(part));
    let day_of_year = |part: &[u32]| {
        let (a, b) = part.split_at(2);
        (month(a) && day(b)) || (day(a) && month(b))
    };
    match digits.len() {
        4 => year(digits),
        6 => year(&digits[..4]) && month(&digits[4..]) || day_of_year(&digits[2..]) || day_of_year(&digits[..4]),
        8 => year(&digits[..4]) && day_of_year(&digits[4..]) || day_of_year(&digits[..4]) && year(&digits[4..]),
        _ => false,
    }
}
