//! Somebody at the command line of a running passport.

use std::path::PathBuf;
use std::process::Command;

use crate::demo::Demo;

/// Who may do there what staff and operators do.
pub struct Operator {
    /// The passport's program.
    pub program: PathBuf,
    /// The configuration that it runs with.
    pub config: PathBuf,
}

impl Operator {
    /// By the program that was built beside the one that runs.
    pub fn beside_this_program(demo: &Demo) -> anyhow::Result<Self> {
        let program = std::env::current_exe()?.with_file_name("passport");
        Ok(Self { program, config: demo.home.join("passport.toml") })
    }

    /// Does something.
    pub fn does(&self, arguments: &[&str]) -> anyhow::Result<()> {
        self.hears(arguments).map(drop)
    }

    /// Does something; what is said to it.
    pub fn hears(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let done = Command::new(&self.program).arg("--config").arg(&self.config).args(arguments).output()?;
        anyhow::ensure!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }
}
