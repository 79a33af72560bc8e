//! The picture that an app reads its setting from.

use qrcode::{Color, QrCode};

/// A QR code, ready to be drawn as one path.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    /// How many units it is wide and high, with the quiet zone around it (ISO/IEC 18004: four).
    pub(super) side: usize,
    /// The dark squares, as the `d` of an SVG path.
    pub(super) path: String,
}

const QUIET: usize = 4;

impl Picture {
    /// The picture of that text; `None` if it is too long for one.
    pub(super) fn of(text: &str) -> Option<Self> {
        let code = QrCode::new(text).ok()?;
        let width = code.width();
        let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
        let path = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET)).collect();
        Some(Self { side: width + 2 * QUIET, path })
    }
}
