//! A whole demo that is stopped and comes back later than it is: what takes days is walked in a minute.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::Context as _;
use e2e::demo::Demo;

use super::own_demo::fresh_home;
use super::shared_demo::{Running, start};

/// What has a port in a demo.
const PARTS: [&str; 7] = ["passport", "cet", "pets", "ncre", "mailbox", "smtp", "metrics"];

/// A demo of one test's own, at addresses to which it comes back.
pub(crate) struct LastingDemo {
    home: PathBuf,
    /// The flags that name its ports.
    ports: Vec<String>,
    running: Running,
}

impl LastingDemo {
    /// Starts one in a folder of this name.
    pub(crate) fn begin(name: &str) -> anyhow::Result<Self> {
        let (home, ports) = (fresh_home(name), lasting_ports()?);
        let running = start(&home, &flags(&ports), &[])?;
        Ok(Self { home, ports, running })
    }

    /// Where it is, before it was put forward and after.
    pub(crate) fn demo(&self) -> &Demo {
        &self.running.demo
    }

    /// Stops every program of it, and starts it again on the same data and at the same addresses, so much later (`73h`).
    ///
    /// The programs have no such door: a library that stands before the system's shows them another time.
    pub(crate) fn later(self, by: &str) -> anyhow::Result<Self> {
        let Self { home, ports, running } = self;
        running.stop()?;
        let (library, ahead) = (faketime()?, format!("+{by}"));
        let library = library.to_str().context("a path")?;
        let moved = [("LD_PRELOAD", library), ("FAKETIME", &ahead), ("DONT_FAKE_MONOTONIC", "1")];
        let running = start(&home, &flags(&ports), &moved)?;
        Ok(Self { home, ports, running })
    }
}

fn flags(ports: &[String]) -> Vec<&str> {
    ports.iter().map(String::as_str).collect()
}

/// Free ports below those that the system hands to outgoing connections, from 32,768 on: none takes one of them while the
/// demo is away.
fn lasting_ports() -> anyhow::Result<Vec<String>> {
    static NEXT: AtomicU16 = AtomicU16::new(26_000);
    let next = || loop {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        anyhow::ensure!(port < 32_000, "this machine has no free port");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    };
    let mut flags = Vec::new();
    for part in PARTS {
        flags.extend([format!("--{part}-port"), next()?.to_string()]);
    }
    Ok(flags)
}

/// Where Debian puts the library (`libfaketime`).
fn faketime() -> anyhow::Result<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib")?.flatten();
    let found = folders.map(|folder| folder.path().join("faketime/libfaketime.so.1")).find(|path| path.exists());
    found.context("libfaketime is missing: cargo xtask test installs it")
}
