//! The people who sign in while a drill goes on: the program `load drill`, and what it tells in the end.

use std::io::{Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

/// People who sign in without pause. They leave when this is dropped.
pub(super) struct People {
    program: Child,
}

/// What they noticed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    /// Sign-ins that came to their end.
    pub(super) sign_ins: u64,
    /// Those that were begun a second time.
    pub(super) retried: u64,
    /// Those that failed the second time, too.
    pub(super) failed: u64,
    /// Those of them that were told that there is no room.
    pub(super) turned_away: u64,
    /// Sessions that were acknowledged and are gone.
    pub(super) lost: u64,
    /// How long one took, in milliseconds.
    pub(super) p50: u64,
    pub(super) p99: u64,
    /// For how many milliseconds nobody got through after each thing that was marked.
    pub(super) pauses: Vec<(String, u64)>,
    /// What those noticed who came back with a session, after each thing that was marked.
    pub(super) returns: Vec<(String, Returns)>,
    /// Calls of the greedy client that were served, that were refused with 429, and that came to another end.
    pub(super) served: u64,
    pub(super) refused: u64,
    pub(super) broken: u64,
    /// Why some failed.
    pub(super) failures: Vec<String>,
}

/// What those noticed who came back.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Returns {
    pub(super) count: u64,
    pub(super) failed: u64,
    /// In milliseconds.
    pub(super) p50: u64,
    pub(super) p99: u64,
}

impl People {
    /// Lets people in who do what those words say.
    pub(super) fn come(load: &Path, description: &Path, words: &[&str]) -> anyhow::Result<Self> {
        let program = Command::new(load)
            .arg("drill")
            .arg("--demo")
            .arg(description)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A Ctrl-C is for the director, who sends them home.
            .process_group(0)
            .spawn()
            .with_context(|| format!("{} cannot be started", load.display()))?;
        Ok(Self { program })
    }

    /// Says that something begins.
    pub(super) fn mark(&mut self, what: &str) -> anyhow::Result<()> {
        let orders = self.program.stdin.as_mut().context("the people have left")?;
        writeln!(orders, "mark {what}").context("the people have left")
    }

    /// The same, after the last thing that was marked is over.
    pub(super) fn leave_at(mut self, what: &str) -> anyhow::Result<Figures> {
        self.mark(what)?;
        let mut figures = self.leave()?;
        figures.returns.retain(|(name, _)| name != what);
        Ok(figures)
    }

    /// Sends them home; what they noticed.
    pub(super) fn leave(mut self) -> anyhow::Result<Figures> {
        drop(self.program.stdin.take());
        let mut said = String::new();
        self.program.stdout.take().context("the people say nothing")?.read_to_string(&mut said)?;
        let status = self.program.wait()?;
        anyhow::ensure!(status.success(), "the people failed ({status})");
        Figures::read(&said)
    }
}

impl Drop for People {
    fn drop(&mut self) {
        drop(self.program.stdin.take());
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Figures {
    fn read(said: &str) -> anyhow::Result<Self> {
        let mut figures = Self::default();
        for line in said.lines() {
            let (name, value) = line.split_once(' ').with_context(|| format!("the people say {line:?}"))?;
            let place = match name {
                "sign_ins" => &mut figures.sign_ins,
                "retried" => &mut figures.retried,
                "failed" => &mut figures.failed,
                "turned_away" => &mut figures.turned_away,
                "lost" => &mut figures.lost,
                "p50_ms" => &mut figures.p50,
                "p99_ms" => &mut figures.p99,
                "served" => &mut figures.served,
                "refused" => &mut figures.refused,
                "broken" => &mut figures.broken,
                "returns" => {
                    figures.returns.push(Returns::read(value)?);
                    continue;
                }
                "pause_ms" => {
                    let (time, what) = value.split_once(' ').context("a pause of nothing")?;
                    figures.pauses.push((what.to_owned(), time.parse()?));
                    continue;
                }
                _ => {
                    figures.failures.push(value.to_owned());
                    continue;
                }
            };
            *place = value.parse().with_context(|| format!("the people say {line:?}"))?;
        }
        Ok(figures)
    }
}

impl Returns {
    /// Four numbers, and after what.
    fn read(value: &str) -> anyhow::Result<(String, Self)> {
        let words: Vec<&str> = value.splitn(5, ' ').collect();
        let [count, failed, p50, p99, what] = words.as_slice() else { anyhow::bail!("the people say {value:?}") };
        let returns = Self { count: count.parse()?, failed: failed.parse()?, p50: p50.parse()?, p99: p99.parse()? };
        Ok(((*what).to_owned(), returns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_say_is_read() -> anyhow::Result<()> {
        let said = "sign_ins 5\nretried 2\nfailed 1\nturned_away 1\nlost 0\np50_ms 70\np99_ms 90\npause_ms 812 kill passport 1\n\
                    returns 12 0 8 19 kill passport 1\nfailure 503 at /sign-in\n";
        let figures = Figures::read(said)?;
        assert_eq!((figures.sign_ins, figures.retried, figures.failed, figures.p99), (5, 2, 1, 90));
        assert_eq!(figures.turned_away, 1);
        assert_eq!(figures.pauses, [("kill passport 1".to_owned(), 812)]);
        let returns = Returns { count: 12, failed: 0, p50: 8, p99: 19 };
        assert_eq!(figures.returns, [("kill passport 1".to_owned(), returns)]);
        assert_eq!(figures.failures, ["503 at /sign-in"]);
        assert!(Figures::read("sign_ins many").is_err());
        Ok(())
    }
}
