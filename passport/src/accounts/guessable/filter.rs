//! The skeletons of common passwords, words and names, as shortened hashes in one embedded file.
//!
//! An entry is the first 40 bits of the SHA-256 of a skeleton's UTF-8. The file is a directory of 65 537 numbers of
//! three bytes, little-endian, and then the entries in order. Entry *n* of the directory says how many entries have a
//! hash whose first 16 bits are less than *n*; of an entry itself only the other 24 bits are kept.

use shared::secret::sha256;
use zeroize::Zeroizing;

static FILE: &[u8] = include_bytes!("../../../data/passwords/common.bin");

const BUCKETS: usize = 1 << 16;
const WIDTH: usize = 3;
const DIRECTORY: usize = (BUCKETS + 1) * WIDTH;

/// The 40 bits of a skeleton.
pub fn digest(skeleton: &[char]) -> u64 {
    let text: Zeroizing<String> = Zeroizing::new(skeleton.iter().collect());
    let [a, b, c, d, e, ..] = sha256(text.as_bytes());
    u64::from_be_bytes([0, 0, 0, a, b, c, d, e])
}

/// Whether the filter holds that skeleton. Of those that it does not hold, one in about two millions seems held.
pub fn holds(skeleton: &[char]) -> bool {
    holds_in(FILE, skeleton)
}

pub(super) fn holds_in(file: &[u8], skeleton: &[char]) -> bool {
    let digest = digest(skeleton);
    let [.., first, second, c, d, e] = digest.to_be_bytes();
    let bucket = usize::from(u16::from_be_bytes([first, second]));
    let (Some(from), Some(to)) = (number(file, bucket), number(file, bucket + 1)) else { return false };
    let entries = file.get(DIRECTORY + from * WIDTH..DIRECTORY + to * WIDTH).unwrap_or_default();
    entries.chunks_exact(WIDTH).any(|entry| entry == [c, d, e])
}

/// How many entries there are.
#[cfg(test)]
pub fn len() -> usize {
    number(FILE, BUCKETS).unwrap_or_default()
}

/// How many bytes the file has.
#[cfg(test)]
pub fn bytes() -> usize {
    FILE.len()
}

fn number(file: &[u8], at: usize) -> Option<usize> {
    let [a, b, c] = *file.get(at * WIDTH..)?.first_chunk::<WIDTH>()?;
    Some(u32::from_le_bytes([a, b, c, 0]) as usize)
}

/// The file that holds these digests; they are sorted and single.
pub fn pack(digests: &[u64]) -> Vec<u8> {
    let mut file = Vec::with_capacity(DIRECTORY + digests.len() * WIDTH);
    for bucket in 0..=BUCKETS as u64 {
        let before = digests.partition_point(|digest| digest >> 24 < bucket);
        file.extend_from_slice(&before.to_le_bytes()[..WIDTH]);
    }
    file.extend(digests.iter().flat_map(|digest| digest.to_be_bytes().into_iter().skip(8 - WIDTH)));
    file
}
