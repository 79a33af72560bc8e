//! Programs that judge pages, brought by npm at the time of the test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;

/// The rules of HTML as the standard has them.
const VALIDATOR: &str = "html-validate@10.17.0";

/// The folder of a package, `name@version`.
pub(crate) fn package(name_at_version: &str) -> anyhow::Result<PathBuf> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let (name, _) = name_at_version.rsplit_once('@').context("a version")?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name_at_version);
    let package = folder.join("node_modules").join(name);
    if !package.exists() {
        std::fs::create_dir_all(&folder)?;
        let install = ["install", "--no-audit", "--no-fund", "--no-save", "--prefix"];
        let status = Command::new("npm").args(install).arg(&folder).arg(name_at_version).status();
        anyhow::ensure!(status.context("npm is missing")?.success(), "npm could not install {name_at_version}");
    }
    Ok(package)
}

/// What the validator complains of in the pages (`*.html`) in a folder, as it says it; nothing is good.
pub(crate) fn faults_in(folder: &Path) -> anyhow::Result<String> {
    let program = package(VALIDATOR)?.join("bin/html-validate.mjs");
    let asked = ["--preset", "standard", "--formatter", "text"];
    let judged = Command::new("node").arg(program).args(asked).arg(folder).output().context("node is missing")?;
    let said = String::from_utf8_lossy(&judged.stdout).into_owned();
    anyhow::ensure!(
        judged.status.success() || !said.is_empty(),
        "the validator did not run: {}",
        String::from_utf8_lossy(&judged.stderr)
    );
    Ok(said)
}
