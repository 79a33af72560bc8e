//! Whether systemd can follow `deploy/systemd`, with the programs where the units say that they are, and whether the units
//! shut in what they start. Nothing is started: systemd's own tools look at a root folder made for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

use crate::cargo::{Profile, program, workspace};
use crate::home::TemporaryFolder;

/// The units as they are asked about: a template by one of its instances.
const UNITS: [&str; 2] = ["passport.service", "cet-site@cet.service"];
/// What the units come after, and what wants them.
const UNITS_OF_SYSTEMD: &str = "/usr/lib/systemd/system";
/// The files of the units.
const FILES: [&str; 2] = ["passport.service", "cet-site@.service"];
const PROGRAMS: [&str; 2] = ["passport", "cet-site"];
/// How exposed a unit may be, in tenths of what `systemd-analyze security` says: one that only its network exposes has 1.2.
const EXPOSED: u8 = 15;

/// Checks the files by systemd's tools; says so where there are none, or where the programs are not built.
pub(super) fn check() -> anyhow::Result<String> {
    if let Some(what) = missing() {
        return Ok(format!("not checked: {what} is not installed"));
    }
    let mut root = Root::new()?;
    for name in PROGRAMS {
        let built = program(name, Profile::Dev)?;
        if !built.exists() {
            return Ok(format!("not checked: {name} is not built"));
        }
        root.install(&built, name)?;
    }
    root.check()?;
    Ok(format!("systemd takes the units with their programs, and none is exposed more than {EXPOSED} of 100"))
}

/// What of systemd is not here.
fn missing() -> Option<&'static str> {
    let tools = ["systemd-analyze", "systemd-sysusers", "systemd-tmpfiles"];
    let tool = tools.into_iter().find(|tool| !super::packages::runs(tool, &["--version"]));
    tool.or_else(|| (!Path::new(UNITS_OF_SYSTEMD).exists()).then_some(UNITS_OF_SYSTEMD))
}

/// What a tool says that finds nothing.
#[derive(PartialEq, Eq)]
enum Says {
    /// Nothing: what it only ignores is a fault, too.
    Nothing,
    /// Whatever it likes.
    What,
}

/// A machine on which all is installed, as a folder.
struct Root(TemporaryFolder);

impl Root {
    fn new() -> anyhow::Result<Self> {
        let root = Self(TemporaryFolder::new("units")?);
        for folder in ["etc/systemd/system", "usr/lib/systemd/system", "usr/local/bin", "usr/bin"] {
            fs::create_dir_all(root.path(folder))?;
        }
        for (link, to) in [("lib", "usr/lib"), ("bin", "usr/bin")] {
            std::os::unix::fs::symlink(to, root.path(link))?;
        }
        fs::copy("/bin/kill", root.path("usr/bin/kill")).context("there is no /bin/kill")?;
        for entry in fs::read_dir(UNITS_OF_SYSTEMD)?.flatten().filter(|entry| entry.path().is_file()) {
            fs::copy(entry.path(), root.path("usr/lib/systemd/system").join(entry.file_name()))?;
        }
        let from = workspace().join("deploy/systemd");
        for file in FILES {
            fs::copy(from.join(file), root.path("etc/systemd/system").join(file))?;
        }
        for file in ["sysusers.conf", "tmpfiles.conf"] {
            fs::copy(from.join(file), root.path("etc").join(file))?;
        }
        Ok(root)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Puts a program where its unit says.
    fn install(&mut self, built: &Path, name: &str) -> anyhow::Result<()> {
        let installed = self.path("usr/local/bin").join(name);
        // A link within one disk; a copy from another.
        if fs::hard_link(built, &installed).is_err() {
            fs::copy(built, &installed).with_context(|| format!("{} cannot be installed", built.display()))?;
        }
        Ok(())
    }

    /// Has all of systemd's tools look at it.
    fn check(&self) -> anyhow::Result<()> {
        // Nobody else may make users, and give folders to them.
        if super::packages::is_root() {
            let (users, folders) = (self.path("etc/sysusers.conf"), self.path("etc/tmpfiles.conf"));
            self.ask(Command::new("systemd-sysusers").arg(users), Says::What)?;
            self.ask(Command::new("systemd-tmpfiles").arg("--create").arg(folders), Says::Nothing)?;
        }
        self.ask(Command::new("systemd-analyze").arg("verify").args(UNITS), Says::Nothing)?;
        for unit in UNITS {
            let mut security = Command::new("systemd-analyze");
            security.args(["security", "--offline=true", &format!("--threshold={EXPOSED}"), unit]);
            self.ask(&mut security, Says::What)?;
        }
        Ok(())
    }

    /// Has a tool look at it.
    fn ask(&self, tool: &mut Command, says: Says) -> anyhow::Result<()> {
        let output = tool.arg(format!("--root={}", self.0.path().display())).stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).trim().to_owned();
        let is_well = output.status.success() && (says == Says::What || said.is_empty());
        ensure!(is_well, "{} ({}): {said}", tool.get_program().display(), output.status);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_has_its_program_and_its_secrets_from_outside() -> anyhow::Result<()> {
        for (file, name) in FILES.into_iter().zip(PROGRAMS) {
            let text = fs::read_to_string(workspace().join("deploy/systemd").join(file))?;
            assert!(text.contains(&format!("\nExecStart=/usr/local/bin/{name} ")), "{file}");
            assert!(text.matches("\nLoadCredential=").count() == 2 && !text.contains("PASSWORD="), "{file}");
        }
        Ok(())
    }

    /// What systemd says when a line of the passport's unit is another; nothing where all is well.
    fn complaint(line: &str, other: &str) -> anyhow::Result<Option<String>> {
        let mut root = Root::new()?;
        for name in PROGRAMS {
            root.install(Path::new("/bin/true"), name)?;
        }
        let unit = root.path("etc/systemd/system/passport.service");
        let text = fs::read_to_string(&unit)?;
        assert!(text.contains(line), "{line}");
        fs::write(&unit, text.replace(line, other))?;
        Ok(root.check().err().map(|error| error.to_string()))
    }

    #[test]
    fn what_systemd_would_ignore_or_not_find_or_leave_open_is_a_fault() -> anyhow::Result<()> {
        // On a machine without systemd the check says that it was left out.
        if missing().is_some() {
            return Ok(());
        }
        let said = |line: &str, other: &str| Ok::<_, anyhow::Error>(complaint(line, other)?.unwrap_or_default());
        assert_eq!(complaint("[Service]", "[Service]")?, None);
        assert!(said("NoNewPrivileges", "NoNewPrivilages")?.contains("Unknown key"));
        assert!(said("@system-service", "@no-such")?.contains("@no-such"));
        assert!(said("/usr/local/bin/passport", "/opt/passport")?.contains("/opt/passport is not executable"));
        assert!(said("ProtectSystem=strict", "ProtectSystem=no\nUser=root")?.contains("exposure"));
        Ok(())
    }
}
