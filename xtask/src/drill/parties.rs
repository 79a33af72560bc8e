//! The relying parties that verify ID tokens while keys change: three libraries from the registries, and one site that keeps
//! the key set for as long as it may and never asks earlier. Each is a program of `e2e/interop/`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use anyhow::Context as _;

use crate::demo::Demo;
use crate::interop::{Tools, told};

/// One relying party.
struct Kind {
    /// Its client id.
    id: &'static str,
    /// How people call it.
    name: &'static str,
    /// By what its ID tokens are signed.
    alg: &'static str,
}

/// Every algorithm is verified by somebody; the exam sites verify ES256, too.
const KINDS: [Kind; 4] = [
    Kind { id: "openid-client", name: "openid-client (Node)", alg: "EdDSA" },
    Kind { id: "authlib", name: "Authlib (Python)", alg: "PS256" },
    Kind { id: "openidconnect", name: "openidconnect (Rust)", alg: "RS256" },
    Kind { id: "strict", name: "one that keeps the key set for as long as it may", alg: "ES256" },
];

/// Relying parties at work. They end when this is dropped.
pub(super) struct Parties {
    running: Vec<Party>,
}

struct Party {
    name: &'static str,
    program: Child,
    orders: Option<ChildStdin>,
    said: JoinHandle<Vec<String>>,
    /// How many hundreds of tokens it verified by now.
    hundreds: Arc<AtomicU64>,
}

/// What one party met in one phase.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Met {
    pub(super) party: &'static str,
    pub(super) phase: String,
    pub(super) verified: u64,
    pub(super) refused: u64,
    pub(super) interrupted: u64,
}

/// What all of them met, and some of the reasons.
#[derive(Debug, Default)]
pub(super) struct Verified {
    pub(super) met: Vec<Met>,
    pub(super) failures: Vec<String>,
}

impl Parties {
    /// Registers and starts them.
    pub(super) fn come(demo: &Demo) -> anyhow::Result<Self> {
        // First of all: every node knows of them when the first one asks.
        KINDS.iter().try_for_each(|kind| demo.register(kind.id, &kind.description()))?;
        let tools = Tools::usual()?;
        let missing = |name| format!("{name} cannot be had");
        let node = tools.node()?.with_context(|| missing("openid-client"))?;
        let python = tools.python()?.with_context(|| missing("Authlib"))?;
        let rust = Tools::rust()?.with_context(|| missing("openidconnect"))?;
        let mut running = Vec::new();
        for kind in KINDS {
            let command = match kind.id {
                "openid-client" => node.script("without_pause.mjs"),
                "authlib" => python.script("without_pause.py"),
                _ => Command::new(&rust),
            };
            running.push(kind.start(demo, command)?);
        }
        Ok(Self { running })
    }

    /// Says that something begins.
    pub(super) fn mark(&mut self, what: &str) -> anyhow::Result<()> {
        for party in &mut self.running {
            let left = || format!("{} has left", party.name);
            writeln!(party.orders.as_mut().with_context(left)?, "mark {what}").with_context(left)?;
        }
        Ok(())
    }

    /// Whether all of them are still at work, and do some.
    pub(super) fn all_here(&mut self) -> anyhow::Result<()> {
        for party in &mut self.running {
            anyhow::ensure!(party.program.try_wait()?.is_none(), "{} has left", party.name);
            anyhow::ensure!(party.hundreds.load(Ordering::Acquire) > 0, "{} verified nothing so far", party.name);
        }
        Ok(())
    }

    /// How many tokens were verified by now, in full hundreds.
    pub(super) fn verified(&self) -> u64 {
        self.running.iter().map(|party| party.hundreds.load(Ordering::Acquire) * 100).sum()
    }

    /// Sends them home; what they met.
    pub(super) fn leave(mut self) -> anyhow::Result<Verified> {
        let mut all = Verified::default();
        for mut party in self.running.drain(..) {
            drop(party.orders.take());
            let status = party.program.wait()?;
            let said = party.said.join().map_err(|_| anyhow::anyhow!("{} says nothing", party.name))?;
            anyhow::ensure!(status.success(), "{} failed ({status})", party.name);
            all.read(party.name, &said)?;
        }
        Ok(all)
    }
}

impl Drop for Parties {
    fn drop(&mut self) {
        for party in &mut self.running {
            let _ = party.program.kill();
            let _ = party.program.wait();
        }
    }
}

impl Kind {
    fn start(&self, demo: &Demo, mut command: Command) -> anyhow::Result<Party> {
        let Self { id, name, alg } = *self;
        let keeping = if id == "strict" { "strict" } else { "asking" };
        let seen = demo.seen_by(id, &[("ALG", alg.to_owned()), ("KEEPS_KEYS", keeping.to_owned())])?;
        told(&mut command, &seen);
        // A Ctrl-C is for the director, who sends them home.
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        let mut program = command.spawn().with_context(|| format!("{name} cannot be started"))?;
        let orders = program.stdin.take();
        let output = program.stdout.take().with_context(|| format!("{name} says nothing"))?;
        let hundreds = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&hundreds);
        let said = std::thread::spawn(move || {
            let mut said = Vec::new();
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if line == "hundred" {
                    counted.fetch_add(1, Ordering::AcqRel);
                } else {
                    said.push(line);
                }
            }
            said
        });
        Ok(Party { name, program, orders, said, hundreds })
    }

    /// The client, as an operator describes it.
    fn description(&self) -> String {
        let Self { id, name, alg } = self;
        format!(
            "client_id = {id:?}\nclient_name = {{ zh = {name:?}, en = {name:?} }}\n\
             redirect_uris = [\"https://site.example/callback\"]\n\
             post_logout_redirect_uris = [\"https://site.example/signed-out\"]\n\
             grant_types = [\"authorization_code\"]\nscopes = [\"openid\"]\nid_token_signed_response_alg = {alg:?}\n"
        )
    }
}

impl Verified {
    fn read(&mut self, party: &'static str, said: &[String]) -> anyhow::Result<()> {
        for line in said {
            if let Some(failure) = line.strip_prefix("failure ") {
                self.failures.push(format!("{party}, {failure}"));
                continue;
            }
            let words: Vec<&str> = line.splitn(5, ' ').collect();
            let ["phase", verified, refused, interrupted, phase] = words.as_slice() else {
                anyhow::bail!("{party} says {line:?}")
            };
            self.met.push(Met {
                party,
                phase: (*phase).to_owned(),
                verified: verified.parse()?,
                refused: refused.parse()?,
                interrupted: interrupted.parse()?,
            });
        }
        Ok(())
    }

    /// One number, added up over those phases that count.
    pub(super) fn sum(&self, number: fn(&Met) -> u64, counts: impl Fn(&Met) -> bool) -> u64 {
        self.met.iter().filter(|met| counts(met)).map(number).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_parties_say_is_added_up_by_phase() -> anyhow::Result<()> {
        let mut all = Verified::default();
        let said = ["phase 10 0 1 start", "failure start: TypeError: fetch failed", "phase 7 2 0 the emergency"];
        all.read("Authlib", &said.map(str::to_owned))?;
        all.read("strict", &["phase 5 1 0 start".to_owned()])?;
        assert_eq!(all.sum(|met| met.verified, |_| true), 22);
        assert_eq!(all.sum(|met| met.refused, |met| met.phase != "the emergency"), 1);
        assert_eq!(all.failures, ["Authlib, start: TypeError: fetch failed"]);
        assert!(all.read("strict", &["phase five".to_owned()]).is_err());
        Ok(())
    }

    #[test]
    fn every_algorithm_is_verified_by_somebody() {
        assert_eq!(KINDS.map(|kind| kind.alg), ["EdDSA", "PS256", "RS256", "ES256"]);
    }
}
