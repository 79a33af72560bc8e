//! The ends of the chain, written outside the database: whoever rewrites all of the record, with the key and without a
//! fault, cannot rewrite these.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use shared::db::DbError;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

use super::{Chain, SealKey};
use crate::audit::store::batches::{self, Batch};

/// The end of the chain at some time: a line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The number of the last batch.
    pub batch: i64,
    /// Its digest, which stands for all before it.
    pub digest: String,
    /// When it was sealed.
    pub sealed_at: String,
    /// The public half of the key that signed it (Ed25519).
    pub public_key: String,
    /// The signature over the digest.
    pub signature: String,
}

impl Head {
    /// That batch as the end of the chain.
    pub fn of(batch: &Batch, key: &SealKey) -> Self {
        Self {
            batch: batch.number,
            digest: URL_SAFE_NO_PAD.encode(batch.digest),
            sealed_at: batch.sealed.to_string(),
            public_key: key.public(),
            signature: URL_SAFE_NO_PAD.encode(&batch.signature),
        }
    }

    /// Whether it is of that batch.
    pub fn is_of(&self, batch: &Batch) -> bool {
        self.batch == batch.number && self.digest == URL_SAFE_NO_PAD.encode(batch.digest)
    }
}

/// Why a head was not written outside the database, or none could be read.
#[derive(Debug, thiserror::Error)]
pub enum HeadsError {
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The file.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// What is wrong.
        error: std::io::Error,
    },
    /// A line of the file is none.
    #[error("{path}: {line} is no head of the record")]
    Line {
        /// Which file.
        path: String,
        /// Which line.
        line: String,
    },
    /// The record is another than the one whose heads stand in the file.
    #[error(
        "the record is not the one whose heads are in {path}: batch {batch} is another there, or not in the database"
    )]
    Another {
        /// Which file.
        path: String,
        /// The batch.
        batch: i64,
    },
}

/// A file of heads, a line each. It is only added to.
#[derive(Debug, Clone)]
pub struct Heads {
    path: PathBuf,
}

/// More than the longest line has.
const TAIL: u64 = 4_096;

impl Heads {
    /// The file of that name, which need not be there yet.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Every head in it.
    ///
    /// # Errors
    /// It cannot be read, or a line is no head.
    pub async fn all(&self) -> Result<Vec<Head>, HeadsError> {
        let text = tokio::fs::read_to_string(&self.path).await.map_err(|error| self.failed(error))?;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty());
        lines.map(|(number, line)| self.parse(line, format!("line {}", number + 1))).collect()
    }

    /// Adds the end of the chain, unless it stands there; whether it was added.
    ///
    /// # Errors
    /// The file cannot be read or written; or it holds heads of another record, which are left as they are.
    pub async fn follow(&self, chain: &Chain, last: &Batch) -> Result<bool, HeadsError> {
        if let Some(known) = self.last().await? {
            if known.is_of(last) {
                return Ok(false);
            }
            let batch = known.batch;
            let stored = chain.db.read(move |tx| batches::find(tx, batch).boxed()).await?;
            if !stored.is_some_and(|stored| known.is_of(&stored)) {
                return Err(HeadsError::Another { path: self.name(), batch });
            }
        }
        self.append(&Head::of(last, &chain.key)).await.map_err(|error| self.failed(error))?;
        Ok(true)
    }

    /// The last head in the file; none: there is no file, or nothing in it.
    async fn last(&self) -> Result<Option<Head>, HeadsError> {
        let text = match self.tail().await {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(error)),
        };
        let text = text.trim_end();
        let line = text.rsplit('\n').next().unwrap_or_default();
        if line.is_empty() { Ok(None) } else { self.parse(line, "the last line".to_owned()).map(Some) }
    }

    async fn tail(&self) -> std::io::Result<String> {
        let mut file = tokio::fs::File::open(&self.path).await?;
        let long = file.metadata().await?.len();
        file.seek(std::io::SeekFrom::Start(long.saturating_sub(TAIL))).await?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).await?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    async fn append(&self, head: &Head) -> std::io::Result<()> {
        let mut line = serde_json::to_string(head)?;
        line.push('\n');
        let mut file = tokio::fs::OpenOptions::new().create(true).append(true).open(&self.path).await?;
        file.write_all(line.as_bytes()).await?;
        file.sync_all().await
    }

    fn parse(&self, text: &str, line: String) -> Result<Head, HeadsError> {
        serde_json::from_str(text).map_err(|_| HeadsError::Line { path: self.name(), line })
    }

    fn failed(&self, error: std::io::Error) -> HeadsError {
        HeadsError::File { path: self.name(), error }
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}
