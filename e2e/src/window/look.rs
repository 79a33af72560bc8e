//! What a window looks like, and pictures of it.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Window;

/// What the window looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The width of the page in CSS pixels: a real one, also below what a desktop's window can be.
    pub width: u32,
    /// Whether the person prefers a dark scheme.
    pub dark: bool,
}

/// How a picture is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Exact.
    Png,
    /// Small: WebP of this quality, up to 100.
    WebP(u32),
}

impl Window {
    /// Makes the window look so from now on.
    pub async fn look(&self, look: Look) -> anyhow::Result<()> {
        let height = if look.width < 720 { 844 } else { 800 };
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": look.width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        )
        .await?;
        let scheme = if look.dark { "dark" } else { "light" };
        // A colour on its way to the other scheme would be in the picture.
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await?;
        Ok(())
    }

    /// A picture of the whole page, however long it is.
    pub async fn picture(&self, format: Format) -> anyhow::Result<Vec<u8>> {
        let size = self.devtools("Page.getLayoutMetrics", json!({})).await?;
        let size = &size["cssContentSize"];
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        let mut how = json!({ "captureBeyondViewport": true, "clip": clip, "format": "png" });
        if let Format::WebP(quality) = format {
            how["format"] = json!("webp");
            how["quality"] = json!(quality);
        }
        let taken = self.devtools("Page.captureScreenshot", how).await?;
        Ok(STANDARD.decode(taken["data"].as_str().context("the browser gives no picture")?)?)
    }

    /// How many pixels the page is wider than the window: more than none, and a person has to scroll sideways.
    pub async fn overhang(&self) -> anyhow::Result<i64> {
        const ASK: &str = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        self.client.execute(ASK, Vec::new()).await?.as_i64().context("the browser does not tell its width")
    }
}
