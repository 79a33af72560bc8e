//! A backup's file: written under another name until it is whole, and read again from the first byte to the last.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};

use super::error::{BackupError, at};
use super::manifest::{self, Head, Manifest, hex};
use super::recipient::{OpeningKey, Recipient};
use super::seal::{Opener, Part, Sealer};
use crate::keys::{MasterKey, Masters};

/// How much of the database a part holds.
const PIECE: usize = 64 * 1024;

/// How many bytes there were, and their SHA-256.
struct Sum {
    bytes: u64,
    hash: Context,
}

impl Sum {
    fn new() -> Self {
        Self { bytes: 0, hash: Context::new(&SHA256) }
    }

    fn add(&mut self, piece: &[u8]) {
        self.bytes += piece.len() as u64;
        self.hash.update(piece);
    }

    fn finish(self) -> (u64, String) {
        (self.bytes, hex(self.hash.finish().as_ref()))
    }
}

/// The name of a file that is not whole yet, which goes when it is, or when it never will be.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        // Nothing is lost by leaving it: it says that it is no backup.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A name beside that path which no one takes for a backup: `.NAME.EXTENSION`.
pub(super) fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    path.with_file_name(name).with_added_extension(extension)
}

/// A backup that is being written. What is written to it is a copy of the database.
pub(super) struct Writing {
    sealer: Sealer<BufWriter<File>>,
    head: Vec<u8>,
    piece: Vec<u8>,
    sum: Sum,
    to: PathBuf,
    draft: Draft,
}

impl Writing {
    /// Begins the file.
    ///
    /// # Errors
    /// There is such a file, another backup is being written to it, or the disk refuses.
    pub(super) fn begin(to: &Path, recipient: &Recipient, head: &Head) -> Result<Self, BackupError> {
        let exists = || at(to)(io::Error::new(io::ErrorKind::AlreadyExists, "the file exists"));
        if to.symlink_metadata().is_ok() {
            return Err(exists());
        }
        let part = beside(to, "part");
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&part);
        let file = file.map_err(at(to))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::BeingWritten(to.to_owned())),
            Err(TryLockError::Error(error)) => return Err(at(to)(error)),
        }
        let draft = Draft(part);
        // What one that was killed left there.
        file.set_len(0).map_err(at(to))?;
        let head = serde_json::to_vec(head).map_err(|error| at(to)(error.into()))?;
        let mut sealer = Sealer::new(BufWriter::new(file), recipient).map_err(at(to))?;
        sealer.part(Part::Head, &head).map_err(at(to))?;
        Ok(Self { sealer, head, piece: Vec::with_capacity(PIECE), sum: Sum::new(), to: to.to_owned(), draft })
    }

    /// Ends the file with what was saved, and gives it its name once all of it is on the disk; how large it is.
    ///
    /// # Errors
    /// The disk refuses, or there is such a file by now.
    pub(super) fn finish(
        mut self,
        tables: Vec<manifest::Table>,
        master: &MasterKey,
    ) -> Result<(Manifest, u64), BackupError> {
        let to = self.to.clone();
        self.seal_piece().map_err(at(&to))?;
        let (bytes, sha256) = self.sum.finish();
        let manifest = Manifest { bytes, sha256, tables };
        let end = manifest::sign(&self.head, &manifest, master)?;
        self.sealer.part(Part::End, &end).map_err(at(&to))?;
        let file = self.sealer.into_inner().into_inner().map_err(|error| at(&to)(error.into_error()))?;
        file.sync_all().map_err(at(&to))?;
        let size = file.metadata().map_err(at(&to))?.len();
        std::fs::hard_link(&self.draft.0, &to).map_err(at(&to))?;
        drop(self.draft);
        sync_folder(&to).map_err(at(&to))?;
        Ok((manifest, size))
    }

    fn seal_piece(&mut self) -> io::Result<()> {
        self.sum.add(&self.piece);
        self.sealer.part(Part::Data, &self.piece)?;
        self.piece.clear();
        Ok(())
    }
}

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fits = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..fits]);
        if self.piece.len() == PIECE {
            self.seal_piece()?;
        }
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Has the folder of a file remember the names in it.
pub(super) fn sync_folder(of: &Path) -> io::Result<()> {
    let folder = of.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// A backup that is being read.
pub(super) struct Reading {
    opener: Opener<BufReader<File>>,
    /// What it is of.
    pub(super) head: Head,
    raw_head: Vec<u8>,
    sum: Sum,
}

impl Reading {
    /// Reads the head.
    ///
    /// # Errors
    /// It is no backup, or sealed for another key.
    pub(super) fn begin(path: &Path, key: &OpeningKey) -> Result<Self, BackupError> {
        let file = File::open(path).map_err(at(path))?;
        let mut opener = Opener::new(BufReader::with_capacity(PIECE * 2, file), key)?;
        let (Part::Head, raw_head) = opener.part()? else { return Err(BackupError::NotABackup) };
        let head = serde_json::from_slice(&raw_head).map_err(|_| BackupError::NotABackup)?;
        Ok(Self { opener, head, raw_head, sum: Sum::new() })
    }

    /// The next piece of the database, or what was saved, when all of it was read and is so.
    ///
    /// # Errors
    /// It is damaged, or does not come from an installation with one of these master keys.
    pub(super) fn next(mut self, masters: &Masters) -> Result<Next, BackupError> {
        match self.opener.part()? {
            (Part::Data, piece) => {
                self.sum.add(&piece);
                Ok(Next::Piece(piece, Box::new(self)))
            }
            (Part::End, end) => {
                let manifest = manifest::verify(&self.raw_head, &self.head, &end, masters)?;
                self.opener.end()?;
                if self.sum.finish() != (manifest.bytes, manifest.sha256.clone()) {
                    return Err(BackupError::Forged);
                }
                Ok(Next::End(self.head, manifest))
            }
            (Part::Head, _) => Err(BackupError::NotABackup),
        }
    }
}

/// What comes next of a backup.
pub(super) enum Next {
    /// A piece, and the rest.
    Piece(Vec<u8>, Box<Reading>),
    /// The end.
    End(Head, Manifest),
}

/// Reads a backup from the first byte to the last: what it is of and what was saved, if nothing is wrong with it.
///
/// # Errors
/// See [`BackupError`].
pub fn verify(path: &Path, key: &OpeningKey, masters: &Masters) -> Result<(Head, Manifest), BackupError> {
    let mut reading = Reading::begin(path, key)?;
    loop {
        match reading.next(masters)? {
            Next::Piece(_, rest) => reading = *rest,
            Next::End(head, manifest) => return Ok((head, manifest)),
        }
    }
}
