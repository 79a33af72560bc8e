//! What is wrong with the settings, all of it at once.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The setting (`server.listen`), the environment variable or the place in the file.
    pub place: String,
    /// What is wrong with it and, where it helps, what to do.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for ConfigError {}

/// Everything that is wrong, one line each when shown. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    pub(super) fn new(errors: Vec<ConfigError>) -> Self {
        Self(errors)
    }

    /// A single error.
    pub fn one(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self(vec![ConfigError { place: place.into(), message: message.into() }])
    }

    /// The errors in the order of the settings.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.0.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// Where the check of a section reports what single values cannot show.
#[derive(Debug)]
pub struct Problems<'a> {
    pub(super) path: String,
    pub(super) errors: &'a mut Vec<ConfigError>,
}

impl Problems<'_> {
    /// Reports that the setting `key` of this section is wrong; `message` is the rest of a sentence that
    /// begins with its name.
    pub fn add(&mut self, key: &str, message: impl Into<String>) {
        self.errors.push(ConfigError { place: format!("{}{key}", self.path), message: message.into() });
    }
}
