//! The characters as strokes of a pen, on a grid 10 wide and 14 high. Strokes bend with the picture, which the
//! outlines of a font do not do well, and carry no font's licence.

/// One movement of the pen.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pen {
    /// Lift it and set it down here.
    Move(f32, f32),
    /// Draw a straight line to here.
    Line(f32, f32),
    /// Draw a curve, towards the first point, to the second.
    Curve(f32, f32, f32, f32),
}

use Pen::{Curve as Q, Line as L, Move as M};

/// The strokes of a character; none for one that is not in the alphabet.
pub(super) fn strokes(character: u8) -> &'static [Pen] {
    match character {
        b'A' => &[M(0., 14.), L(5., 0.), L(10., 14.), M(1.9, 9.), L(8.1, 9.)],
        b'C' => &[M(10., 2.6), Q(8., 0., 5., 0.), Q(0., 0., 0., 7.), Q(0., 14., 5., 14.), Q(8., 14., 10., 11.4)],
        b'D' => &[M(0., 0.), L(0., 14.), L(4., 14.), Q(10., 14., 10., 7.), Q(10., 0., 4., 0.), L(0., 0.)],
        b'E' => &[M(9., 0.), L(0., 0.), L(0., 14.), L(9., 14.), M(0., 7.), L(7.5, 7.)],
        b'F' => &[M(9., 0.), L(0., 0.), L(0., 14.), M(0., 7.), L(7.5, 7.)],
        b'H' => &[M(0., 0.), L(0., 14.), M(10., 0.), L(10., 14.), M(0., 7.), L(10., 7.)],
        b'J' => &[M(3., 0.), L(9., 0.), L(9., 9.5), Q(9., 14., 4.5, 14.), Q(1., 14., 0., 11.)],
        b'K' => &[M(0., 0.), L(0., 14.), M(9.5, 0.), L(0., 8.5), M(3.4, 5.6), L(10., 14.)],
        b'L' => &[M(0., 0.), L(0., 14.), L(8.5, 14.)],
        b'M' => &[M(0., 14.), L(0., 0.), L(5.5, 9.), L(11., 0.), L(11., 14.)],
        b'N' => &[M(0., 14.), L(0., 0.), L(10., 14.), L(10., 0.)],
        b'P' => &[M(0., 14.), L(0., 0.), L(4.5, 0.), Q(9.5, 0., 9.5, 4.), Q(9.5, 8., 4.5, 8.), L(0., 8.)],
        b'R' => &[
            M(0., 14.),
            L(0., 0.),
            L(4.5, 0.),
            Q(9.5, 0., 9.5, 4.),
            Q(9.5, 8., 4.5, 8.),
            L(0., 8.),
            M(4.5, 8.),
            L(10., 14.),
        ],
        b'T' => &[M(0., 0.), L(10., 0.), M(5., 0.), L(5., 14.)],
        b'W' => &[M(0., 0.), L(3., 14.), L(6., 4.), L(9., 14.), L(12., 0.)],
        b'X' => &[M(0., 0.), L(10., 14.), M(10., 0.), L(0., 14.)],
        b'Y' => &[M(0., 0.), L(5., 7.), L(10., 0.), M(5., 7.), L(5., 14.)],
        b'3' => &[
            M(0.5, 2.2),
            Q(2., 0., 4.8, 0.),
            Q(9., 0., 9., 3.4),
            Q(9., 6.8, 4., 6.8),
            Q(9.6, 6.8, 9.6, 10.4),
            Q(9.6, 14., 4.8, 14.),
            Q(1.5, 14., 0., 11.6),
        ],
        b'4' => &[M(7., 14.), L(7., 0.), L(0., 9.8), L(10., 9.8)],
        b'6' => &[
            M(8.6, 0.8),
            Q(7., 0., 5.5, 0.),
            Q(0., 0., 0., 8.5),
            Q(0., 14., 5., 14.),
            Q(9.6, 14., 9.6, 9.7),
            Q(9.6, 5.6, 5.2, 5.6),
            Q(1., 5.6, 0., 9.),
        ],
        b'7' => &[M(0., 0.), L(9.5, 0.), L(3.5, 14.)],
        b'9' => &[
            M(1., 13.2),
            Q(2.6, 14., 4.1, 14.),
            Q(9.6, 14., 9.6, 5.5),
            Q(9.6, 0., 4.6, 0.),
            Q(0., 0., 0., 4.3),
            Q(0., 8.4, 4.4, 8.4),
            Q(8.6, 8.4, 9.6, 5.),
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::super::answer::ALPHABET;
    use super::*;

    #[test]
    fn every_character_of_the_alphabet_can_be_drawn() {
        for character in ALPHABET {
            assert!(matches!(strokes(*character), [M(..), ..]), "{}", char::from(*character));
        }
    }
}
