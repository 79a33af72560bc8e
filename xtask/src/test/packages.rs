//! What the tests need besides Rust: found, or installed on Debian, or named.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::cargo::{cargo, target, watched};
use crate::postgres;
use crate::progress::Step;

/// The version with which `deny.toml` was written; it compiles with the Rust of this workspace.
const CARGO_DENY: &str = "0.20.2";

/// Something needed: Debian's packages for it, and what it is.
struct Need {
    packages: &'static [&'static str],
    what: &'static str,
    is_there: fn() -> bool,
}

const POSTGRES: Need =
    Need { packages: &["postgresql"], what: "a PostgreSQL server", is_there: || postgres::programs().is_some() };

const NEEDS: [Need; 7] = [
    POSTGRES,
    FAKETIME,
    Need {
        packages: &["softhsm2"],
        what: "a token in software (SoftHSM)",
        is_there: || runs("softhsm2-util", &["--version"]) && Path::new("/usr/lib/softhsm/libsofthsm2.so").exists(),
    },
    Need {
        packages: &["chromium", "chromium-driver"],
        what: "Chromium with chromedriver",
        is_there: || runs("chromium", &["--version"]) && runs("chromedriver", &["--version"]),
    },
    Need {
        packages: &["fonts-noto-cjk"],
        what: "a font with Chinese characters",
        is_there: || has_font(":lang=zh-cn"),
    },
    // Without one, English is set in the Chinese font, whose ’ is as wide as a character.
    Need { packages: &["fonts-liberation"], what: "a Latin font", is_there: || has_font("Liberation Sans") },
    Need {
        packages: &["npm"],
        what: "npm (it brings axe-core and html-validate)",
        is_there: || runs("npm", &["--version"]),
    },
];

/// What clients that others wrote need besides what registries bring.
const FOR_CLIENTS: [Need; 2] = [
    Need {
        packages: &["python3", "python3-venv"],
        what: "Python with venv",
        is_there: || runs("python3", &["-c", "import ensurepip, venv"]),
    },
    Need {
        // The programs alone: nothing is started by installing them.
        packages: &["apache2-bin", "libapache2-mod-auth-openidc"],
        what: "Apache with mod_auth_openidc",
        is_there: || Path::new(crate::interop::APACHE).exists(),
    },
];

/// What a cluster needs.
const FOR_CLUSTERS: [Need; 2] = [
    POSTGRES,
    Need { packages: &["haproxy"], what: "HAProxy", is_there: || Path::new(crate::cluster::HAPROXY).exists() },
];

/// What the runbooks call besides.
const FOR_RUNBOOKS: [Need; 2] = [
    Need { packages: &["curl"], what: "curl", is_there: || runs("curl", &["--version"]) },
    Need { packages: &["openssl"], what: "OpenSSL's program", is_there: || runs("openssl", &["version"]) },
];

/// What shows programs another time.
const FAKETIME: Need =
    Need { packages: &["libfaketime"], what: "libfaketime", is_there: || crate::drill::faketime().is_some() };

/// What is installed along with the others where that can be done; without it one check says that it was left out.
const WELCOME: Need = Need {
    packages: &["docker-compose"],
    what: "Docker Compose",
    is_there: || runs("docker", &["compose", "version"]) || runs("docker-compose", &["version"]),
};

/// Installs what is missing for clients that others wrote. Where that cannot be done they are left out, by name.
pub(crate) fn install_for_clients() -> anyhow::Result<()> {
    let missing: Vec<&Need> = FOR_CLIENTS.iter().filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() || !(is_debian() && is_root()) { Ok(()) } else { install(&missing) }
}

/// Installs what is missing for a cluster, or says what to install.
pub(crate) fn install_for_cluster() -> anyhow::Result<()> {
    install_or_ask(FOR_CLUSTERS.iter())
}

/// The same for a cluster that is taken apart.
pub(crate) fn install_for_drills() -> anyhow::Result<()> {
    install_or_ask(FOR_CLUSTERS.iter().chain([&FAKETIME]))
}

/// The same for a cluster on which the runbooks are done.
pub(crate) fn install_for_runbooks() -> anyhow::Result<()> {
    install_or_ask(FOR_CLUSTERS.iter().chain(&FOR_RUNBOOKS))
}

fn install_or_ask<'n>(needs: impl Iterator<Item = &'n Need>) -> anyhow::Result<()> {
    let missing: Vec<&Need> = needs.filter(|need| !(need.is_there)()).collect();
    match missing.as_slice() {
        [] => Ok(()),
        missing if is_debian() && is_root() => install(missing),
        missing => bail!("please {}", how_to_install(missing)),
    }
}

/// Installs what is missing for the tests, or says what to install.
pub(super) fn install_missing() -> anyhow::Result<()> {
    let can_install = is_debian() && is_root();
    let wanted = NEEDS.iter().chain(&FOR_CLIENTS).chain(can_install.then_some(&WELCOME));
    let missing: Vec<&Need> = wanted.filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !can_install {
        bail!("please {}, or use --fast, which needs none of it", how_to_install(&missing));
    }
    install(&missing)
}

/// What a person is asked to do.
fn how_to_install(missing: &[&Need]) -> String {
    let (packages, whats) = (packages(missing), missing.iter().map(|need| need.what).collect::<Vec<_>>());
    let how = if is_debian() {
        format!("sudo apt-get install {}", packages.join(" "))
    } else {
        format!("Debian's packages are {}", packages.join(", "))
    };
    format!("install {} ({how})", whats.join(", "))
}

fn packages(needs: &[&Need]) -> Vec<&'static str> {
    needs.iter().flat_map(|need| need.packages).copied().collect()
}

fn install(missing: &[&Need]) -> anyhow::Result<()> {
    let packages = packages(missing);
    let mut step = Step::begin(format!("Installing {}", packages.join(", ")));
    apt(&["update"])?;
    step.note("the lists are new, now the packages");
    apt(&[&["install", "--yes", "--no-install-recommends"], &packages[..]].concat())?;
    step.done("Installed");
    match missing.iter().find(|need| !(need.is_there)()) {
        Some(need) => bail!("{} is still missing after installing {}", need.what, need.packages.join(", ")),
        None => Ok(()),
    }
}

fn apt(arguments: &[&str]) -> anyhow::Result<()> {
    let output = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .output()
        .context("apt-get cannot be started")?;
    if output.status.success() {
        return Ok(());
    }
    bail!("apt-get {} failed: {}", arguments[0], String::from_utf8_lossy(&output.stderr).trim())
}

/// Prometheus' tool that checks what it is given: the one that is installed, or the one of Debian's package, unpacked and
/// not installed, since that would start a server. None if it cannot be had, or, with `fast`, is not there yet.
pub(super) fn promtool(fast: bool) -> anyhow::Result<Option<PathBuf>> {
    if runs("promtool", &["--version"]) {
        return Ok(Some(PathBuf::from("promtool")));
    }
    let folder = target()?.join("promtool");
    let unpacked = folder.join("usr/bin/promtool");
    if !unpacked.exists() && !fast && is_debian() {
        let step = Step::begin("Fetching promtool (once)");
        std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let script = "apt-get download -q prometheus && dpkg-deb --extract prometheus_*.deb . && rm prometheus_*.deb";
        let shell = Command::new("sh").args(["-c", script]).current_dir(&folder).stdin(Stdio::null()).output();
        match shell {
            Ok(output) if output.status.success() => step.done("promtool is there"),
            _ => step.done("promtool cannot be had"),
        };
    }
    Ok(unpacked.exists().then_some(unpacked))
}

/// Whether cargo-deny is installed.
pub(super) fn has_cargo_deny() -> bool {
    cargo().args(["deny", "--version"]).output().is_ok_and(|output| output.status.success())
}

/// Installs cargo-deny from its source.
pub(super) fn install_cargo_deny() -> anyhow::Result<()> {
    let step = Step::begin("Installing cargo-deny (once, some minutes)");
    let step = watched(step, &["install", "cargo-deny", "--locked", "--version", CARGO_DENY])?;
    step.done("cargo-deny is installed");
    Ok(())
}

/// Whether a program is there and does this.
pub(super) fn runs(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).stdin(Stdio::null()).output().is_ok_and(|output| output.status.success())
}

fn has_font(pattern: &str) -> bool {
    Command::new("fc-list").arg(pattern).output().is_ok_and(|output| !output.stdout.is_empty())
}

fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists() && runs("apt-get", &["--version"])
}

pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
