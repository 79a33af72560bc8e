//! The outline of a picture's file: its type, its size in points, and that it is that picture and nothing besides.
//!
//! Nothing is unpacked here. A file that is a picture to one program and a page, a program or an archive to another hides
//! the other in what a reader of pictures passes over: segments of remarks, and what follows the end.

use super::{MOST_BYTES, PhotoError};

/// The types that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Jpeg,
    Png,
}

/// What a file says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outline {
    pub(super) kind: Kind,
    pub(super) width: u32,
    pub(super) height: u32,
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What remarks of cameras never hold: the beginnings of pages, programs, archives and documents.
const FOREIGN: [&[u8]; 8] =
    [b"<script", b"<html", b"<!doctype", b"<?php", b"<%@", b"PK\x03\x04", b"PK\x05\x06", b"%PDF-"];

pub(super) fn read(file: &[u8]) -> Result<Outline, PhotoError> {
    if file.is_empty() {
        return Err(PhotoError::Missing);
    }
    if file.len() > MOST_BYTES {
        return Err(PhotoError::TooLarge);
    }
    if file.starts_with(PNG) {
        return png(&file[PNG.len()..]);
    }
    if file.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return jpeg(file);
    }
    Err(other(file))
}

/// What else it is: only of some there is more to say.
fn other(file: &[u8]) -> PhotoError {
    // ISO/IEC 14496-12: the brand stands behind `ftyp`.
    let brand = file.get(4..8).filter(|word| word == b"ftyp").and_then(|_| file.get(8..12));
    match brand {
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"mif1" | b"msf1" | b"avif" | b"avis") => {
            PhotoError::Heic
        }
        Some(_) => PhotoError::Moves,
        None if file.starts_with(b"GIF8") => PhotoError::Moves,
        None => PhotoError::Kind,
    }
}

/// Whether a remark holds what has no place in it.
fn is_foreign(remark: &[u8]) -> bool {
    FOREIGN.iter().any(|word| remark.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word)))
}

/// ISO/IEC 15948: chunks of length, type, content and checksum, from `IHDR` to `IEND`, and nothing after it.
fn png(mut rest: &[u8]) -> Result<Outline, PhotoError> {
    let mut size = None;
    let mut drawn = false;
    loop {
        let (head, after) = rest.split_at_checked(8).ok_or(PhotoError::Broken)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let length = usize::try_from(length).map_err(|_| PhotoError::Broken)?;
        let (content, after) = after.split_at_checked(length).ok_or(PhotoError::Broken)?;
        let (_checksum, after) = after.split_at_checked(4).ok_or(PhotoError::Broken)?;
        match (&head[4..], size) {
            (b"IHDR", None) => {
                let side = |at: usize| content.get(at..at + 4).and_then(|four| four.try_into().ok());
                let (width, height) = (side(0).ok_or(PhotoError::Broken)?, side(4).ok_or(PhotoError::Broken)?);
                size = Some((u32::from_be_bytes(width), u32::from_be_bytes(height)));
            }
            // Only the first chunk can be that, and it has to be.
            (b"IHDR", Some(_)) | (_, None) => return Err(PhotoError::Broken),
            (b"acTL" | b"fcTL" | b"fdAT", _) => return Err(PhotoError::Moves),
            (b"IDAT", _) => drawn = true,
            (b"IEND", Some((width, height))) => {
                return match (after.is_empty(), drawn) {
                    (false, _) => Err(PhotoError::Laden),
                    (_, false) => Err(PhotoError::Broken),
                    _ => Ok(Outline { kind: Kind::Png, width, height }),
                };
            }
            _ if is_foreign(content) => return Err(PhotoError::Laden),
            _ => {}
        }
        rest = after;
    }
}

/// A JPEG, and what phones put behind it: further JPEGs (CIPA DC-007, previews and maps of brightness), with zeros between.
fn jpeg(file: &[u8]) -> Result<Outline, PhotoError> {
    let (first, mut rest) = one_jpeg(file)?;
    loop {
        let zeros = rest.iter().take_while(|byte| **byte == 0).count();
        rest = &rest[zeros..];
        if rest.is_empty() {
            return Ok(first);
        }
        rest = one_jpeg(rest).map_err(|_| PhotoError::Laden)?.1;
    }
}

/// ITU-T T.81, annex B: segments from SOI to EOI; what follows.
fn one_jpeg(file: &[u8]) -> Result<(Outline, &[u8]), PhotoError> {
    let mut rest = file.strip_prefix(&[0xFF, 0xD8]).ok_or(PhotoError::Broken)?;
    let mut size = None;
    let mut drawn = false;
    loop {
        rest = rest.strip_prefix(&[0xFF]).ok_or(PhotoError::Broken)?;
        // Any number of fill bytes may stand before a marker.
        let (marker, after) = rest.split_first().ok_or(PhotoError::Broken)?;
        match marker {
            0xFF => continue,
            0xD9 => {
                let (width, height) = size.filter(|_| drawn).ok_or(PhotoError::Broken)?;
                return Ok((Outline { kind: Kind::Jpeg, width, height }, after));
            }
            0x01 | 0xD0..=0xD7 => {
                rest = after;
                continue;
            }
            0x00 | 0xD8 => return Err(PhotoError::Broken),
            _ => {}
        }
        let (content, after) = segment(after)?;
        rest = after;
        match marker {
            // SOF, of every way to draw; DHT, JPG and DAC lie between them.
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let side = |at: usize| content.get(at..at + 2).and_then(|two| two.try_into().ok());
                let (height, width) = (side(1).ok_or(PhotoError::Broken)?, side(3).ok_or(PhotoError::Broken)?);
                size = Some((u16::from_be_bytes(width).into(), u16::from_be_bytes(height).into()));
            }
            0xDA => {
                drawn = true;
                rest = after_scan(rest);
            }
            // What programs and people remark.
            0xE0..=0xEF | 0xFE if is_foreign(content) => return Err(PhotoError::Laden),
            _ => {}
        }
    }
}

/// A segment's content, behind its length, which counts itself.
fn segment(rest: &[u8]) -> Result<(&[u8], &[u8]), PhotoError> {
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(PhotoError::Broken)?;
    let length = usize::from(u16::from_be_bytes(*length)).checked_sub(2).ok_or(PhotoError::Broken)?;
    rest.split_at_checked(length).ok_or(PhotoError::Broken)
}

/// What follows the points of a scan: the next marker that is no restart, and no escaped byte.
fn after_scan(scan: &[u8]) -> &[u8] {
    let is_end = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xD0..=0xD7 | 0xFF);
    scan.windows(2).position(is_end).map_or(&[], |at| &scan[at..])
}
