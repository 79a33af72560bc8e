//! What may be a logo: a small picture of points. What its server calls it does not count, only what it is.

use imagesize::ImageType;
use shared::secret::sha256;

/// The largest picture, in bytes.
const MOST_BYTES: usize = 64 << 10;

/// The longest side, in points: a browser unpacks the whole picture to draw a mark of it.
const MOST_POINTS: usize = 1024;

/// A picture that may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Why something is no logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// See [`MOST_BYTES`].
    #[error("it is larger than 64 KiB")]
    TooLarge,
    /// Among them SVG, which can hold a script.
    #[error("it is no PNG, JPEG or WebP")]
    Kind,
    /// See [`MOST_POINTS`].
    #[error("a side is longer than 1024 points, or empty")]
    Size,
}

impl Picture {
    /// Reads what was fetched.
    ///
    /// # Errors
    /// See [`PictureError`].
    pub fn read(bytes: Vec<u8>) -> Result<Self, PictureError> {
        if bytes.len() > MOST_BYTES {
            return Err(PictureError::TooLarge);
        }
        let media_type = match imagesize::image_type(&bytes) {
            Ok(ImageType::Png) => "image/png",
            Ok(ImageType::Jpeg) => "image/jpeg",
            Ok(ImageType::Webp) => "image/webp",
            _ => return Err(PictureError::Kind),
        };
        let size = imagesize::blob_size(&bytes).map_err(|_| PictureError::Kind)?;
        let fits = |side: usize| (1..=MOST_POINTS).contains(&side);
        if !fits(size.width) || !fits(size.height) {
            return Err(PictureError::Size);
        }
        Ok(Self { media_type, bytes })
    }

    /// Its name: SHA-256 in hexadecimal.
    pub fn hash(&self) -> String {
        sha256(&self.bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The media type of a stored picture; `None` for what is none of ours.
pub fn media_type(stored: &str) -> Option<&'static str> {
    ["image/png", "image/jpeg", "image/webp"].into_iter().find(|known| *known == stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a PNG with sides of that length.
    fn png(side: u32) -> Vec<u8> {
        let head: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        [head, &side.to_be_bytes(), &side.to_be_bytes(), &[8, 6, 0, 0, 0]].concat()
    }

    #[test]
    fn a_small_picture_of_points_is_a_logo() {
        assert_eq!(Picture::read(png(64)).map(|picture| picture.media_type), Ok("image/png"));
    }

    #[test]
    fn anything_else_is_none() {
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
        let gif = b"GIF89a\x01\0\x01\0\0\0\0".to_vec();
        for (bytes, error) in [
            (svg, PictureError::Kind),
            (gif, PictureError::Kind),
            (b"<!doctype html>".to_vec(), PictureError::Kind),
            (Vec::new(), PictureError::Kind),
            (png(64)[..12].to_vec(), PictureError::Kind),
            (png(0), PictureError::Size),
            (png(1025), PictureError::Size),
            (png(u32::MAX), PictureError::Size),
            (vec![0; MOST_BYTES + 1], PictureError::TooLarge),
        ] {
            assert_eq!(Picture::read(bytes), Err(error));
        }
    }
}
