//! Passwords that a finger finds by itself: repeated, counted up, walked over the keyboard.

/// The rows of a keyboard, each key with its sign, as they lie below one another.
const ROWS: [(&str, &str); 4] = [
    ("`1234567890-=", "~!@#$%^&*()_+"),
    ("\u{0}qwertyuiop[]\\", "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}{}|"),
    ("\u{0}asdfghjkl;'", "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}:\""),
    ("\u{0}zxcvbnm,./", "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}<>?"),
];

/// With so few different characters nothing is hard to guess.
const FEW: usize = 3;

/// A unit shorter than that is no password, however often it is repeated.
const SHORTEST_UNIT: usize = 8;

/// Steps from key to neighbouring key that make one walk: on average so many characters.
const WALK: usize = 4;

/// Whether the whole, or all but a few signs at its ends, is of such a kind.
pub fn is_pattern(chars: &[char]) -> bool {
    let bare = without_signs_at_the_ends(chars);
    has_few(chars) || repeats_a_short_unit(chars) || repeats_a_short_unit(bare) || is_walked(chars) || is_walked(bare)
}

/// Whether neighbouring characters lie beside one another so often that few walks make up the whole.
pub fn is_walked(chars: &[char]) -> bool {
    let walks = 1 + chars.windows(2).filter(|pair| !is_step(pair[0], pair[1])).count();
    chars.len() >= WALK && walks * WALK <= chars.len()
}

/// The unit that the text repeats twice or more, the last time perhaps not to its end.
pub fn unit(chars: &[char]) -> Option<&[char]> {
    (1..=chars.len() / 2)
        .find(|&length| chars.iter().zip(chars.iter().skip(length)).all(|(a, b)| a == b))
        .and_then(|length| chars.get(..length))
}

fn repeats_a_short_unit(chars: &[char]) -> bool {
    unit(chars).is_some_and(|unit| unit.len() < SHORTEST_UNIT)
}

fn has_few(chars: &[char]) -> bool {
    let mut seen = Vec::with_capacity(FEW);
    chars.iter().all(|c| {
        seen.contains(&c) || {
            seen.push(c);
            seen.len() <= FEW
        }
    })
}

fn without_signs_at_the_ends(chars: &[char]) -> &[char] {
    let signs = chars.iter().take_while(|c| !c.is_alphanumeric()).count();
    let rest = chars.get(signs.min(FEW)..).unwrap_or_default();
    let signs = rest.iter().rev().take_while(|c| !c.is_alphanumeric()).count();
    rest.get(..rest.len() - signs.min(FEW)).unwrap_or_default()
}

/// The same, the next or the previous letter or figure, or a neighbouring key.
fn is_step(from: char, to: char) -> bool {
    let in_order = from.is_alphanumeric() && to.is_alphanumeric() && u32::from(from).abs_diff(u32::from(to)) <= 1;
    let near = |(row, at): (usize, usize), (to_row, to_at): (usize, usize)| match to_row.cmp(&row) {
        std::cmp::Ordering::Equal => at.abs_diff(to_at) <= 1,
        // Each row lies half a key to the right of the one above.
        std::cmp::Ordering::Greater => to_row == row + 1 && (to_at == at || to_at + 1 == at),
        std::cmp::Ordering::Less => row == to_row + 1 && (to_at == at || to_at == at + 1),
    };
    in_order || key(from).zip(key(to)).is_some_and(|(from, to)| near(from, to))
}

fn key(c: char) -> Option<(usize, usize)> {
    let of = |keys: &str| keys.chars().position(|key| key == c && key != '\u{0}');
    ROWS.iter().enumerate().find_map(|(row, (plain, shifted))| Some((row, of(plain).or_else(|| of(shifted))?)))
}
