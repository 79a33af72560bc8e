//! Killed at any moment, the passport has lost nothing that it acknowledged.
//!
//! The program itself runs as a process of its own and is ended by SIGKILL while candidates sign in; after each
//! restart every session that a browser was told of must be there. `CRASH_ROUNDS` says how often, 100 by default.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use passport::MIGRATIONS;
use shared::db::DbConfig;
use shared::testkit;
use tokio::sync::{Mutex, Notify};

use crate::support::process::{Installation, Process, SignIn};

const WORKERS: usize = 8;

/// How often a browser comes back that was turned away: on a busy machine that happens, and promises nothing.
const PATIENCE: u32 = 1_000;

/// Signs in from many browsers until `enough` sessions are acknowledged, then kills the program while they go on.
async fn round(process: Process, enough: usize) -> Vec<String> {
    let known = Arc::new(Mutex::new(Vec::new()));
    let count = Arc::new(AtomicUsize::new(0));
    let reached = Arc::new(Notify::new());
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let (known, count, reached, visitor) = (known.clone(), count.clone(), reached.clone(), process.visitor());
            tokio::spawn(async move {
                let mut patience = PATIENCE;
                loop {
                    match visitor.sign_in().await {
                        SignIn::Acknowledged(session) => known.lock().await.push(session),
                        SignIn::TurnedAway if patience > 0 => {
                            patience -= 1;
                            continue;
                        }
                        ended => return ended,
                    }
                    if count.fetch_add(1, Ordering::SeqCst) + 1 == enough {
                        reached.notify_one();
                    }
                }
            })
        })
        .collect();
    let mut workers = pin!(join_all(workers));
    tokio::select! {
        () = reached.notified() => {}
        ended = &mut workers => panic!("the passport took no more sign-ins before it was killed: {ended:?}"),
    }
    process.kill();
    for worker in workers.await {
        worker.expect("a worker that found the passport dead");
    }
    std::mem::take(&mut *known.lock().await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "how long to test is no setting of the product")]
    let rounds = std::env::var("CRASH_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(100);
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let passport = Installation::new(folder.path(), &db);
        let mut process = passport.start();
        for n in 0..rounds {
            let acknowledged = round(process, 1 + n * 7 % 23).await;
            process = passport.start();
            for session in &acknowledged {
                assert!(process.is_signed_in(session).await, "round {n}: an acknowledged session is gone");
            }
        }
        process.kill();
    })
    .await;
}
