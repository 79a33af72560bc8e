//! Drawing: thick strokes that are turned, bent and crossed by thin ones.
//!
//! A picture depends on its challenge alone, so that asking for it again gives the same one and no second view of the
//! same characters. It has twice the pixels that the page gives it, for dense screens and for 放大.

use std::f32::consts::TAU;

use tiny_skia::{LineCap, LineJoin, Paint, PathBuilder, Pixmap, Stroke, Transform};

use super::glyphs::{Pen, strokes};

/// Pixels; the page shows 280 × 100, or all of them.
const WIDTH: u32 = 560;
const HEIGHT: u32 = 200;

/// Pieces that a stroke is drawn in, so that straight ones bend too.
const PIECES: u8 = 12;

/// Dark inks: each stands out from the paper by 7 to 1 at least.
const INKS: [[u8; 3]; 5] =
    [[0x1f, 0x2a, 0x44], [0x5a, 0x1a, 0x3c], [0x12, 0x48, 0x3b], [0x5c, 0x2f, 0x0b], [0x3b, 0x2a, 0x6b]];

/// The picture of `characters` as PNG; `None` when there is no memory for it.
pub(super) fn draw(characters: &[u8], id: [u8; 16]) -> Option<Vec<u8>> {
    let mut dice = Dice(u64::from_be_bytes(*id.first_chunk()?));
    let ink = INKS[dice.below(INKS.len())];
    let mut canvas = Canvas { pixmap: Pixmap::new(WIDTH, HEIGHT)?, wave: Wave::new(&mut dice) };
    let (cell, left) = (100.0, (WIDTH as f32 - 100.0 * characters.len() as f32) / 2.0);
    for (place, character) in characters.iter().enumerate() {
        let centre = (left + cell * (place as f32 + 0.5), HEIGHT as f32 / 2.0);
        canvas.character(*character, centre, &mut dice);
    }
    for _ in 0..3 {
        canvas.crossing_line(&mut dice);
    }
    for _ in 0..60 {
        canvas.speck(&mut dice);
    }
    encode(&canvas.pixmap, ink).ok()
}

/// One ink on white paper needs sixteen shades: half a byte for each pixel.
fn encode(pixmap: &Pixmap, ink: [u8; 3]) -> Result<Vec<u8>, png::EncodingError> {
    let shades = (0..16u16).flat_map(|shade| ink.map(|part| 255 - ((255 - u16::from(part)) * shade / 15) as u8));
    let halves: Vec<u8> = pixmap.pixels().iter().map(|pixel| pixel.alpha() >> 4).collect();
    let bytes: Vec<u8> = halves.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect();
    let mut out = Vec::with_capacity(16 * 1024);
    let mut encoder = png::Encoder::new(&mut out, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Four);
    encoder.set_palette(shades.collect::<Vec<u8>>());
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header()?.write_image_data(&bytes)?;
    Ok(out)
}

/// Where to draw, and how it is bent.
struct Canvas {
    pixmap: Pixmap,
    wave: Wave,
}

impl Canvas {
    fn character(&mut self, character: u8, centre: (f32, f32), dice: &mut Dice) {
        let (scale_x, scale_y) = (dice.between(6.6, 7.8), dice.between(7.6, 9.0));
        let (sin, cos) = dice.between(-0.22, 0.22).sin_cos();
        let shear = dice.between(-0.16, 0.16);
        let (x0, y0) = (centre.0 + dice.between(-6.0, 6.0), centre.1 + dice.between(-14.0, 14.0));
        // The grid's middle comes to stand on the centre, scaled, slanted and turned.
        let place = |x: f32, y: f32| {
            let (x, y) = ((x - 5.0) * scale_x, (y - 7.0) * scale_y);
            let x = x - shear * y;
            (x0 + cos * x - sin * y, y0 + sin * x + cos * y)
        };
        let mut path = PathBuilder::new();
        let mut pen = (0.0, 0.0);
        for step in strokes(character) {
            let (control, end) = match *step {
                Pen::Move(x, y) => {
                    let (px, py) = self.wave.bend(place(x, y));
                    path.move_to(px, py);
                    pen = (x, y);
                    continue;
                }
                Pen::Line(x, y) => (((pen.0 + x) / 2.0, (pen.1 + y) / 2.0), (x, y)),
                Pen::Curve(cx, cy, x, y) => ((cx, cy), (x, y)),
            };
            for piece in 1..=PIECES {
                let (x, y) = quadratic(pen, control, end, f32::from(piece) / f32::from(PIECES));
                let (px, py) = self.wave.bend(place(x, y));
                path.line_to(px, py);
            }
            pen = end;
        }
        self.stroke(path, dice.between(12.0, 15.0));
    }

    /// A thin curve through the whole picture: it joins the characters for one who cuts them apart.
    fn crossing_line(&mut self, dice: &mut Dice) {
        let (height, width) = (HEIGHT as f32, WIDTH as f32);
        let start = (dice.between(0.0, 40.0), dice.between(0.2, 0.8) * height);
        let control = (dice.between(0.3, 0.7) * width, dice.between(-0.2, 1.2) * height);
        let end = (width - dice.between(0.0, 40.0), dice.between(0.2, 0.8) * height);
        let mut path = PathBuilder::new();
        path.move_to(start.0, start.1);
        path.quad_to(control.0, control.1, end.0, end.1);
        self.stroke(path, dice.between(3.0, 4.5));
    }

    fn speck(&mut self, dice: &mut Dice) {
        let (x, y) = (dice.between(0.0, WIDTH as f32), dice.between(0.0, HEIGHT as f32));
        let mut path = PathBuilder::new();
        path.move_to(x, y);
        path.line_to(x + dice.between(-5.0, 5.0), y + dice.between(-5.0, 5.0));
        self.stroke(path, dice.between(2.0, 4.0));
    }

    /// Only how much a pixel is covered counts: the ink comes in at the end.
    fn stroke(&mut self, path: PathBuilder, width: f32) {
        let Some(path) = path.finish() else { return };
        let paint = Paint { anti_alias: true, ..Paint::default() };
        let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        self.pixmap.stroke_path(&path, &paint, &stroke, Transform::identity(), None);
    }
}

/// A gentle bend of the whole picture.
struct Wave {
    across: (f32, f32, f32),
    down: (f32, f32, f32),
}

impl Wave {
    fn new(dice: &mut Dice) -> Self {
        Self {
            across: (dice.between(5.0, 9.0), dice.between(150.0, 240.0), dice.between(0.0, TAU)),
            down: (dice.between(6.0, 12.0), dice.between(160.0, 320.0), dice.between(0.0, TAU)),
        }
    }

    fn bend(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let sway = |(height, length, phase): (f32, f32, f32), along: f32| height * (TAU * along / length + phase).sin();
        (x + sway(self.across, y), y + sway(self.down, x))
    }
}

fn quadratic(a: (f32, f32), control: (f32, f32), b: (f32, f32), t: f32) -> (f32, f32) {
    let (p, q, r) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
    (p * a.0 + q * control.0 + r * b.0, p * a.1 + q * control.1 + r * b.1)
}

/// Chance that a seed repeats (SplitMix64). It decides about looks, not about answers.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.roll() % n.max(1) as u64).unwrap_or(0)
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        let unit = f32::from(u16::try_from(self.roll() >> 48).unwrap_or(0)) / f32::from(u16::MAX);
        low + (high - low) * unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_png_that_looks_the_same_each_time_and_like_no_other() {
        let png = draw(b"ACD34", [1; 16]).expect("a picture");
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
        assert_eq!(png[16..24], [0, 0, 2, 48, 0, 0, 0, 200], "560 by 200 pixels");
        assert!(png.len() < 40_000, "{} bytes", png.len());
        assert_eq!(draw(b"ACD34", [1; 16]).as_ref(), Some(&png));
        assert_ne!(draw(b"ACD34", [2; 16]), Some(png));
    }
}
