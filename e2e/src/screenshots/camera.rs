//! Takes each page in all the looks that are asked for.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use e2e::window::{Format, Look, Window};

/// How much of the looks a page is worth.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worth {
    /// The light scheme.
    Light,
    /// The dark scheme too: a page that candidates see on every journey.
    LightAndDark,
}

/// A camera before a window.
pub(crate) struct Camera<'a> {
    /// What it is pointed at.
    pub(crate) window: &'a Window,
    folder: PathBuf,
    language: &'static str,
    widths: Vec<u32>,
    taken: usize,
    /// Pages that are wider than the window, and by how many pixels.
    too_wide: Vec<String>,
}

impl<'a> Camera<'a> {
    pub(crate) fn new(window: &'a Window, folder: &Path, language: &'static str, widths: &[u32]) -> Self {
        let (folder, widths) = (folder.to_owned(), widths.to_vec());
        Self { window, folder, language, widths, taken: 0, too_wide: Vec::new() }
    }

    /// Takes the page in sight. Its number in the walk stands first in the file's name, then what it is called.
    pub(crate) async fn take(&mut self, name: &str, worth: Worth) -> anyhow::Result<()> {
        self.taken += 1;
        let schemes: &[bool] = if worth == Worth::Light { &[false] } else { &[false, true] };
        for &dark in schemes {
            for &width in &self.widths {
                self.window.look(Look { width, dark }).await?;
                let scheme = if dark { "-dark" } else { "" };
                let file = format!("{:02}-{name}.{width}-{}{scheme}.png", self.taken, self.language);
                let overhang = self.window.overhang().await?;
                if overhang > 0 {
                    self.too_wide.push(format!("{file} by {overhang} px"));
                }
                let path = self.folder.join(&file);
                std::fs::write(&path, self.window.picture(Format::Png).await?)
                    .with_context(|| format!("{} cannot be written", path.display()))?;
            }
        }
        println!("✓ {name}");
        // What follows is done where a person with a desktop would do it.
        self.window.look(Look { width: 1280, dark: false }).await
    }

    /// Opens an address and takes what is there.
    pub(crate) async fn visit(&mut self, name: &str, url: &str, worth: Worth) -> anyhow::Result<()> {
        self.window.goto(url).await?;
        self.take(name, worth).await
    }

    /// Fails when a page had to be scrolled sideways.
    pub(crate) fn verdict(self) -> anyhow::Result<()> {
        if self.too_wide.is_empty() {
            return Ok(());
        }
        bail!("{} pages are wider than the window:\n  {}", self.too_wide.len(), self.too_wide.join("\n  "))
    }
}
