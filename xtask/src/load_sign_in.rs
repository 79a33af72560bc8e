//! `load --sign-in`: what signing in by password costs, with a code of an app and without; and what of that the limits
//! cost, beside a hash that costs next to nothing.

use std::path::Path;

use crate::bench::{Guards, Wanted};
use crate::load::drive;

/// People of each kind who sign in.
const PEOPLE: u32 = 240;

/// Each passport that is measured, and what its rows are called.
const KINDS: [(Guards, &str); 3] = [
    (Guards::HashAndLimits, "as in production"),
    (Guards::Limits, "next to no hash"),
    (Guards::Nothing, "next to no hash, no limits"),
];

/// Measures one after the other.
pub(crate) fn run(mut wanted: Wanted, driver: &Path, pace: &[String]) -> anyhow::Result<()> {
    // Even numbers have a password, odd ones an app as well.
    wanted.accounts = 2 * PEOPLE;
    for (guards, label) in KINDS {
        wanted.guards = guards;
        drive(&wanted, driver, |command, _| {
            command.args(["sign-in", "--label", label, "--people", &PEOPLE.to_string()]).args(pace);
        })?;
    }
    Ok(())
}
