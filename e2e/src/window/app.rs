//! An authenticator app on a person's telephone.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use totp_rs::{Builder, Secret, Totp};

use super::Window;

/// Seconds that a code is shown.
const STEP: u64 = 30;

/// An app that was set by the key on the page.
pub struct App(Totp);

impl App {
    /// Sets an app by the key that the page in sight shows.
    pub async fn set_by(window: &Window) -> anyhow::Result<Self> {
        const KEY: &str = "return document.querySelector('#secret').textContent.replaceAll(' ', '')";
        let key = window.run(KEY).await?;
        let secret = Secret::try_from_base32(key.as_str().context("no key")?).ok().context("the key is no base32")?;
        Ok(Self(Builder::new().with_secret(secret).build().context("no app")?))
    }

    /// The code that it showed a moment ago: it is still taken, and leaves the present one for later.
    pub fn former_code(&self) -> anyhow::Result<String> {
        Ok(self.0.generate(now()? - STEP).to_string())
    }

    /// The code that it shows.
    pub fn code(&self) -> anyhow::Result<String> {
        Ok(self.0.generate(now()?).to_string())
    }
}

#[expect(clippy::disallowed_methods, reason = "a telephone shows the codes of the real time")]
fn now() -> anyhow::Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}
