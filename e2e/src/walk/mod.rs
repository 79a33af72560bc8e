//! The way past every page: as a stranger, at registration, signed in, signed out, and where things go wrong. A camera goes
//! it, and a test that looks for faults.

mod account;
mod contacts;
mod factors;
mod law;
mod portal;
mod stranger;
mod third_party;
mod ways_back;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

pub use self::portal::with_second_factor;

use self::Worth::LightAndDark;
use crate::demo::Demo;
use crate::journey::Newcomer;
use crate::operator::Operator;
use crate::window::Window;

/// How much of the looks a page is worth.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// The light scheme.
    Light,
    /// The dark scheme too: a page that candidates see on every journey.
    LightAndDark,
}

/// Somebody who is shown every page.
pub trait Witness {
    /// Looks at the page in sight. `name` says which page it is, in which state.
    fn see(&mut self, window: &Window, name: &str, worth: Worth) -> impl Future<Output = anyhow::Result<()>>;
}

/// A walk, and who is taken along.
pub struct Tour<'a, W> {
    /// Where the pages are shown.
    pub window: &'a Window,
    /// Who is shown them.
    pub witness: &'a mut W,
}

impl<W: Witness> Tour<'_, W> {
    /// Shows the page in sight.
    async fn take(&mut self, name: &str, worth: Worth) -> anyhow::Result<()> {
        self.witness.see(self.window, name, worth).await
    }

    /// Opens an address and shows what is there.
    async fn visit(&mut self, name: &str, url: &str, worth: Worth) -> anyhow::Result<()> {
        self.window.goto(url).await?;
        self.take(name, worth).await
    }
}

/// Who registers on the way, and whose address one of them takes.
#[must_use]
pub fn people() -> [Newcomer; 9] {
    let number = u64::from(std::process::id());
    [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|next| Newcomer::new(number + next))
}

/// Walks past every page; `staff` decides about appeals, and registers a site that is not ours. The order matters: failures
/// come last, since they make the passport ask for captchas.
pub async fn everywhere(tour: &mut Tour<'_, impl Witness>, demo: &Demo, staff: &Operator) -> anyhow::Result<()> {
    third_party::register(demo, staff)?;
    let [newcomer, other, mover, moved, asked, child, parent, maker, guest] = people();
    stranger::sites(tour, demo).await?;
    stranger::documents(tour, demo).await?;
    stranger::announcement(tour, demo, staff).await?;
    stranger::registration(tour, demo, &newcomer).await?;
    factors::security(tour, demo, &newcomer).await?;
    account::signed_in(tour, demo).await?;
    account::leaving(tour, demo).await?;
    factors::second_step(tour, demo, &newcomer).await?;
    account::province(tour, demo).await?;
    account::closure(tour, demo).await?;
    law::agreements(tour, demo, &asked, staff).await?;
    law::guardian(tour, demo, &child, &parent.email).await?;
    contacts::number(tour, demo, &mover).await?;
    contacts::change(tour, demo, &mover, &moved).await?;
    portal::organisation(tour, demo, [&maker, &guest]).await?;
    account::public_computer(tour, demo).await?;
    ways_back::recovery(tour, demo, &newcomer).await?;
    ways_back::appeal(tour, demo, &other, staff).await?;
    ways_back::alarm(tour, demo, &other).await?;
    stranger::failures(tour, demo, &newcomer).await
}

/// Every mail of that language.
pub async fn mails(tour: &mut Tour<'_, impl Witness>, folder: &Path, language: &str) -> anyhow::Result<()> {
    let ending = format!(".{language}.html");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    files.sort();
    for file in files {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(name) = name.strip_suffix(&ending) {
            tour.visit(&format!("mail-{name}"), &format!("file://{}", file.display()), LightAndDark).await?;
        }
    }
    Ok(())
}
