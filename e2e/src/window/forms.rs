//! Filling in forms as a person does.

use std::path::Path;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fantoccini::Locator;

use super::{PATIENCE, Window};
use crate::journey::Newcomer;

/// The most stops of the Tab key on a page: more is no way.
const MOST_STOPS: usize = 60;

impl Window {
    /// Types into the control of this name, or chooses the option with this value, or the file at this path.
    pub async fn fill(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let css = format!("[name='{name}']:not([type=hidden])");
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(&css)).await;
        let element = element.with_context(|| format!("there is no control named {name}"))?;
        if element.tag_name().await? == "select" {
            element.select_by_value(text).await?;
        } else {
            // A file that is chosen takes the place of the former one.
            if element.attr("type").await?.as_deref() != Some("file") {
                element.clear().await?;
            }
            element.send_keys(text).await?;
        }
        Ok(())
    }

    /// Chooses a photo of a document, as a phone would make one; it is drawn, and kept in that file.
    pub async fn choose_photo(&self, name: &str, file: &Path) -> anyhow::Result<()> {
        const DRAWN: &str = "const canvas = document.createElement('canvas'); canvas.width = 1200; canvas.height = 800; \
            const pen = canvas.getContext('2d'); pen.fillStyle = '#dde'; pen.fillRect(0, 0, 1200, 800); \
            pen.fillStyle = '#223'; pen.font = '80px sans-serif'; pen.fillText('PASSPORT', 100, 200); \
            return canvas.toDataURL('image/jpeg', 0.9);";
        let drawn = self.run(DRAWN).await?;
        let data = drawn.as_str().and_then(|url| url.split_once("base64,")).context("a picture")?.1;
        std::fs::write(file, STANDARD.decode(data)?)?;
        self.fill(name, file.to_str().context("a path")?).await
    }

    /// Lets the browser answer the captcha by itself, if the page asks for one: asks for that where the picture is shown,
    /// and puts the focus into the form.
    pub async fn prove(&self) -> anyhow::Result<()> {
        if self.has(".captcha-field [name=captcha_action][value=work]").await? {
            self.click("[name=captcha_action][value=work]").await?;
        } else if self.has(".captcha[data-work]").await? {
            self.click(".captcha[data-work] .work-words").await?;
        } else {
            return Ok(());
        }
        self.until("the proof of work", async || {
            let solution = self.client.find(Locator::Css("[name=pow_solution]")).await?;
            Ok(solution.prop("value").await?.is_some_and(|value| !value.is_empty()))
        })
        .await
    }

    /// Fills in the registration page in sight, all but the button at its end.
    pub async fn fill_registration(&self, who: &Newcomer) -> anyhow::Result<()> {
        self.prove().await?;
        self.fill("email", &who.email).await?;
        self.fill("mobile", &who.mobile).await?;
        self.fill("password", &who.password).await?;
        self.fill("password_confirm", &who.password).await?;
        self.fill("age", "over").await?;
        self.click("[name=agree]").await
    }

    /// Fills in the sign-in page in sight, all but the button at its end. The province is Shanghai.
    pub async fn fill_sign_in(&self, name: &str, password: &str) -> anyhow::Result<()> {
        self.prove().await?;
        self.fill("province", "31").await?;
        self.fill("username", name).await?;
        self.fill("password", password).await
    }

    /// Presses Enter in the control of this name.
    pub async fn press_enter_in(&self, name: &str) -> anyhow::Result<()> {
        let css = format!("[name='{name}']:not([type=hidden])");
        let element = self.client.find(Locator::Css(&css)).await?;
        // The key's code point in WebDriver (§17.4.2).
        Ok(element.send_keys("\u{E007}").await?)
    }

    /// Presses keys where the focus is.
    pub async fn press(&self, keys: &str) -> anyhow::Result<()> {
        Ok(self.client.active_element().await?.send_keys(keys).await?)
    }

    /// Presses Tab until what matches has the focus, and types there: the way of who has no mouse.
    pub async fn type_by_keyboard(&self, css: &str, keys: &str) -> anyhow::Result<()> {
        let has_focus = format!("return document.activeElement !== null && document.activeElement.matches({css:?})");
        for _ in 0..MOST_STOPS {
            if self.run(&has_focus).await? == true {
                return self.press(keys).await;
            }
            self.press("\u{E004}").await?;
        }
        bail!("no way by Tab leads to {css}")
    }

    /// Presses the one primary button of the form in sight.
    pub async fn submit(&self) -> anyhow::Result<()> {
        self.click("main button.primary[type=submit]").await
    }
}
