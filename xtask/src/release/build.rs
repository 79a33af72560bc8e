//! The programs of a release, built so that they do not depend on who builds them where and when.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

use super::{Commit, git, said, tools};
use crate::cargo::{Profile, program};
use crate::home::TemporaryFolder;
use crate::progress::Step;

/// What is released.
pub(super) const PROGRAMS: [&str; 2] = ["passport", "cet-site"];
/// The section in which cargo-auditable puts what a program is made of.
const AUDITABLE: &[u8] = b".dep-v0";
/// Where sources, what is built of them, and the packages of others are said to be, wherever they are.
const SOURCE: &str = "/etest";
const BUILT: &str = "/built";
const PACKAGES: &str = "/cargo";

/// A commit's files, in a folder of their own.
pub(super) struct Source(TemporaryFolder);

impl Source {
    /// What is committed, and nothing that lies beside it.
    pub(super) fn check_out(commit: &Commit) -> anyhow::Result<Self> {
        let source = Self(TemporaryFolder::new("release")?);
        fs::create_dir(source.path()).context("a folder cannot be made")?;
        let mut archive = git(&["archive", &commit.id]).stdout(Stdio::piped()).spawn()?;
        let stdout = archive.stdout.take().context("git archive says nothing")?;
        said(Command::new("tar").args(["--extract", "--directory"]).arg(source.path()).stdin(stdout))?;
        ensure!(archive.wait()?.success(), "git archive failed");
        Ok(source)
    }

    /// Where they are.
    pub(super) fn path(&self) -> PathBuf {
        self.0.path().join("source")
    }

    fn built(&self) -> PathBuf {
        self.0.path().join("built")
    }

    /// Cargo in there, with everything set that a build may depend on.
    fn cargo(&self, commit: &Commit) -> anyhow::Result<Command> {
        let packages = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let packages = packages.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
        let packages = packages.context("where does cargo keep its packages?")?;
        let (source, built) = (self.path(), self.built());
        let places = [(&source, SOURCE), (&built, BUILT), (&packages, PACKAGES)];
        let told = |flag: &str| places.map(|(from, to)| format!("{flag}={}={to}", from.display()));
        let mut path = vec![tools::folder()?.join("bin")];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let mut command = Command::new("cargo");
        command
            .current_dir(&source)
            .env("PATH", std::env::join_paths(path)?)
            .env("CARGO_TARGET_DIR", &built)
            .env("CARGO_ENCODED_RUSTFLAGS", told("--remap-path-prefix").join("\u{1f}"))
            // What is written in C holds paths as well.
            .env("CFLAGS", told("-ffile-prefix-map").join(" "))
            .env("CXXFLAGS", told("-ffile-prefix-map").join(" "))
            .env("SOURCE_DATE_EPOCH", commit.time.to_string())
            .env("CARGO_INCREMENTAL", "0")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC");
        for own in ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_RUSTFLAGS"] {
            command.env_remove(own);
        }
        Ok(command)
    }

    /// Builds the programs; where they are.
    pub(super) fn build(&self, commit: &Commit) -> anyhow::Result<Vec<PathBuf>> {
        let step = Step::begin("Building for release (some ten minutes)");
        let mut cargo = self.cargo(commit)?;
        cargo.args(["auditable", "build", "--release", "--locked", "--bins"]);
        cargo.args(PROGRAMS.iter().flat_map(|name| ["--package", name]));
        said(cargo)?;
        step.done("Built");
        let programs: Vec<PathBuf> = PROGRAMS.iter().map(|name| self.built().join("release").join(name)).collect();
        for program in &programs {
            let bytes = fs::read(program)?;
            ensure!(contains(&bytes, AUDITABLE), "{} does not say what it is made of", program.display());
            let folder = self.0.path().display().to_string();
            ensure!(!contains(&bytes, folder.as_bytes()), "{} tells where it was built", program.display());
        }
        Ok(programs)
    }

    /// Writes down what each program is made of (CycloneDX); the files, in that folder.
    pub(super) fn bills(&self, commit: &Commit, out: &Path) -> anyhow::Result<Vec<PathBuf>> {
        let step = Step::begin("Writing down what they are made of");
        // It writes one for every crate of the workspace, beside its manifest.
        let mut cargo = self.cargo(commit)?;
        cargo.args(["cyclonedx", "--format", "json", "--spec-version", "1.5", "--override-filename", "bill"]);
        said(cargo.args(["--target", &commit.host]))?;
        let mut files = Vec::new();
        for name in PROGRAMS {
            let bill = fs::read_to_string(self.path().join(name).join("bill.json"))?;
            let file = out.join(format!("{name}-{}.cdx.json", commit.version));
            fs::write(&file, bill.replace(&self.path().display().to_string(), SOURCE))?;
            files.push(file);
        }
        step.done("What they are made of is written down");
        Ok(files)
    }
}

/// The programs as they were built last for development: to try out the packing.
pub(super) fn those_for_development() -> anyhow::Result<Vec<PathBuf>> {
    PROGRAMS.iter().map(|name| program(name, Profile::Dev)).collect()
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
