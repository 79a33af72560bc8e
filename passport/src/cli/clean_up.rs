//! What `passport serve` removes beside the requests, since its time is over.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use shared::clock::SharedClock;
use shared::db::{Db, DbError};

use crate::accounts::factors::passkeys;
use crate::accounts::login::second;
use crate::accounts::{alarm, captcha, devices, proof, recovery, sessions};
use crate::app::App;
use crate::audit::RETENTION;
use crate::delivery::Worker;
use crate::jobs::Outcome;
use crate::{limits, status};

/// How many times as long as a batch took the clean-up rests after it: it has the database for a quarter of the time.
const RESTS: u32 = 3;

/// How long it rests at the least, so that whoever waits to write is served first.
const LEAST_REST: Duration = Duration::from_millis(5);

/// How long a link that is over is known: whoever follows it late is told what became of it.
const KEEP_PROOFS: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long sessions are kept once their time is over, where refresh tokens live that long: those ask whether their session
/// was ended for as long as they live, and people are shown how theirs ended.
pub fn keep_sessions(refresh_absolute: Duration) -> Duration {
    refresh_absolute.max(sessions::PAST_SHOWN)
}

/// What is kept for a time only; sessions for as long after their end as `keep_sessions`. Each removes a bounded number
/// of rows at a time, until there are none. What cannot be removed now is said, and the rest removed all the same.
pub async fn clean_up(
    app: App,
    (db, clock): (Db, SharedClock),
    worker: Arc<Worker>,
    keep_sessions: Duration,
) -> Outcome {
    let mut left = Left::default();
    let expire_audit = || {
        let audit = app.audit.clone();
        db.write(move |tx| {
            let audit = audit.clone();
            async move { audit.expire(tx).await }.boxed()
        })
    };
    left.drain("audit events", expire_audit).await;
    let now = clock.now();
    left.drain("limits", || db.write(move |tx| limits::store::purge(tx, now).boxed())).await;
    left.drain("requests of clients", || db.write(move |tx| limits::quota::store::purge(tx, now).boxed())).await;
    left.drain("captchas", || db.write(move |tx| captcha::store::purge(tx, now).boxed())).await;
    left.drain("proofs", || db.write(move |tx| proof::store::purge(tx, now - KEEP_PROOFS).boxed())).await;
    left.drain("recoveries", || db.write(move |tx| recovery::store::purge(tx, now - KEEP_PROOFS).boxed())).await;
    left.drain("half sign-ins", || db.write(move |tx| second::store::purge(tx, now).boxed())).await;
    left.drain("challenges for passkeys", || db.write(move |tx| passkeys::store::purge(tx, now).boxed())).await;
    left.drain("known browsers", || db.write(move |tx| devices::store::purge(tx, now).boxed())).await;
    left.drain("links of alarms", || {
        db.write(move |tx| alarm::store::purge_links(tx, now - alarm::KEEP_LINKS).boxed())
    })
    .await;
    left.drain("mails about locks", || db.write(move |tx| alarm::store::purge_lock_notices(tx, now).boxed())).await;
    left.drain("cases", || db.write(move |tx| alarm::store::purge_cases(tx, now - RETENTION).boxed())).await;
    left.drain("changes of contacts", || app.accounts.settle_changes()).await;
    left.drain("reminders of numbers", || app.accounts.remind_of_numbers()).await;
    left.drain("numbers that have another owner", || app.accounts.settle_numbers()).await;
    left.drain("appeals whose time is over", || app.accounts.settle_appeals()).await;
    left.drain("accounts that were never proven", || app.accounts.close_unproven()).await;
    left.drain("accounts whose owners cancelled them", || app.accounts.close_due()).await;
    left.drain("notices that are over", || db.write(move |tx| status::store::purge(tx, now - status::KEEP).boxed()))
        .await;
    let over = now - keep_sessions;
    left.drain("sessions", || db.write(move |tx| sessions::store::purge(tx, over).boxed())).await;
    left.drain("finished messages", || worker.expire()).await;
    left.drain("used assertions and proofs", || app.oidc.sweep_used_tokens()).await;
    left.drain("revoked access tokens", || app.oidc.sweep_revoked_tokens()).await;
    left.drain("pushed requests", || app.oidc.sweep_pushed_requests()).await;
    left.sweep_grants(&app).await;
    left.outcome()
}

/// What could not be removed.
#[derive(Default)]
struct Left(Vec<String>);

impl Left {
    /// Removes batch after batch.
    async fn drain<F: Future<Output = Result<u64, DbError>>>(&mut self, what: &str, expire: impl Fn() -> F) {
        let mut removed = 0;
        loop {
            match then_rest(expire()).await {
                Ok(0) => break,
                Ok(more) => removed += more,
                Err(error) => {
                    self.0.push(format!("{what}: {error}"));
                    break;
                }
            }
        }
        if removed > 0 {
            tracing::info!(removed, what, "removed what is past its retention");
        }
    }

    /// Authorizations and tokens that are over, from the first to the last.
    async fn sweep_grants(&mut self, app: &App) {
        let mut after = None;
        loop {
            match then_rest(app.oidc.sweep(after)).await {
                Ok(None) => return,
                Ok(next) => after = next,
                Err(error) => {
                    self.0.push(format!("authorizations that are over: {error}"));
                    return;
                }
            }
        }
    }

    fn outcome(self) -> Outcome {
        if self.0.is_empty() { Ok(()) } else { Err(format!("not removed: {}", self.0.join("; "))) }
    }
}

/// Removes a batch, then leaves the database to others for longer than that took.
#[expect(clippy::disallowed_methods, reason = "how long a batch took is no business of the clock that rules go by")]
async fn then_rest<T>(batch: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = batch.await;
    tokio::time::sleep(LEAST_REST.max(began.elapsed() * RESTS)).await;
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_kept_for_as_long_as_they_are_asked_for_and_shown() {
        let day = Duration::from_secs(24 * 60 * 60);
        assert_eq!(keep_sessions(90 * day), 90 * day);
        assert_eq!(keep_sessions(day), 30 * day, "where refresh tokens are short-lived");
    }
}
