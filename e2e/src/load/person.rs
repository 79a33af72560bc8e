//! A person who signs in by password, and by a code of an app beside it.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use e2e::form::{Form, selector};
use reqwest::header::ORIGIN;
use scraper::Html;
use url::Url;

use crate::browser::{Browser, location};

/// Of every account that is measured with.
pub const PASSWORD: &str = "Measure-2026";
/// How long a code of an app is good for, in seconds; each is taken once.
pub const STEP: u64 = 30;
/// By this cookie the account is known in a browser.
pub const DEVICE: &str = "pp_device";

/// One person with one browser.
pub struct Person {
    issuer: Url,
    name: String,
    browser: Browser,
    /// The secret that the person's app has.
    secret: Option<Vec<u8>>,
}

impl Person {
    /// The person of that number.
    pub fn new(issuer: &str, number: u32) -> anyhow::Result<Self> {
        Ok(Self { issuer: issuer.parse()?, name: format!("u{number}"), browser: Browser::new()?, secret: None })
    }

    /// Signs in in the browser as it was left: the account is known there if it was signed in to before.
    pub async fn sign_in(&mut self) -> anyhow::Result<()> {
        self.browser.cookies.retain(|(name, _)| name.contains(DEVICE));
        let mut form = self.page("/sign-in", "password").await?;
        form.set("username", &self.name)?.set("password", PASSWORD)?;
        let mut target = self.send(form).await?;
        if let Some(secret) = self.secret.clone() {
            let mut form = self.page(target.path(), "code").await?;
            form.set("code", &code(&secret, now()? / STEP)?)?;
            target = self.send(form).await?;
        }
        anyhow::ensure!(target.path() == "/", "{} is led to {target}", self.name);
        Ok(())
    }

    /// Adds an app, as its owner does. The code of this step is spent by it.
    pub async fn enrol(&mut self) -> anyhow::Result<()> {
        self.sign_in().await?;
        let path = "/account/security/authenticator";
        let (_, _, text) = self.browser.browse(self.browser.client.get(self.issuer.join(path)?)).await?;
        let typed: String =
            Html::parse_document(&text).select(&selector("#secret")?).flat_map(|code| code.text()).collect();
        let secret = base32(&typed);
        let mut form = Form::with_control(&self.issuer.join(path)?, &text, "setup")?;
        form.set("code", &code(&secret, now()? / STEP)?)?;
        self.send(form).await.context("no app could be added")?;
        self.secret = Some(secret);
        Ok(())
    }

    async fn page(&mut self, path: &str, control: &str) -> anyhow::Result<Form> {
        let url = self.issuer.join(path)?;
        let (status, _, text) = self.browser.browse(self.browser.client.get(url.clone())).await?;
        Form::with_control(&url, &text, control).with_context(|| format!("{status} at {url}"))
    }

    /// Sends a form; where it leads.
    async fn send(&mut self, form: Form) -> anyhow::Result<Url> {
        let origin = form.action.origin().ascii_serialization();
        let request = self.browser.client.post(form.action.clone()).header(ORIGIN, origin).form(&form.values);
        let (status, headers, _) = self.browser.browse(request).await?;
        location(&form.action, &headers)?.with_context(|| format!("{}: {status} at {}", self.name, form.action))
    }
}

/// Seconds since 1970.
pub fn now() -> anyhow::Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}

/// The code of a step (RFC 6238, with six digits).
fn code(secret: &[u8], step: u64) -> anyhow::Result<String> {
    let mac = sign(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret), &step.to_be_bytes());
    let bytes = mac.as_ref();
    let from = usize::from(bytes.last().context("no mac")? & 15);
    let four = bytes.get(from..).and_then(|rest| rest.first_chunk::<4>()).context("a short mac")?;
    Ok(format!("{:06}", (u32::from_be_bytes(*four) & 0x7fff_ffff) % 1_000_000))
}

/// Reads Base32 (RFC 4648 §6), whatever stands between its characters.
fn base32(text: &str) -> Vec<u8> {
    let digits = text.bytes().filter_map(|byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    });
    let (mut bytes, mut buffer, mut held) = (Vec::new(), 0_u32, 0);
    for digit in digits {
        buffer = buffer << 5 | u32::from(digit);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.extend(u8::try_from(buffer >> held));
            buffer &= (1 << held) - 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B; RFC 4648 §10.
    #[test]
    fn codes_and_secrets_are_those_of_the_standards() -> anyhow::Result<()> {
        assert_eq!(code(b"12345678901234567890", 59 / STEP)?, "287082");
        assert_eq!(base32("MZXW 6YTB OI"), b"foobar");
        Ok(())
    }
}
