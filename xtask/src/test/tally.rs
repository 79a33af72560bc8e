//! Runs `cargo test`, passes on what it prints, and counts.

use std::io::{BufRead as _, BufReader, PipeReader};
use std::process::Command;

use anyhow::bail;

use crate::fleet::Fleet;

/// What the test programs said so far.
#[derive(Default, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    /// The names of the tests that failed.
    pub(super) failures: Vec<String>,
}

impl Tally {
    /// Runs one `cargo test` to its end and adds what it counted.
    ///
    /// Fails when a test failed, when none ran, and when the command failed otherwise.
    pub(super) fn run(
        &mut self,
        fleet: &mut Fleet,
        name: &'static str,
        mut command: Command,
    ) -> anyhow::Result<String> {
        let (reader, writer) = std::io::pipe()?;
        command.stdout(writer);
        let reading = std::thread::spawn(move || read(reader));
        let outcome = fleet.run(name, command);
        let Ok(counted) = reading.join() else { bail!("the output of {name} could not be read") };
        let (passed, failed) = (counted.passed, counted.failed);
        self.passed += passed;
        self.failed += failed;
        self.failures.extend(counted.failures);
        match outcome {
            Err(_) if failed > 0 => bail!("{failed} of {} failed", passed + failed),
            Err(error) => Err(error),
            Ok(()) if passed == 0 => bail!("no test ran"),
            Ok(()) => Ok(format!("{passed} passed")),
        }
    }

    /// Takes in one line of a test program.
    fn take(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failures.push(name.to_owned());
        }
        let Some(counts) = line.strip_prefix("test result: ") else { return };
        let count = |what: &str| {
            let words: Vec<&str> = counts.split([' ', ';', '.']).filter(|word| !word.is_empty()).collect();
            let at = words.iter().position(|word| *word == what)?;
            words[at.checked_sub(1)?].parse::<u64>().ok()
        };
        self.passed += count("passed").unwrap_or(0);
        self.failed += count("failed").unwrap_or(0);
    }
}

fn read(reader: PipeReader) -> Tally {
    let mut tally = Tally::default();
    for line in BufReader::new(reader).lines().map_while(Result::ok) {
        tally.take(&line);
        // Hundreds of lines that all say "ok" would hide the ones that matter.
        if !line.ends_with(" ... ok") && !line.is_empty() {
            println!("{line}");
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_several_programs_are_added() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test a::b ... ok",
            "test a_rule ... FAILED",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.00s",
        ] {
            tally.take(line);
        }
        assert_eq!(tally, Tally { passed: 6, failed: 1, failures: vec!["a_rule".to_owned()] });
    }
}
