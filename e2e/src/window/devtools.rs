//! What WebDriver does not know and Chromium does: commands of its DevTools protocol, passed on by chromedriver.

use anyhow::Context as _;
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};
use url::{ParseError, Url};

use super::Window;

impl Window {
    /// Every cookie of those addresses, to be given back with [`Window::restore`].
    pub async fn cookies(&self, urls: &[&str]) -> anyhow::Result<Value> {
        Ok(self.devtools("Network.getCookies", json!({ "urls": urls })).await?["cookies"].take())
    }

    /// Forgets every cookie and takes those instead, as a browser whose profile comes from a backup.
    pub async fn restore(&self, cookies: Value) -> anyhow::Result<()> {
        self.devtools("Network.clearBrowserCookies", json!({})).await?;
        self.devtools("Network.setCookies", json!({ "cookies": cookies })).await?;
        Ok(())
    }

    /// Puts an authenticator into the device that this browser runs on: it holds passkeys, and says yes by itself. How it is
    /// called, for [`Window::let_authenticator_verify`].
    pub async fn add_authenticator(&self) -> anyhow::Result<String> {
        self.devtools("WebAuthn.enable", json!({})).await?;
        let options = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true, "automaticPresenceSimulation": true,
        });
        let added = self.devtools("WebAuthn.addVirtualAuthenticator", json!({ "options": options })).await?;
        added["authenticatorId"].as_str().map(str::to_owned).context("the browser gives it no name")
    }

    /// Takes the authenticator of that name away, with its passkeys.
    pub async fn remove_authenticator(&self, id: &str) -> anyhow::Result<()> {
        self.devtools("WebAuthn.removeVirtualAuthenticator", json!({ "authenticatorId": id })).await.map(drop)
    }

    /// Has the authenticator of that name verify its user from now on, or fail to.
    pub async fn let_authenticator_verify(&self, id: &str, verifies: bool) -> anyhow::Result<()> {
        let whether = json!({ "authenticatorId": id, "isUserVerified": verifies });
        self.devtools("WebAuthn.setUserVerified", whether).await.map(drop)
    }

    /// A command of Chromium's DevTools protocol, which chromedriver passes on.
    pub(super) async fn devtools(&self, method: &'static str, params: Value) -> anyhow::Result<Value> {
        let command = DevTools { method, params };
        self.client.issue_cmd(command).await.with_context(|| format!("the browser refuses {method}"))
    }
}

/// chromedriver's own extension of WebDriver.
#[derive(Debug)]
struct DevTools {
    method: &'static str,
    params: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (reqwest::Method, Option<String>) {
        (reqwest::Method::POST, Some(json!({ "cmd": self.method, "params": self.params }).to_string()))
    }
}
