//! One node's clock is five minutes ahead: `doctor` refuses there, and the tokens that the node gives tell the right time.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;

use super::{Report, Scene, request};
use crate::cargo::{Profile, program};
use crate::demo::serve;

const WHILE: Duration = Duration::from_secs(10);
/// What the node's clock shows more.
const AHEAD: i64 = 300;
/// How far a token's time may be off, in seconds.
const GOAL: i64 = 2;

pub(super) fn run(scene: &mut Scene) -> anyhow::Result<Report> {
    let (fleet, cluster) = (&mut scene.fleet, &mut scene.cluster);
    let node = cluster.nodes.get_mut(1).context("no node")?;
    node.kill(fleet)?;
    let mut command = serve(cluster.demo.program(), &node.config);
    set_wrong(&mut command)?;
    node.start_as(&cluster.demo, fleet, command)?;
    fleet.all_ready(|_| {})?;
    let (port, config) = (node.port, node.config.clone());

    let mut doctor = Command::new(program("passport", Profile::Dev)?);
    doctor.arg("--config").arg(&config).args(["doctor", "--offline"]);
    set_wrong(&mut doctor)?;
    let doctor = doctor.output().context("doctor cannot be run")?;
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    let complaint = said.lines().find(|line| line.starts_with("✗ clock")).unwrap_or("nothing").to_owned();

    let (_, token) = request::token(port, &cluster.demo.issuer(), &scene.secret)?;
    let right: i64 = cluster.primary.run("SELECT EXTRACT(EPOCH FROM now())::bigint")?.parse()?;
    let off = request::issued_at(&token.context("the node gives no token")?)? - right;

    let people = scene.people()?;
    scene.fleet.pause(WHILE)?;
    let figures = people.leave()?;
    let mut report = Report::default();
    report.must(
        "doctor on that node says",
        complaint.clone(),
        "refuses",
        !doctor.status.success() && complaint != "nothing",
    );
    report.must("a token of that node is off by", format!("{off} s"), "2 s at most", off.abs() <= GOAL);
    report.people(&figures);
    report.nobody_failed(&figures);
    Ok(report)
}

/// Shows a program another time than this machine's, by a library that stands before the system's: the program itself has
/// no such door.
fn set_wrong(command: &mut Command) -> anyhow::Result<()> {
    let library = faketime().context("libfaketime is missing")?;
    command.env("LD_PRELOAD", library).env("FAKETIME", format!("+{AHEAD}")).env("DONT_FAKE_MONOTONIC", "1");
    Ok(())
}

/// Where Debian puts the library.
pub(crate) fn faketime() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten();
    folders.map(|folder| folder.path().join("faketime/libfaketime.so.1")).find(|path| path.exists())
}
