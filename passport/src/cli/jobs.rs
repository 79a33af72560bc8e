//! The jobs that one of all nodes does at a time, and this node's turns at them.
//!
//! What nodes do beside these is each one's own: to follow the keys and the time, to settle quotas, to write down when
//! secrets were used and what was refused. Messages are sent by all nodes at once, which share them by rows (`delivery/store`).

use std::time::Duration;

use tokio::sync::watch;

use crate::config::Config;
use crate::jobs::{Job, Jobs, Outcome, Turn};

/// Ends sessions at public computers whose time is over.
pub const PUBLIC_SESSIONS: Job = Job { name: "public-sessions", every: Duration::from_secs(30) };

/// Looks for clients whose logo is missing.
pub const LOGOS: Job = Job { name: "logos", every: Duration::from_secs(30) };

/// Removes what is past its time.
pub fn clean_up(config: &Config) -> Job {
    Job { name: "clean-up", every: config.clean_up.every }
}

/// Seals the audit record.
pub fn audit_seal(config: &Config) -> Job {
    Job { name: "audit-seal", every: config.audit.seal_every }
}

/// All of them.
pub fn all(config: &Config) -> Vec<Job> {
    vec![audit_seal(config), clean_up(config), PUBLIC_SESSIONS, LOGOS]
}

/// Does the job whenever it is this node's turn, until told to stop.
pub async fn turns<F>(jobs: Jobs, job: Job, mut stopped: watch::Receiver<bool>, work: impl Fn() -> F)
where
    F: Future<Output = Outcome>,
{
    // Nothing is done before one pause: who starts has other things to do.
    let mut pause = job.every.min(FIRST);
    let mut troubled = false;
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(pause) => {}
        }
        let turn = jobs.turn(job, &work).await;
        pause = turn.as_ref().map_or(TROUBLE, |turn| jobs.pause(turn));
        match turn {
            Ok(Turn::Waits(_)) => {}
            Ok(Turn::Did(Ok(()))) => troubled = false,
            Ok(Turn::Did(Err(problem))) => tracing::warn!(job = job.name, problem, "a job was not done to its end"),
            Ok(Turn::Lost) => tracing::warn!(job = job.name, "another node has taken over a job that this one was at"),
            Err(error) if !troubled => {
                troubled = true;
                tracing::warn!(%error, job = job.name, "whether a job is due cannot be told");
            }
            Err(_) => {}
        }
    }
}

/// How long a node that starts waits at most before it looks for the first time.
const FIRST: Duration = Duration::from_secs(5);

/// How long it rests when the database does not answer.
const TROUBLE: Duration = Duration::from_secs(5);
