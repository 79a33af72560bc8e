//! What executes the commands of a page: a shell in which a name that one command sets is there for the next, and programs
//! that stand for those of an installed machine.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::cargo::{Profile, program};
use crate::postgres;

/// How long one command may take, in seconds.
const PATIENCE: &str = "120";

/// What `journalctl` does: the log of the node that it is asked on.
const JOURNALCTL: &str = r#"#!/bin/sh
case "$*" in
*--vacuum*) echo "Vacuuming done, freed 0B of archived journals." ;;
*) cat "$PASSPORT_LOG" ;;
esac
"#;

/// A shell for one page after the other.
pub(super) struct Shell {
    folder: PathBuf,
    /// What the pages' names stand for.
    names: Vec<(&'static str, String)>,
}

/// How a command ended.
pub(super) struct Ended {
    /// Its code; none: by a signal.
    pub(super) code: Option<i32>,
    /// What it showed, errors among it.
    pub(super) shown: String,
}

impl Shell {
    /// A shell with its programs in that folder, which is empty.
    pub(super) fn new(folder: &Path, names: Vec<(&'static str, String)>) -> anyhow::Result<Self> {
        let programs = folder.join("bin");
        fs::create_dir_all(&programs).with_context(|| format!("{} cannot be made", programs.display()))?;
        let passport = program("passport", Profile::Dev)?;
        let passport = format!(
            "#!/bin/sh\nexec {} --config \"$PASSPORT_CONFIG\" \"$@\"\n",
            quoted(&passport.display().to_string())
        );
        for (name, text) in [("passport", passport.as_str()), ("journalctl", JOURNALCTL)] {
            let path = programs.join(name);
            fs::write(&path, text)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        }
        Ok(Self { folder: folder.to_owned(), names })
    }

    /// Sets another name, or the same anew.
    pub(super) fn set(&mut self, name: &'static str, value: String) {
        self.names.retain(|(known, _)| *known != name);
        self.names.push((name, value));
    }

    /// Forgets what commands have set: another page begins.
    pub(super) fn forget(&self) -> anyhow::Result<()> {
        fs::write(self.state(), "").context("the names cannot be forgotten")
    }

    /// Executes a command as it stands there, on the node that these names belong to.
    pub(super) fn run(&self, command: &str, of_node: &[(&'static str, String)]) -> anyhow::Result<Ended> {
        let state = quoted(&self.state().display().to_string());
        let mut script = format!("set -a\n. {state}\n");
        for (name, value) in self.names.iter().chain(of_node) {
            // Writing to a String cannot fail.
            let _ = writeln!(script, "{name}={}", quoted(value));
        }
        let _ = write!(script, "{{\n{command}\n}} 2>&1\nended=$?\nexport -p > {state}\nexit $ended\n");
        let mut path = vec![self.folder.join("bin")];
        path.extend(postgres::programs());
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let output = Command::new("timeout")
            .args([PATIENCE, "sh", "-c", &script])
            .env("PATH", std::env::join_paths(path)?)
            .env("LC_ALL", "C.UTF-8")
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .output()
            .context("a shell cannot be started")?;
        let shown = [output.stdout, output.stderr].concat();
        Ok(Ended { code: output.status.code(), shown: String::from_utf8_lossy(&shown).into_owned() })
    }

    fn state(&self) -> PathBuf {
        self.folder.join("names")
    }
}

/// A text that the shell takes as it is.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::TemporaryFolder;

    fn shell(folder: &TemporaryFolder) -> anyhow::Result<Shell> {
        let shell = Shell::new(folder.path(), vec![("ISSUER", "it's $HOME".to_owned())])?;
        shell.forget()?;
        Ok(shell)
    }

    #[test]
    fn a_name_that_one_command_sets_is_there_for_the_next_until_the_page_ends() -> anyhow::Result<()> {
        let folder = TemporaryFolder::new("shell-test")?;
        let shell = shell(&folder)?;
        assert_eq!(shell.run("KID=$(printf 'a\\nb'); false", &[])?.code, Some(1));
        assert_eq!(shell.run("printf '%s|' \"$KID\" \"$ISSUER\"", &[])?.shown, "a\nb|it's $HOME|");
        shell.forget()?;
        assert_eq!(shell.run("printf '%s' \"$KID\"", &[])?.shown, "");
        Ok(())
    }

    #[test]
    fn each_node_has_names_of_its_own_and_errors_are_shown() -> anyhow::Result<()> {
        let folder = TemporaryFolder::new("shell-test")?;
        let shell = shell(&folder)?;
        for node in ["one", "two"] {
            let ended = shell.run("echo $NODE >&2", &[("NODE", node.to_owned())])?;
            assert_eq!((ended.code, ended.shown.trim()), (Some(0), node));
        }
        Ok(())
    }

    #[test]
    fn the_log_of_the_node_is_what_journalctl_shows() -> anyhow::Result<()> {
        let folder = TemporaryFolder::new("shell-test")?;
        let log = folder.path().join("log");
        fs::write(&log, "its last words\n")?;
        let ended =
            shell(&folder)?.run("journalctl -u passport -n 5", &[("PASSPORT_LOG", log.display().to_string())])?;
        assert_eq!((ended.code, ended.shown.as_str()), (Some(0), "its last words\n"));
        Ok(())
    }
}
