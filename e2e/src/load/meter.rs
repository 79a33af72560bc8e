//! What processes have cost so far.

use std::fs;

use anyhow::Context as _;

/// The clock by which Linux counts the time of processes, in ticks a second (`USER_HZ`, the same on every machine).
const TICKS: f64 = 100.0;

/// Some processes and their children.
pub struct Meter(Vec<u32>);

impl Meter {
    /// Measures these and whatever they start: a database server has a process for each connection.
    pub fn of(pids: Vec<u32>) -> Self {
        Self(pids)
    }

    /// The processor seconds that they have used.
    pub fn read(&self) -> anyhow::Result<f64> {
        let mut ticks = 0;
        for entry in fs::read_dir("/proc").context("there is no /proc: the load is measured on Linux")? {
            // One that ended meanwhile, or is none at all.
            let Ok(stat) = fs::read_to_string(entry?.path().join("stat")) else { continue };
            let Some((pid, parent, used)) = parse(&stat) else { continue };
            if self.0.contains(&pid) || self.0.contains(&parent) {
                ticks += used;
            }
        }
        Ok(f64::from(u32::try_from(ticks)?) / TICKS)
    }
}

/// Number, parent and ticks of a process, see proc_pid_stat(5). The name in parentheses may hold anything.
fn parse(stat: &str) -> Option<(u32, u32, u64)> {
    let pid = stat.split(' ').next()?.parse().ok()?;
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let [parent, user, system] = [fields.get(1)?, fields.get(11)?, fields.get(12)?];
    Some((pid, parent.parse().ok()?, user.parse::<u64>().ok()? + system.parse::<u64>().ok()?))
}
