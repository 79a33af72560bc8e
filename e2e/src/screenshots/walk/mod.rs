//! The way past every page: as a stranger, at registration, signed in, signed out, and where things go wrong.

mod account;
mod factors;
mod stranger;
mod ways_back;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use e2e::demo::Demo;
use e2e::journey::Newcomer;
use e2e::operator::Operator;
use url::Url;

use crate::camera::Camera;
use crate::camera::Worth::LightAndDark;

/// A client that is not ours: it has to ask for consent.
pub(crate) struct ThirdParty {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
}

impl ThirdParty {
    /// The address by which the site sends people to the passport.
    fn authorize(&self, passport: &str, redirect_uri: &str) -> anyhow::Result<String> {
        let parameters = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", redirect_uri),
            ("scope", "openid profile email phone"),
            ("state", "picture"),
        ];
        Ok(Url::parse_with_params(&format!("{passport}/authorize"), parameters)?.into())
    }
}

/// Who and what the walk needs.
pub(crate) struct Cast {
    pub(crate) third_party: ThirdParty,
    /// Who decides about appeals.
    pub(crate) staff: Operator,
}

/// Walks past every page. The order matters: failures come last, since they make the passport ask for captchas.
pub(crate) async fn everywhere(camera: &mut Camera<'_>, demo: &Demo, cast: &Cast) -> anyhow::Result<()> {
    let number = u64::from(std::process::id());
    let (newcomer, other) = (Newcomer::new(number), Newcomer::new(number + 1));
    stranger::sites(camera, demo).await?;
    stranger::documents(camera, demo).await?;
    stranger::registration(camera, demo, &newcomer).await?;
    factors::security(camera, demo, &newcomer).await?;
    account::signed_in(camera, demo, &cast.third_party).await?;
    account::leaving(camera, demo).await?;
    factors::second_step(camera, demo, &newcomer).await?;
    account::province(camera, demo).await?;
    account::closure(camera, demo).await?;
    account::public_computer(camera, demo).await?;
    ways_back::recovery(camera, demo, &newcomer).await?;
    ways_back::appeal(camera, demo, &other, &cast.staff).await?;
    ways_back::alarm(camera, demo, &other).await?;
    stranger::failures(camera, demo, &newcomer).await
}

/// Every mail of that language.
pub(crate) async fn mails(camera: &mut Camera<'_>, folder: &Path, language: &str) -> anyhow::Result<()> {
    let ending = format!(".{language}.html");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    files.sort();
    for file in files {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(name) = name.strip_suffix(&ending) {
            camera.visit(&format!("mail-{name}"), &format!("file://{}", file.display()), LightAndDark).await?;
        }
    }
    Ok(())
}
