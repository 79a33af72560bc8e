//! Common passwords, and what everybody makes of them.

use zeroize::Zeroizing;

use super::text::skeleton;
use super::trimmings::{self, Figures};
use super::{Known, pattern};

/// Words of so few letters are what chance makes: they count only beside a number.
const SHORT: usize = 4;

/// Words of so few letters need no list: there are no more of them than entries in it.
const UNLISTED: usize = 3;

/// So many figures that stand together are read as a number: a year, a birthday, 1314. And so are 123, 88 and 520.
const A_NUMBER: usize = 4;

/// What stands between the parts of a name or a sentence: `li.na`, `i-love-you`.
const JOINTS: [char; 3] = ['.', '-', '_'];

/// How many characters without letters are looked at on either side: more are too long to be tried.
const BEFORE: usize = 9;
const BEHIND: usize = 18;

/// Whether one reading of it is a known word between trimmings that are tried with every word.
pub fn is_common(chars: &[char], known: Known<'_>) -> bool {
    let before = chars.iter().take_while(|c| !c.is_alphabetic()).count().min(BEFORE);
    let behind = chars.iter().rev().take_while(|c| !c.is_alphabetic()).count().min(BEHIND);
    (0..=before).any(|lead| {
        let (lead, rest) = chars.split_at(lead);
        (0..=behind.min(rest.len())).any(|tail| {
            let (word, tail) = rest.split_at(rest.len() - tail);
            is_reading(lead, word, tail, known)
        })
    })
}

/// Figures around a short word have to tell something by themselves.
fn is_reading(lead: &[char], word: &[char], tail: &[char], known: Known<'_>) -> bool {
    if lead.is_empty() && tail.is_empty() {
        return is_known(word, known);
    }
    let short = word.len() <= SHORT;
    if !is_word(word) || short && !has_number(lead) && !has_number(tail) {
        return false;
    }
    let figures = if short { Figures::Telling } else { Figures::around(lead.iter().chain(tail)) };
    [lead, tail].into_iter().all(|piece| trimmings::is_tried(piece, figures, known)) && is_known(word, known)
}

fn has_number(piece: &[char]) -> bool {
    piece.windows(A_NUMBER).any(|part| part.iter().all(|c| c.is_numeric()))
        || piece.windows(3).any(|part| part == ['1', '2', '3'])
        || piece.split(|c| !c.is_numeric()).any(trimmings::are_lucky)
}

/// Whether a reader sees a word or a number in it. With few letters, and where figures and signs stand for more than half of
/// them, it is chance as often as not.
fn is_word(chars: &[char]) -> bool {
    let letters = chars.iter().filter(|c| c.is_alphabetic()).count();
    // `p@$$w0rd` is seen at once, `0i5ey` is not.
    let per_letter = match chars.len() {
        ..6 => 4,
        6..8 => 2,
        _ => 1,
    };
    let spelled = per_letter * (chars.len() - letters) <= letters;
    chars.len() <= UNLISTED || spelled || chars.iter().all(|c| c.is_numeric())
}

/// Whether it is known: as it stands, backwards, repeated, or without what joins its parts.
fn is_known(word: &[char], known: Known<'_>) -> bool {
    if word.len() <= UNLISTED {
        return !word.is_empty() && word.iter().all(|c| c.is_alphabetic());
    }
    let unit = pattern::unit(word).unwrap_or(word);
    if unit.len() <= UNLISTED || pattern::is_walked(word) {
        return true;
    }
    let spelled = |word: &[char]| {
        let word = skeleton(word.iter().copied());
        let backwards = || Zeroizing::new(word.iter().rev().copied().collect::<Vec<char>>());
        known(&word) || known(&backwards())
    };
    let is_joined = unit.iter().any(|c| JOINTS.contains(c));
    let plain = || Zeroizing::new(unit.iter().copied().filter(|c| !JOINTS.contains(c)).collect::<Vec<char>>());
    spelled(word) || spelled(unit) || is_joined && spelled(&plain())
}
