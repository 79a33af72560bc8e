//! Sites are told what happens to accounts (RFC 8417, RFC 8935, Shared Signals Framework 1.0): who, of what, and how.

mod agreed;
mod command;
mod pushed;
mod receiver;
mod told;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use passport::accounts::AccountId;
use passport::audit::{Actor, Event};
use passport::clients::signals::{EventType, StreamState, Wanted};
use passport::delivery::{Channel, Policy, Ways, Worker, store};
use passport::egress::Egress;
use passport::oidc::signals::SignalTokens;
use shared::db::{DbError, sql};
use shared::entropy::SystemEntropy;
use shared::testkit::Browser;

use self::receiver::receiver;
use crate::support::site::{OURS, THEIRS};
use crate::support::{ISSUER, Passport, on_both};

/// The site `cet` with a stream to that address, and with these events.
async fn stream(passport: &Passport, endpoint: &str, events: &[EventType]) {
    let codes: Vec<String> = events.iter().map(|event| event.code().to_owned()).collect();
    let wanted = Wanted::parse(Some(endpoint), (!codes.is_empty()).then_some(codes.as_slice()), None);
    let set =
        passport.app.clients.set_signals(Actor::Operator, &*passport.app.sealer, "cet", wanted.expect("a wish")).await;
    assert_eq!(set.expect("a stream").state, StreamState::Enabled);
}

/// Somebody who has entered `cet`, which is told everything at that address.
async fn entered(passport: &Passport, endpoint: &str) -> (Browser, AccountId) {
    passport.register(&[OURS]).await;
    stream(passport, endpoint, &[]).await;
    let (mut browser, session) = passport.signed_in(None).await;
    passport.tokens(&mut browser, "openid").await;
    (browser, session.account)
}

/// Records that, as a feature does.
async fn record(passport: &Passport, event: Event) {
    let audit = passport.app.audit.clone();
    let done = passport.db.write::<_, DbError, _>(move |tx| {
        let (audit, event) = (audit.clone(), event.clone());
        async move { audit.record(tx, &Actor::Operator, &event).await }.boxed()
    });
    done.await.expect("recorded");
}

fn worker(passport: &Passport, egress: &Egress) -> Worker {
    let tokens = SignalTokens::new(passport.app.oidc.clone(), egress.clone(), passport.app.sealer.clone());
    Worker {
        db: passport.db.clone(),
        clock: passport.clock.clone(),
        entropy: Arc::new(SystemEntropy::new()),
        outbox: passport.app.outbox.clone(),
        policy: Policy { max_attempts: 3, timeout: Duration::from_secs(20), concurrency: 4 },
        ways: Ways { signals: Some(Arc::new(tokens)), ..Ways::default() },
    }
}

/// Sends what is due for `cet`; how many were tried.
async fn send(passport: &Passport, egress: &Egress) -> usize {
    let channel = Channel::Signals("cet".to_owned());
    let (worker, mut tried) = (worker(passport, egress), 0);
    loop {
        match worker.send_due(&channel).await.expect("written down") {
            0 => return tried,
            more => tried += more,
        }
    }
}

/// What waits or was given up, of security events.
async fn undelivered(passport: &Passport) -> Vec<store::Undelivered> {
    let found = passport.db.read(|tx| async move { store::undelivered(tx, 100).await }.boxed()).await;
    found.expect("messages").into_iter().filter(|message| message.channel.starts_with("signals:")).collect()
}

/// For whom the waiting ones are.
async fn waiting(passport: &Passport) -> Vec<String> {
    let mut channels: Vec<_> = undelivered(passport).await.into_iter().map(|message| message.channel).collect();
    channels.sort();
    channels
}

async fn count(passport: &Passport, text: &'static str) -> i64 {
    let found = passport
        .db
        .read::<_, DbError, _>(move |tx| Box::pin(async move { sql(text).fetch_one(tx).await?.get::<i64>("n") }));
    found.await.expect("a count")
}
