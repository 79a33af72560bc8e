use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _, Rgb, RgbImage};

use super::*;

/// A picture whose upper left quarter is red, and the rest white.
fn picture(width: u32, height: u32) -> RgbImage {
    let red = |x: u32, y: u32| x < width / 2 && y < height / 2;
    RgbImage::from_fn(width, height, |x, y| if red(x, y) { Rgb([255, 0, 0]) } else { Rgb([255, 255, 255]) })
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    JpegEncoder::new(&mut out).encode_image(&picture(width, height)).expect("a JPEG");
    out
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let drawn = picture(width, height);
    PngEncoder::new(&mut out).write_image(drawn.as_raw(), width, height, ExtendedColorType::Rgb8).expect("a PNG");
    out
}

/// A JPEG with a segment behind its beginning.
fn with_segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let file = jpeg(400, 300);
    let length = u16::try_from(content.len() + 2).expect("a short segment").to_be_bytes();
    [&file[..2], &[0xFF, marker], &length, content, &file[2..]].concat()
}

/// A PNG with a chunk behind its head.
fn with_chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let file = png(400, 300);
    let length = u32::try_from(content.len()).expect("a short chunk").to_be_bytes();
    let checksum = crc32(&[kind, content].concat()).to_be_bytes();
    [&file[..33], &length, kind, content, &checksum, &file[33..]].concat()
}

/// ISO/IEC 15948, annex D.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

/// What Exif says of a camera that was held upright, with a place in it.
fn exif(orientation: u8) -> Vec<u8> {
    let head = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
    [head.as_slice(), &[orientation, 0, 0, 0, 0, 0, 0], b"GPS 39.9042N 116.4074E"].concat()
}

fn error(file: &[u8]) -> Option<PhotoError> {
    Photo::read(file).err()
}

fn seen(photo: &Photo) -> RgbImage {
    image::load_from_memory_with_format(photo.bytes(), ImageFormat::Jpeg).expect("a JPEG").into_rgb8()
}

fn is_red(picture: &RgbImage, x: u32, y: u32) -> bool {
    let [red, green, _] = picture.get_pixel(x, y).0;
    red > 200 && green < 60
}

#[test]
fn what_is_kept_is_the_picture_and_nothing_else() {
    for file in [jpeg(400, 300), png(400, 300)] {
        let photo = Photo::read(&file).expect("a photo");
        let seen = seen(&photo);
        assert_eq!(seen.dimensions(), (400, 300));
        assert!(is_red(&seen, 50, 50) && !is_red(&seen, 350, 50) && !is_red(&seen, 50, 250));
        assert_ne!(photo.bytes(), file, "not one byte is taken over");
    }
}

#[test]
fn place_and_camera_are_gone_and_the_picture_stands_upright() {
    let photo = Photo::read(&with_segment(0xE1, &exif(6))).expect("a photo");
    assert!(!photo.bytes().windows(3).any(|part| part == b"GPS"));
    assert!(!photo.bytes().windows(4).any(|part| part == b"Exif"));
    let seen = seen(&photo);
    assert_eq!(seen.dimensions(), (300, 400), "turned by a quarter");
    assert!(is_red(&seen, 250, 50) && !is_red(&seen, 50, 50), "the quarter is at the right now");
}

#[test]
fn a_large_photo_is_made_smaller_and_what_can_be_seen_through_is_on_white() {
    let photo = Photo::read(&jpeg(3_000, 1_500)).expect("a photo");
    assert_eq!(seen(&photo).dimensions(), (KEPT_SIDE, KEPT_SIDE / 2));
    let mut clear = Vec::new();
    let empty = vec![0; 400 * 300 * 4];
    PngEncoder::new(&mut clear).write_image(&empty, 400, 300, ExtendedColorType::Rgba8).expect("a PNG");
    let photo = Photo::read(&clear).expect("a photo");
    assert!(seen(&photo).pixels().all(|point| point.0[0] > 250));
}

#[test]
fn a_bomb_is_refused_before_anything_is_unpacked() {
    // The head of a PNG of so many points, and a JPEG's, with nothing behind that could be drawn.
    let head = |width: u32, height: u32| {
        let mut file = png(400, 300);
        file[16..20].copy_from_slice(&width.to_be_bytes());
        file[20..24].copy_from_slice(&height.to_be_bytes());
        file
    };
    for (width, height) in [(60_000, 60_000), (u32::MAX, u32::MAX), (6_001, 6_000), (16_001, 400)] {
        assert_eq!(error(&head(width, height)), Some(PhotoError::TooManyPoints), "{width}×{height}");
    }
    let mut file = jpeg(400, 300);
    let at = file.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("SOF0");
    file[at + 5..at + 9].copy_from_slice(&[0xFF; 4]);
    assert_eq!(error(&file), Some(PhotoError::TooManyPoints));
    assert_eq!(error(&head(0, 400)), Some(PhotoError::TooFewPoints));
    assert_eq!(error(&jpeg(299, 400)), Some(PhotoError::TooFewPoints));
    // A small head before much: the library stops where the picture ends.
    assert_eq!(error(&vec![0xFF; MOST_BYTES + 1]), Some(PhotoError::TooLarge));
}

#[test]
fn whatever_follows_the_picture_is_refused_but_for_what_phones_put_there() {
    for file in [jpeg(400, 300), png(400, 300)] {
        for more in [b"PK\x03\x04archive".as_slice(), b"<html>", b"\0\0\0\x18ftypmp42", b"x"] {
            assert_eq!(error(&[&file, more].concat()), Some(PhotoError::Laden), "{more:?}");
        }
    }
    let (file, preview) = (jpeg(400, 300), jpeg(64, 48));
    assert!(Photo::read(&[&file, [0; 7].as_slice(), &preview, &[0; 3]].concat()).is_ok(), "a second picture");
    assert_eq!(error(&[&file, &preview[..preview.len() - 2]].concat()), Some(PhotoError::Laden));
}

#[test]
fn a_page_or_an_archive_in_a_remark_is_refused() {
    for foreign in
        [b"<SCRIPT>alert(1)</SCRIPT>".as_slice(), b"GIF <!DOCTYPE html>", b"PK\x05\x06", b"<?php", b"%PDF-1.7"]
    {
        for marker in [0xFE, 0xE2] {
            assert_eq!(error(&with_segment(marker, foreign)), Some(PhotoError::Laden), "{foreign:?}");
        }
        assert_eq!(error(&with_chunk(b"tEXt", foreign)), Some(PhotoError::Laden), "{foreign:?}");
    }
    let remark = b"<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>";
    assert!(Photo::read(&with_segment(0xE1, remark)).is_ok(), "what programs write is no page");
    assert!(Photo::read(&with_chunk(b"tEXt", b"Software\0Camera")).is_ok());
}

#[test]
fn a_file_that_breaks_off_is_told_as_broken_wherever_it_does() {
    for file in [jpeg(400, 300), png(400, 300)] {
        for length in (4..file.len()).step_by(file.len() / 97 + 1).chain([file.len() - 1, file.len() - 2]) {
            let cut = error(&file[..length]);
            assert!(matches!(cut, Some(PhotoError::Broken | PhotoError::Kind)), "{length}: {cut:?}");
        }
    }
    // Whole in its outline, and nonsense within.
    let mut file = png(400, 300);
    let middle = file.len() / 2;
    file[middle] ^= 0x55;
    assert_eq!(error(&file), Some(PhotoError::Broken));
}

#[test]
fn what_is_something_else_is_told_apart() {
    for (file, told) in [
        (b"".as_slice(), PhotoError::Missing),
        (b"\0\0\0\x18ftypheic\0\0\0\0", PhotoError::Heic),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", PhotoError::Heic),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", PhotoError::Moves),
        (b"GIF89a\x01\0\x01\0", PhotoError::Moves),
        (b"RIFF\0\0\0\0WEBPVP8 ", PhotoError::Kind),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PhotoError::Kind),
        (b"%PDF-1.7", PhotoError::Kind),
        (b"\xFF\xD8", PhotoError::Kind),
    ] {
        assert_eq!(error(file), Some(told), "{file:?}");
    }
    assert_eq!(error(&with_chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0])), Some(PhotoError::Moves));
}

#[test]
fn no_change_of_a_byte_or_two_does_more_than_refuse() {
    // Every outline is walked with every byte in turn: what is not refused is unpacked within the limits.
    for file in [jpeg(300, 300), png(300, 300)] {
        for at in (0..file.len().min(700)).step_by(3) {
            for value in [0x00, 0xFF] {
                let mut broken = file.clone();
                broken[at] = value;
                if let Ok(photo) = Photo::read(&broken) {
                    assert!(photo.bytes().starts_with(&[0xFF, 0xD8]));
                }
            }
        }
    }
}

#[tokio::test]
async fn photos_are_read_one_after_the_other() {
    let photos = Photos::default();
    let read = futures_util::future::join_all((0..4).map(|_| photos.read(jpeg(400, 300)))).await;
    assert!(read.iter().all(Result::is_ok));
}
