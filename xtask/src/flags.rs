//! The words after a command, read one by one; an unknown one is an error that names it.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Context as _;
use lexopt::{Arg, Parser, ValueExt as _};

/// The arguments not read yet.
pub(crate) struct Flags(Parser);

impl Flags {
    /// From the words after the command's name.
    pub(crate) fn new(words: Vec<String>) -> Self {
        Self(Parser::from_args(words))
    }

    /// The next flag's name, without its dashes.
    pub(crate) fn next(&mut self) -> anyhow::Result<Option<String>> {
        Ok(match self.0.next()? {
            Some(Arg::Long(name)) => Some(name.to_owned()),
            Some(other) => return Err(other.unexpected().into()),
            None => None,
        })
    }

    /// The next word, which is no flag.
    pub(crate) fn word(&mut self) -> anyhow::Result<Option<String>> {
        Ok(match self.0.next()? {
            Some(Arg::Value(word)) => Some(word.string()?),
            Some(other) => return Err(other.unexpected().into()),
            None => None,
        })
    }

    /// The next word or flag, the latter with its dashes.
    pub(crate) fn any(&mut self) -> anyhow::Result<Option<String>> {
        Ok(match self.0.next()? {
            Some(Arg::Long(name)) => Some(format!("--{name}")),
            Some(Arg::Value(word)) => Some(word.string()?),
            Some(other) => return Err(other.unexpected().into()),
            None => None,
        })
    }

    /// The value of the flag just read.
    pub(crate) fn value<T>(&mut self) -> anyhow::Result<T>
    where
        T: FromStr,
        T::Err: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Ok(self.0.value()?.parse()?)
    }

    /// The path that follows the flag just read, made absolute.
    pub(crate) fn path(&mut self) -> anyhow::Result<PathBuf> {
        let path = PathBuf::from(self.0.value()?);
        std::path::absolute(&path).with_context(|| format!("{} is not a path", path.display()))
    }
}

/// The error for a flag that the command does not have.
pub(crate) fn unknown(name: &str) -> anyhow::Error {
    anyhow::anyhow!("there is no flag --{name} here; add --help to see those there are")
}
