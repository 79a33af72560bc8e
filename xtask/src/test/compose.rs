//! Whether `docker-compose.yml` is one that Docker Compose can follow. Nothing is started.

use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use super::packages::runs;
use crate::cargo::workspace;

/// Checks the file with whichever Docker Compose is there; says so when there is none.
pub(super) fn check() -> anyhow::Result<String> {
    let (program, subcommand) = if runs("docker", &["compose", "version"]) {
        ("docker", Some("compose"))
    } else if runs("docker-compose", &["version"]) {
        ("docker-compose", None)
    } else {
        return Ok("not checked: Docker Compose is not installed".to_owned());
    };
    let output = Command::new(program)
        .args(subcommand)
        .args(["--file", "docker-compose.yml", "config", "-q"])
        .current_dir(workspace())
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{program} cannot be started"))?;
    if !output.status.success() {
        bail!("docker-compose.yml: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok("docker-compose.yml is in order".to_owned())
}
