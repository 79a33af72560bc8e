//! Where the running programs are: what `cargo xtask demo` writes into `demo.json`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;

/// A running demo.
#[derive(Clone, Debug, Deserialize)]
pub struct Demo {
    /// The passport's address, `https://passport.localhost:…`.
    pub passport: String,
    /// The sandbox's address, a passport beside it.
    pub sandbox: String,
    /// The CET site's address.
    pub cet: String,
    /// The PETS site's address.
    pub pets: String,
    /// The NCRE site's address.
    pub ncre: String,
    /// The mailbox's page.
    pub mailbox: String,
    /// The folder of its configuration and data.
    pub home: PathBuf,
    /// The certificate of the development CA (PEM).
    pub ca: PathBuf,
    /// The file of the secret by which reports of delivery are signed.
    pub report_secret: PathBuf,
    /// The demo candidate's mail address.
    pub email: String,
    /// The demo candidate's mobile number.
    pub mobile: String,
    /// The demo candidate's password.
    pub password: String,
    /// Where chromedriver listens, if the demo started one.
    pub chromedriver: Option<String>,
}

impl Demo {
    /// Reads `demo.json`.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} does not describe a demo", path.display()))
    }
}
