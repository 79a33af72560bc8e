//! How the passport stands, part by part, and what its operators announce: looked at beside the requests, shown from memory,
//! so that it is told when the database is away too.

mod judge;
pub mod page;
pub mod store;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use shared::clock::{SharedClock, Timestamp};
use shared::db::{Db, DbError, Tx};
use shared::entropy::SharedEntropy;
use shared::status::{Board, Notice, Report};

use self::judge::Facts;
use crate::accounts::Accounts;
use crate::audit::{Actor, Audit, Event};
use crate::delivery::Channel;
use crate::delivery::store::Flow;
use crate::keys::Keys;

shared::id_type! {
    /// A notice of the operators.
    pub struct NoticeId;
}

/// How long the database may take to be heard of.
const PATIENCE: Duration = Duration::from_secs(3);

/// For how long it is told that passwords had to be turned away.
const SHED_TOLD: Duration = Duration::from_secs(60);

/// How long a notice is kept that is over.
pub const KEEP: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The slice's service. Cheap to clone.
#[derive(Clone)]
pub struct Status(Arc<Inner>);

/// What a [`Status`] looks at.
pub struct Parts {
    /// Where notices are, and whether it answers.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// For the ids of notices.
    pub entropy: SharedEntropy,
    /// The record of what was done.
    pub audit: Audit,
    /// Whether this node may sign.
    pub keys: Keys,
    /// How many passwords wait.
    pub accounts: Accounts,
    /// By which ways messages can leave at all.
    pub channels: Vec<Channel>,
    /// Where it is put up for every page.
    pub board: Arc<Board>,
}

struct Inner {
    parts: Parts,
    shed: Mutex<Shed>,
}

/// Passwords that were turned away: how many at the last look, and when there was one more.
#[derive(Default)]
struct Shed {
    seen: u64,
    at: Option<Timestamp>,
}

/// What the database tells at a look.
struct Told {
    notices: Vec<Notice>,
    flows: Vec<(Channel, Flow)>,
}

impl Status {
    /// Of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner { parts, shed: Mutex::default() }))
    }

    /// Looks at everything and puts up what it found. To be called every few seconds.
    pub async fn look(&self) {
        let Parts { clock, keys, board, .. } = &self.0.parts;
        let now = clock.now();
        let told = tokio::time::timeout(PATIENCE, self.ask(now)).await.ok().and_then(Result::ok);
        let facts = Facts {
            database: told.is_some(),
            may_sign: keys.may_sign(),
            turned_away: self.turned_away(now),
            channels: self.0.parts.channels.clone(),
            flows: told.as_ref().map(|told| told.flows.clone()).unwrap_or_default(),
        };
        // What was announced holds while the database is away.
        let notices = told.map_or_else(|| board.report(now).notices, |told| told.notices);
        board.put_up(Report { at: now, parts: judge::parts(&facts), notices }, now);
    }

    async fn ask(&self, now: Timestamp) -> Result<Told, DbError> {
        let Parts { db, channels, .. } = &self.0.parts;
        db.ping().await?;
        let channels: Arc<[Channel]> = channels.as_slice().into();
        db.read(move |tx| {
            let channels = Arc::clone(&channels);
            async move {
                let mut flows = Vec::with_capacity(channels.len());
                for channel in channels.iter() {
                    flows.push((channel.clone(), crate::delivery::store::flow(tx, channel, now).await?));
                }
                Ok(Told { notices: store::current(tx, now).await?, flows })
            }
            .boxed()
        })
        .await
    }

    /// Whether passwords had to be turned away lately.
    fn turned_away(&self, now: Timestamp) -> bool {
        let count = self.0.parts.accounts.password_queue().turned_away;
        let mut shed = self.0.shed.lock().unwrap_or_else(PoisonError::into_inner);
        if count > shed.seen {
            *shed = Shed { seen: count, at: Some(now) };
        }
        shed.at.is_some_and(|at| now.since(at) < SHED_TOLD)
    }

    /// What is told now.
    pub fn report(&self) -> Report {
        self.0.parts.board.report(self.0.parts.clock.now())
    }

    /// Announces something; its id.
    ///
    /// # Errors
    /// The database refused.
    pub async fn announce(&self, notice: Notice) -> Result<NoticeId, DbError> {
        let Parts { db, clock, entropy, audit, .. } = &self.0.parts;
        let id = NoticeId::new(clock.now(), &**entropy);
        let work = Arc::new((audit.clone(), Notice { id: id.to_string(), ..notice }));
        db.write(move |tx| {
            let work = Arc::clone(&work);
            async move {
                let (audit, notice) = &*work;
                store::insert(tx, notice).await?;
                let event = Event::NoticeAnnounced { notice: notice.id.clone(), until: notice.ends.millis() };
                audit.record(tx, &Actor::Operator, &event).await
            }
            .boxed()
        })
        .await?;
        Ok(id)
    }

    /// Ends a notice before its time; false if there is none that is not over.
    ///
    /// # Errors
    /// The database refused.
    pub async fn end(&self, id: NoticeId) -> Result<bool, DbError> {
        let Parts { db, clock, audit, .. } = &self.0.parts;
        let (audit, now) = (audit.clone(), clock.now());
        db.write(move |tx| {
            let audit = audit.clone();
            async move { end(tx, &audit, (id, now)).await }.boxed()
        })
        .await
    }

    /// The notices, the first to begin first; with `over`, those that are over too.
    ///
    /// # Errors
    /// The database refused.
    pub async fn notices(&self, over: bool) -> Result<Vec<Notice>, DbError> {
        let now = if over { Timestamp::default() } else { self.0.parts.clock.now() };
        self.0.parts.db.read(move |tx| async move { store::current(tx, now).await }.boxed()).await
    }
}

async fn end(tx: &mut Tx, audit: &Audit, (id, now): (NoticeId, Timestamp)) -> Result<bool, DbError> {
    let ended = store::end(tx, id, now).await?;
    if ended {
        audit.record(tx, &Actor::Operator, &Event::NoticeEnded { notice: id.to_string() }).await?;
    }
    Ok(ended)
}
