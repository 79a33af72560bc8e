//! The photo of a document: what may be one, and how it is made ours.
//!
//! What its sender calls it does not count, only what it is: first its outline is read without unpacking anything
//! ([`outline`]), then it is unpacked within limits, turned as the camera says, made smaller and written anew. Of the file
//! that was sent nothing is kept: no place and time of the camera, nothing hidden behind the picture. Unpacking takes
//! memory and time, so that it happens on a thread of its own and one at a time.

mod outline;
mod rooms;

use std::io::Cursor;
use std::sync::Arc;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;

pub use self::rooms::Room;

use self::outline::{Kind, Outline};
use self::rooms::Rooms;
use crate::limits::AddressBlock;

/// The largest file, in bytes: what phones make is half of it.
pub const MOST_BYTES: usize = 10 << 20;

/// The most points that a picture may have, 6,000 by 6,000: each is three bytes, or more while it is read.
const MOST_POINTS: u64 = 36_000_000;

/// The longest side, in points: longer ones are strips, and no photos.
const LONGEST_SIDE: u32 = 16_000;

/// The shortest side at which a document can be read.
const SHORTEST_SIDE: u32 = 300;

/// What unpacking may take, in bytes.
const MOST_MEMORY: u64 = 288 << 20;

/// The longest side of what is kept: enough to read the print.
const KEPT_SIDE: u32 = 2_000;

/// How faithful it is kept, of 100.
const QUALITY: u8 = 85;

/// Why a file is no photo that we take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    /// No file was chosen.
    #[error("no file was sent")]
    Missing,
    /// See [`MOST_BYTES`].
    #[error("the file is too large")]
    TooLarge,
    /// As phones of Apple keep photos.
    #[error("it is HEIC or AVIF")]
    Heic,
    /// Anything else that is neither JPEG nor PNG.
    #[error("it is no JPEG or PNG")]
    Kind,
    /// It moves.
    #[error("it is an animation")]
    Moves,
    /// It breaks off, or is damaged.
    #[error("it is broken")]
    Broken,
    /// Something else is in the file, or behind the picture.
    #[error("something else is in the file")]
    Laden,
    /// See [`MOST_POINTS`].
    #[error("it has too many points")]
    TooManyPoints,
    /// See [`SHORTEST_SIDE`].
    #[error("it has too few points")]
    TooFewPoints,
}

impl PhotoError {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Missing,
        Self::TooLarge,
        Self::Heic,
        Self::Kind,
        Self::Moves,
        Self::Broken,
        Self::Laden,
        Self::TooManyPoints,
        Self::TooFewPoints,
    ];

    /// The key of what the page says.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Missing => "appeals-photo-missing",
            Self::TooLarge => "appeals-photo-too-large",
            Self::Heic => "appeals-photo-heic",
            Self::Kind => "appeals-photo-kind",
            Self::Moves => "appeals-photo-moves",
            Self::Broken => "appeals-photo-broken",
            Self::Laden => "appeals-photo-laden",
            Self::TooManyPoints => "appeals-photo-too-many-points",
            Self::TooFewPoints => "appeals-photo-too-few-points",
        }
    }
}

/// A photo, written by us: a JPEG without anything but the picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Photo(Vec<u8>);

impl Photo {
    /// Makes a photo of what was sent. Takes a second of a thread, and up to [`MOST_MEMORY`].
    ///
    /// # Errors
    /// See [`PhotoError`].
    pub fn read(sent: &[u8]) -> Result<Self, PhotoError> {
        let Outline { kind, width, height } = outline::read(sent)?;
        if u64::from(width) * u64::from(height) > MOST_POINTS || width.max(height) > LONGEST_SIDE {
            return Err(PhotoError::TooManyPoints);
        }
        if width.min(height) < SHORTEST_SIDE {
            return Err(PhotoError::TooFewPoints);
        }
        write(unpack(sent, kind)?)
    }

    /// The JPEG.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

fn unpack(sent: &[u8], kind: Kind) -> Result<DynamicImage, PhotoError> {
    let format = match kind {
        Kind::Jpeg => ImageFormat::Jpeg,
        Kind::Png => ImageFormat::Png,
    };
    let mut reader = ImageReader::with_format(Cursor::new(sent), format);
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(LONGEST_SIDE), Some(LONGEST_SIDE));
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let told = |error: ImageError| match error {
        ImageError::Limits(_) => PhotoError::TooManyPoints,
        _ => PhotoError::Broken,
    };
    let mut decoder = reader.into_decoder().map_err(told)?;
    // A camera that was held upright says so beside the picture, which is all that is kept.
    let turned = decoder.orientation().map_err(told)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(told)?;
    picture.apply_orientation(turned);
    Ok(picture)
}

fn write(picture: DynamicImage) -> Result<Photo, PhotoError> {
    let fits = picture.width().max(picture.height()) <= KEPT_SIDE;
    let kept = if fits { picture } else { picture.resize(KEPT_SIDE, KEPT_SIDE, FilterType::Triangle) };
    let mut out = Vec::new();
    // Where something could be seen through, it is on white.
    let drawn = JpegEncoder::new_with_quality(&mut out, QUALITY).encode_image(&on_white(kept));
    drawn.map_err(|_| PhotoError::Broken)?;
    Ok(Photo(out))
}

fn on_white(picture: DynamicImage) -> image::RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let seen = picture.into_rgba8();
    image::RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0;
        let over = |part: u8| {
            let mixed = u16::from(part) * u16::from(alpha) + 255 * (255 - u16::from(alpha));
            u8::try_from(mixed / 255).unwrap_or(255)
        };
        image::Rgb([over(red), over(green), over(blue)])
    })
}

/// Where photos are read: one at a time. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Photos {
    /// Who may unpack.
    turn: Arc<Semaphore>,
    /// Who may receive a file, and hold it in memory until its turn.
    rooms: Rooms,
}

impl Default for Photos {
    fn default() -> Self {
        Self { turn: Arc::new(Semaphore::new(1)), rooms: Rooms::default() }
    }
}

impl Photos {
    /// Room to receive one file that is sent from there; `None` if too many wait for one, or patience ends before.
    pub async fn room(&self, from: AddressBlock, patience: impl Future<Output = ()> + Send) -> Option<Room> {
        self.rooms.enter(from, patience).await
    }

    /// Whether somebody waits who could have the room of who sends from there.
    pub fn is_wanted(&self, from: AddressBlock) -> bool {
        self.rooms.is_wanted(from)
    }

    /// Whether somebody waits whose network has so few rooms that one of that one's is owed to it.
    pub fn is_owed(&self, from: AddressBlock) -> bool {
        self.rooms.is_owed(from)
    }

    /// Makes a photo of what was sent, on a thread of its own.
    ///
    /// # Errors
    /// See [`PhotoError`]; a file at which the library breaks down is broken.
    pub async fn read(&self, sent: Vec<u8>) -> Result<Photo, PhotoError> {
        // It is never closed.
        let Ok(turn) = Arc::clone(&self.turn).acquire_owned().await else { return Err(PhotoError::Broken) };
        let read = tokio::task::spawn_blocking(move || {
            let photo = Photo::read(&sent);
            // Whoever asked may have left: the turn is over when the work is.
            drop(turn);
            photo
        });
        read.await.unwrap_or(Err(PhotoError::Broken))
    }
}

#[cfg(test)]
mod tests;
