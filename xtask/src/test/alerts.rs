//! Whether Prometheus can follow `deploy/observe`, and each alert fires when it should. Nothing is started.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use super::packages;
use crate::cargo::workspace;

/// What promtool is asked, in that folder.
const CHECKS: [&[&str]; 3] =
    [&["check", "config", "prometheus.yml"], &["check", "rules", "alerts.yml"], &["test", "rules", "alerts_test.yml"]];

/// Checks the files with Prometheus' own tool; says so when it cannot be had. `fast`: without fetching it.
pub(super) fn check(fast: bool) -> anyhow::Result<String> {
    let Some(promtool) = packages::promtool(fast)? else {
        return Ok("not checked: promtool is not installed".to_owned());
    };
    let folder = workspace().join("deploy/observe");
    for arguments in CHECKS {
        ask(&promtool, arguments, &folder)?;
    }
    Ok("promtool takes the configuration, and every alert fires when it should".to_owned())
}

fn ask(promtool: &Path, arguments: &[&str], folder: &Path) -> anyhow::Result<()> {
    let output = Command::new(promtool)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} cannot be started", promtool.display()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    bail!("promtool {}: {}", arguments.join(" "), String::from_utf8_lossy(&said).trim())
}
