//! The two programs of others that a release needs, at the versions that it was tried with, in a folder of their own.

use std::path::PathBuf;

use crate::cargo::{target, watched};
use crate::progress::Step;

/// Each with its version.
const TOOLS: [(&str, &str); 2] = [("cargo-auditable", "0.7.7"), ("cargo-cyclonedx", "0.5.9")];

/// The folder that they are in.
pub(super) fn folder() -> anyhow::Result<PathBuf> {
    Ok(target()?.join("release-tools"))
}

/// Installs those that are missing, from crates.io.
pub(super) fn install() -> anyhow::Result<()> {
    let folder = folder()?.display().to_string();
    for (name, version) in TOOLS {
        // cargo knows which version is there, and does nothing if it is that one.
        let step = Step::begin(format!("Installing {name} {version} (once, some minutes)"));
        let step = watched(step, &["install", name, "--locked", "--version", version, "--root", &folder])?;
        step.done(&format!("{name} {version} is there"));
    }
    Ok(())
}
