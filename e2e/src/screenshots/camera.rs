//! Takes each page in all the looks that are asked for.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use e2e::walk::{Witness, Worth};
use e2e::window::{Format, Look, Window};

/// A camera that is taken along on a walk.
pub(crate) struct Camera {
    folder: PathBuf,
    language: &'static str,
    widths: Vec<u32>,
    taken: usize,
    /// Pages that are wider than the window, and by how many pixels.
    too_wide: Vec<String>,
}

impl Witness for Camera {
    /// Takes the page in sight. Its number in the walk stands first in the file's name, then what it is called.
    async fn see(&mut self, window: &Window, name: &str, worth: Worth) -> anyhow::Result<()> {
        self.taken += 1;
        let schemes: &[bool] = if worth == Worth::Light { &[false] } else { &[false, true] };
        for &dark in schemes {
            for &width in &self.widths {
                window.look(Look { width, dark }).await?;
                let scheme = if dark { "-dark" } else { "" };
                let file = format!("{:02}-{name}.{width}-{}{scheme}.png", self.taken, self.language);
                let overhang = window.overhang().await?;
                if overhang > 0 {
                    self.too_wide.push(format!("{file} by {overhang} px"));
                }
                let path = self.folder.join(&file);
                std::fs::write(&path, window.picture(Format::Png).await?)
                    .with_context(|| format!("{} cannot be written", path.display()))?;
            }
        }
        println!("✓ {name}");
        // What follows is done where a person with a desktop would do it.
        window.look(Look { width: 1280, dark: false }).await
    }
}

impl Camera {
    pub(crate) fn new(folder: &Path, language: &'static str, widths: &[u32]) -> Self {
        Self { folder: folder.to_owned(), language, widths: widths.to_vec(), taken: 0, too_wide: Vec::new() }
    }

    /// Fails when a page had to be scrolled sideways.
    pub(crate) fn verdict(self) -> anyhow::Result<()> {
        if self.too_wide.is_empty() {
            return Ok(());
        }
        bail!("{} pages are wider than the window:\n  {}", self.too_wide.len(), self.too_wide.join("\n  "))
    }
}
