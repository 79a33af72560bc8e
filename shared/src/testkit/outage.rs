//! A database that goes away and comes back.

use std::path::PathBuf;

use url::Url;

use super::databases::{postgres, server};
use crate::db::DbConfig;

/// The time during which a database is gone: the file of SQLite is moved aside; PostgreSQL breaks every connection to the
/// database and takes no new one.
#[derive(Debug)]
#[must_use = "the database stays away until the outage ends"]
pub struct Outage(Gone);

#[derive(Debug)]
enum Gone {
    File(PathBuf),
    Database { server: Url, name: String },
}

impl Outage {
    /// Takes the database away.
    ///
    /// # Panics
    /// When that cannot be done.
    pub async fn begin(config: &DbConfig) -> Self {
        if let Some(path) = config.url.strip_prefix("sqlite:") {
            let path = PathBuf::from(path);
            std::fs::rename(&path, aside(&path)).expect("the database file can be moved");
            return Self(Gone::File(path));
        }
        let url: Url = config.url.parse().expect("the address of a database is a URL");
        let name = url.path().trim_start_matches('/').to_owned();
        let server = server().expect("PostgreSQL is there");
        postgres::close(&server, &name).await;
        Self(Gone::Database { server, name })
    }

    /// Brings it back as it was.
    ///
    /// # Panics
    /// When that cannot be done.
    pub async fn end(self) {
        match self.0 {
            Gone::File(path) => std::fs::rename(aside(&path), &path).expect("the database file can be moved back"),
            Gone::Database { server, name } => postgres::open(&server, &name).await,
        }
    }
}

fn aside(path: &std::path::Path) -> PathBuf {
    path.with_extension("aside")
}
