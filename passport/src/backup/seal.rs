//! The form of a backup's file: parts, each sealed for one recipient (HPKE, RFC 9180: X25519, HKDF-SHA256, AES-256-GCM).
//!
//! After the first line come the recipient's id (6 bytes) and the encapsulated secret (32). Each part is one message of
//! that HPKE context, preceded by its kind (1 byte) and its length (4, big endian), which are its associated data. The
//! context counts its messages, so that none can be moved, left out or put in twice; the last part is of a kind of its
//! own, so that a file that was cut off is known by its lack. Who makes backups has the public half only, and cannot read
//! them.

use std::io::{self, Read, Write};

use rustls::crypto::aws_lc_rs::hpke::DH_KEM_X25519_HKDF_SHA256_AES_256 as SUITE;
use rustls::crypto::hpke::{EncapsulatedSecret, Hpke as _, HpkeOpener, HpkeSealer};

use super::error::BackupError;
use super::recipient::{ID, OpeningKey, Recipient, shown};

/// The first line, with the number of this form.
const FIRST_LINE: &[u8] = b"E-TEST passport backup 1\n";

/// The length of an encapsulated secret.
const SECRET: usize = 32;

/// No part is longer.
const LONGEST: usize = 1 << 20;

/// What a part holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the backup is of. The first one.
    Head,
    /// A piece of the database.
    Data,
    /// What was saved. The last one.
    End,
}

impl Part {
    const fn code(self) -> u8 {
        match self {
            Self::Head => b'h',
            Self::Data => b'd',
            Self::End => b'e',
        }
    }

    fn of(code: u8) -> Option<Self> {
        [Self::Head, Self::Data, Self::End].into_iter().find(|part| part.code() == code)
    }
}

/// Writes a sealed file.
pub struct Sealer<W> {
    out: W,
    context: Box<dyn HpkeSealer>,
}

impl<W: Write> Sealer<W> {
    /// Begins a file for that recipient.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(mut out: W, recipient: &Recipient) -> io::Result<Self> {
        let info = [FIRST_LINE, &recipient.id()].concat();
        let (secret, context) = SUITE.setup_sealer(&info, recipient.key()).map_err(io::Error::other)?;
        out.write_all(&info)?;
        out.write_all(&secret.0)?;
        Ok(Self { out, context })
    }

    /// Adds a part.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn part(&mut self, part: Part, text: &[u8]) -> io::Result<()> {
        let length = u32::try_from(text.len()).ok().filter(|length| *length as usize <= LONGEST);
        let length = length.ok_or_else(|| io::Error::other("a part of the backup is too long"))?;
        let [a, b, c, d] = length.to_be_bytes();
        let before = [part.code(), a, b, c, d];
        let sealed = self.context.seal(&before, text).map_err(io::Error::other)?;
        self.out.write_all(&before)?;
        self.out.write_all(&sealed)
    }

    /// What was written to.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// Reads a sealed file.
pub struct Opener<R> {
    from: R,
    context: Box<dyn HpkeOpener>,
    /// How far it was read.
    at: u64,
}

/// How much AES-GCM adds.
const TAG: usize = 16;

impl<R: Read> Opener<R> {
    /// Reads up to the first part.
    ///
    /// # Errors
    /// It is no backup, or sealed for another key.
    pub fn new(mut from: R, key: &OpeningKey) -> Result<Self, BackupError> {
        let mut info = [0; FIRST_LINE.len() + ID];
        let mut secret = vec![0; SECRET];
        from.read_exact(&mut info).map_err(|_| BackupError::NotABackup)?;
        let id = info.strip_prefix(FIRST_LINE).ok_or(BackupError::NotABackup)?;
        if id != key.recipient().id() {
            return Err(BackupError::OtherKey { wanted: shown(id), given: shown(&key.recipient().id()) });
        }
        let at = info.len() as u64;
        from.read_exact(&mut secret).map_err(|_| BackupError::Damaged { at })?;
        let context = SUITE.setup_opener(&EncapsulatedSecret(secret), &info, key.private());
        let context = context.map_err(|_| BackupError::Damaged { at })?;
        Ok(Self { from, context, at: at + SECRET as u64 })
    }

    /// The next part.
    ///
    /// # Errors
    /// It was changed, or is missing.
    pub fn part(&mut self) -> Result<(Part, Vec<u8>), BackupError> {
        let at = self.at;
        let damaged = || BackupError::Damaged { at };
        let mut before = [0; 5];
        self.from.read_exact(&mut before).map_err(|_| damaged())?;
        let [code, length @ ..] = before;
        let length = u32::from_be_bytes(length) as usize;
        if length > LONGEST {
            return Err(damaged());
        }
        let mut sealed = vec![0; length + TAG];
        self.from.read_exact(&mut sealed).map_err(|_| damaged())?;
        let text = self.context.open(&before, &sealed).map_err(|_| damaged())?;
        self.at += (before.len() + sealed.len()) as u64;
        Ok((Part::of(code).ok_or_else(damaged)?, text))
    }

    /// Holds that nothing follows.
    ///
    /// # Errors
    /// Something does.
    pub fn end(mut self) -> Result<(), BackupError> {
        let mut more = [0];
        match self.from.read(&mut more) {
            Ok(0) => Ok(()),
            _ => Err(BackupError::Damaged { at: self.at }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(key: &OpeningKey) -> Vec<u8> {
        let mut sealer = Sealer::new(Vec::new(), key.recipient()).expect("written");
        for (part, text) in [(Part::Head, &b"head"[..]), (Part::Data, b"data"), (Part::Data, b""), (Part::End, b"end")]
        {
            sealer.part(part, text).expect("written");
        }
        sealer.into_inner()
    }

    fn opened(file: &[u8], key: &OpeningKey) -> Result<Vec<Vec<u8>>, BackupError> {
        let mut opener = Opener::new(file, key)?;
        let mut texts = Vec::new();
        loop {
            let (part, text) = opener.part()?;
            texts.push(text);
            if part == Part::End {
                opener.end()?;
                return Ok(texts);
            }
        }
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_and_no_other() {
        let (key, other) = (OpeningKey::make().expect("a key"), OpeningKey::make().expect("a key"));
        let file = sealed(&key);
        assert_eq!(opened(&file, &key).expect("opened"), [&b"head"[..], b"data", b"", b"end"]);
        let refused = opened(&file, &other).expect_err("refused").to_string();
        assert!(refused.contains(&shown(&other.recipient().id())), "{refused}");
    }

    #[test]
    fn no_bit_can_be_changed_and_nothing_taken_away_or_added() {
        let key = OpeningKey::make().expect("a key");
        let file = sealed(&key);
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut changed = file.clone();
                changed[at] ^= 1 << bit;
                assert!(opened(&changed, &key).is_err(), "bit {bit} of byte {at}");
            }
            assert!(opened(&file[..at], &key).is_err(), "{at} bytes");
        }
        assert!(opened(&[&file[..], b"x"].concat(), &key).is_err(), "one more");
    }

    #[test]
    fn parts_stay_in_their_order() {
        let key = OpeningKey::make().expect("a key");
        let file = sealed(&key);
        let head = FIRST_LINE.len() + ID + SECRET;
        let (first, second) = (5 + 4 + TAG, 5 + 4 + TAG);
        let (a, rest) = file[head..].split_at(first);
        let (b, rest) = rest.split_at(second);
        assert!(opened(&[&file[..head], b, a, rest].concat(), &key).is_err(), "exchanged");
        assert!(opened(&[&file[..head], a, rest].concat(), &key).is_err(), "left out");
        assert!(opened(&[&file[..head], a, b, b, rest].concat(), &key).is_err(), "twice");
        assert!(opened(&[&file[..head], a, b, rest].concat(), &key).is_ok());
    }
}
