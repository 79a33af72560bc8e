//! What `passport serve` removes beside the requests, since its time is over.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use shared::db::{Db, DbError};

use super::world;
use crate::accounts::factors::passkeys;
use crate::accounts::login::second;
use crate::accounts::{alarm, captcha, devices, proof, recovery, sessions};
use crate::app::App;
use crate::audit::RETENTION;
use crate::delivery::Worker;
use crate::limits;

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
/// of rows at a time, until there are none.
pub async fn clean_up(app: App, db: Db, worker: Arc<Worker>, keep_sessions: Duration) {
    let expire_audit = || {
        let audit = app.audit.clone();
        db.write(move |tx| {
            let audit = audit.clone();
            async move { audit.expire(tx).await }.boxed()
        })
    };
    drain("audit events", expire_audit).await;
    let now = world::clock().now();
    drain("limits", || db.write(move |tx| limits::store::purge(tx, now).boxed())).await;
    drain("requests of clients", || db.write(move |tx| limits::quota::store::purge(tx, now).boxed())).await;
    drain("captchas", || db.write(move |tx| captcha::store::purge(tx, now).boxed())).await;
    drain("proofs", || db.write(move |tx| proof::store::purge(tx, now - KEEP_PROOFS).boxed())).await;
    drain("recoveries", || db.write(move |tx| recovery::store::purge(tx, now - KEEP_PROOFS).boxed())).await;
    drain("half sign-ins", || db.write(move |tx| second::store::purge(tx, now).boxed())).await;
    drain("challenges for passkeys", || db.write(move |tx| passkeys::store::purge(tx, now).boxed())).await;
    drain("known browsers", || db.write(move |tx| devices::store::purge(tx, now).boxed())).await;
    drain("links of alarms", || db.write(move |tx| alarm::store::purge_links(tx, now - alarm::KEEP_LINKS).boxed()))
        .await;
    drain("mails about locks", || db.write(move |tx| alarm::store::purge_lock_notices(tx, now).boxed())).await;
    drain("cases", || db.write(move |tx| alarm::store::purge_cases(tx, now - RETENTION).boxed())).await;
    drain("changes of contacts", || app.accounts.settle_changes()).await;
    drain("reminders of numbers", || app.accounts.remind_of_numbers()).await;
    drain("numbers that have another owner", || app.accounts.settle_numbers()).await;
    drain("appeals whose time is over", || app.accounts.settle_appeals()).await;
    drain("accounts that were never proven", || app.accounts.close_unproven()).await;
    drain("accounts whose owners cancelled them", || app.accounts.close_due()).await;
    let over = now - keep_sessions;
    drain("sessions", || db.write(move |tx| sessions::store::purge(tx, over).boxed())).await;
    drain("finished messages", || worker.expire()).await;
    drain("used assertions and proofs", || app.oidc.sweep_used_tokens()).await;
    drain("revoked access tokens", || app.oidc.sweep_revoked_tokens()).await;
    drain("pushed requests", || app.oidc.sweep_pushed_requests()).await;
    sweep_grants(&app).await;
}

/// Authorizations and tokens that are over, from the first to the last.
async fn sweep_grants(app: &App) {
    let mut after = None;
    loop {
        match then_rest(app.oidc.sweep(after)).await {
            Ok(None) => return,
            Ok(next) => after = next,
            Err(error) => {
                tracing::warn!(%error, "could not remove authorizations that are over");
                return;
            }
        }
    }
}

async fn drain<F: Future<Output = Result<u64, DbError>>>(what: &str, expire: impl Fn() -> F) {
    let mut removed = 0;
    loop {
        match then_rest(expire()).await {
            Ok(0) => break,
            Ok(more) => removed += more,
            Err(error) => {
                tracing::warn!(%error, what, "could not remove what is past its retention");
                break;
            }
        }
    }
    if removed > 0 {
        tracing::info!(removed, what, "removed what is past its retention");
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
