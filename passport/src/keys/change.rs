//! Changing keys: ask whether, generate outside the transaction, ask again inside it. Nodes that do so at once make
//! one change, because each transaction begins by counting up the one row of the registry.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{CommonTime, Db, DbError, Tx};

use super::alg::Alg;
use super::master::MasterKey;
use super::model::{By, Change, KeyRecord, KeyState, Times};
use super::pin::model::Pins;
use super::ring::open_signer;
use super::rotate::{Moment, Request, Step, TrialOver, plan};
use super::signing_key::SigningKey;
use super::store::{self, StoredKey};
use super::trial::judge::{Outcome, judge, verdict};
use super::trial::model::{Trial, TrialEnd, Tried};
use super::{Journal, KeysError, Parts};

/// How often a change is begun anew that others came before.
const TRIES: usize = 3;

/// The keys that a change needs, by their algorithm.
type Fresh = HashMap<Alg, Vec<StoredKey>>;

/// What the rules are asked about.
#[derive(Debug, Clone)]
pub struct Stock {
    /// Every key.
    pub keys: Vec<KeyRecord>,
    /// The time of the database.
    pub now: Timestamp,
    /// The change of the registry up to which every node that lives has followed.
    pub served: Option<i64>,
}

impl Parts {
    /// Does what is due and what is asked for.
    pub(super) async fn change(self: &Arc<Self>, request: Request) -> Result<Vec<Change>, KeysError> {
        for _ in 1..TRIES {
            match self.try_change(&request).await {
                Err(KeysError::Changed) => {}
                other => return other,
            }
        }
        self.try_change(&request).await
    }

    async fn try_change(self: &Arc<Self>, request: &Request) -> Result<Vec<Change>, KeysError> {
        let stock = Stock::read(&self.db, &self.time).await?;
        let steps = self.due(&stock, request);
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        let master = self.master_in_use().await?;
        let fresh = Arc::new(self.generate(&steps, (&master, stock.now))?);
        let (parts, request) = (Arc::clone(self), request.clone());
        self.db
            .write(move |tx| {
                let (parts, request, mut fresh) = (Arc::clone(&parts), request.clone(), Fresh::clone(&fresh));
                let master = Arc::clone(&master);
                async move {
                    store::touch(tx).await?;
                    require_master(tx, &master).await?;
                    let stock = Stock::within(tx, &*parts.time).await?;
                    let mut changes = Vec::new();
                    for step in parts.due(&stock, &request) {
                        changes.extend(apply(tx, &parts, &stock, &mut fresh, &step).await?);
                    }
                    record(tx, &*parts.journal, request.by(), &changes).await?;
                    Ok::<_, KeysError>(changes)
                }
                .boxed()
            })
            .await
    }

    fn due(&self, stock: &Stock, request: &Request) -> Vec<Step> {
        plan(&stock.keys, &Moment { policy: &self.policy, now: stock.now, served: stock.served }, request)
    }

    fn generate(&self, steps: &[Step], (master, now): (&MasterKey, Timestamp)) -> Result<Fresh, KeysError> {
        let mut fresh = Fresh::new();
        for step in steps {
            if let Step::CreateActive(alg) | Step::CreateStaged(alg) = step {
                fresh.entry(*alg).or_default().push(self.signing_key(*alg, (master, now))?);
            }
        }
        Ok(fresh)
    }

    fn signing_key(&self, alg: Alg, (master, now): (&MasterKey, Timestamp)) -> Result<StoredKey, KeysError> {
        let (key, pkcs8) = SigningKey::generate(alg)?;
        let public = key.public();
        let state = KeyState::Staged { since: now, planned: None };
        let times = Times { made: now, activated: None, retired: None };
        Ok(StoredKey {
            private_key: Some(self.wrap(master, &public.kid, pkcs8.expose())),
            record: KeyRecord {
                kid: public.kid.clone(),
                alg,
                state,
                times,
                published_in: 0,
                tried: Tried::default(),
                pins: Pins::default(),
            },
            public_key: public.encoded.clone(),
            master_key_id: master.id().to_owned(),
        })
    }

    /// A key, sealed under that master key and bound to its name.
    pub(super) fn wrap(&self, master: &MasterKey, name: &str, key: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::new();
        master.cipher().seal(&*self.entropy, key, name.as_bytes(), &mut sealed);
        sealed
    }
}

impl Stock {
    /// What there is in that database.
    ///
    /// # Errors
    /// The database refused.
    pub async fn read(db: &Db, time: &Arc<dyn CommonTime>) -> Result<Self, DbError> {
        let time = Arc::clone(time);
        db.read(move |tx| {
            let time = Arc::clone(&time);
            async move { Self::within(tx, &*time).await }.boxed()
        })
        .await
    }

    fn alg(&self, kid: &str) -> Result<Alg, KeysError> {
        self.keys.iter().find(|key| key.kid == kid).map(|key| key.alg).ok_or(KeysError::Changed)
    }

    async fn within(tx: &mut Tx, time: &dyn CommonTime) -> Result<Self, DbError> {
        let now = time.now(tx).await?;
        Ok(Self { keys: store::records(tx).await?, now, served: store::nodes::served(tx, now).await? })
    }
}

/// Refuses to store keys that are sealed under another master key than the rest: it was changed since they were made.
pub(super) async fn require_master(tx: &mut Tx, master: &MasterKey) -> Result<(), KeysError> {
    match store::master_in_use(tx).await? {
        Some(used) if used.id != master.id() => Err(KeysError::Changed),
        _ => Ok(()),
    }
}

/// Writes the changes down.
pub(super) async fn record(tx: &mut Tx, journal: &dyn Journal, by: By, changes: &[Change]) -> Result<(), DbError> {
    for change in changes {
        journal.record(tx, by, change.clone()).await?;
    }
    Ok(())
}

/// Takes one step; what changed by it.
async fn apply(
    tx: &mut Tx,
    parts: &Parts,
    stock: &Stock,
    fresh: &mut Fresh,
    step: &Step,
) -> Result<Vec<Change>, KeysError> {
    let now = stock.now;
    let moved = match step {
        Step::CreateActive(alg) => return create(tx, fresh, *alg, KeyState::Active { since: now }).await,
        Step::CreateStaged(alg) => {
            return create(tx, fresh, *alg, KeyState::Staged { since: now, planned: None }).await;
        }
        Step::Plan { kid, at } => store::plan(tx, kid, *at).await?,
        Step::BeginTrial { kid, until, clients } => {
            let trial = Trial { since: now, until: *until, clients: clients.clone(), end: None };
            openable(tx, parts, kid).await?;
            store::evidence::forget_uses(tx, kid).await?;
            store::trials::begin(tx, kid, &trial).await?
        }
        Step::Pin { kid, pin } => {
            openable(tx, parts, kid).await?;
            store::pins::put(tx, (kid, stock.alg(kid)?), pin).await?
        }
        Step::EndPin { kid, client, .. } => store::pins::end(tx, kid, client, now).await?,
        Step::DropHalf { kid } => store::pins::drop_half(tx, kid).await?,
        Step::PublishUntil { kid, until } => store::pins::publish_until(tx, kid, *until).await?,
        Step::EndTrial { kid, over } => return end_trial(tx, stock, kid, *over).await,
        Step::Waive { kid } => store::trials::waive(tx, kid, now).await?,
        Step::Retire { kid, until, keeps_half } => {
            if *keeps_half && store::pins::keep_half(tx, kid).await? != 1 {
                return Err(KeysError::Changed);
            }
            store::retire(tx, kid, now, *until).await?
        }
        Step::Activate { kid } => {
            openable(tx, parts, kid).await?;
            store::activate(tx, kid, now).await?
        }
        Step::Archive { kid, until } => store::archive(tx, kid, now, *until).await?,
        Step::Destroy { kid, compromised } => store::destroy(tx, kid, now, *compromised).await?,
    };
    if moved == 1 { Ok(told(step, stock)) } else { Err(KeysError::Changed) }
}

/// Refuses a key that cannot be opened: it would leave every node without a key, so rather go on with the old one.
async fn openable(tx: &mut Tx, parts: &Parts, kid: &str) -> Result<(), KeysError> {
    let stored = store::signing_keys(tx).await?;
    stored.iter().filter(|key| key.record.kid == kid).try_for_each(|key| open_signer(&parts.master, key).map(drop))
}

/// Writes down how a trial ended, by what nodes saw of it.
async fn end_trial(tx: &mut Tx, stock: &Stock, kid: &str, over: TrialOver) -> Result<Vec<Change>, KeysError> {
    let key = stock.keys.iter().find(|key| key.kid == kid).ok_or(KeysError::Changed)?;
    let trial = key.tried.running().ok_or(KeysError::Changed)?;
    let judged = judge(trial, &store::evidence::of_key(tx, kid).await?);
    let how = if let TrialOver::By(how) = over { how } else { verdict(&judged) };
    if store::trials::end(tx, kid, TrialEnd { at: stock.now, how }, &judged).await? != 1 {
        return Err(KeysError::Changed);
    }
    let of = |outcome| judged.iter().filter(move |client| client.outcome == outcome);
    let count = |outcome| of(outcome).fold(0, |count, _| count + 1);
    let failed = of(Outcome::Failed).map(|client| client.client.clone()).collect();
    let (succeeded, unknown) = (count(Outcome::Succeeded), count(Outcome::Unknown));
    Ok(vec![Change::TrialEnded { kid: kid.to_owned(), alg: key.alg, how, failed, succeeded, unknown }])
}

/// Publishes a fresh key.
async fn create(tx: &mut Tx, fresh: &mut Fresh, alg: Alg, state: KeyState) -> Result<Vec<Change>, KeysError> {
    let mut key = fresh.get_mut(&alg).and_then(Vec::pop).ok_or(KeysError::Changed)?;
    key.record.state = state;
    store::insert(tx, &key, state.since()).await?;
    Ok(vec![Change::Signing { kid: key.record.kid, alg, from: None, to: state.as_str() }])
}

/// What a step changes of a key that there is.
fn told(step: &Step, stock: &Stock) -> Vec<Change> {
    let moved = |kid: &String, to| {
        let key = stock.keys.iter().find(|key| key.kid == *kid);
        key.map(|key| Change::Signing { kid: kid.clone(), alg: key.alg, from: Some(key.state.as_str()), to })
    };
    let alg = |kid: &String| stock.keys.iter().find(|key| key.kid == *kid).map(|key| key.alg);
    match step {
        Step::CreateActive(_)
        | Step::CreateStaged(_)
        | Step::EndTrial { .. }
        | Step::DropHalf { .. }
        | Step::PublishUntil { .. } => Vec::new(),
        Step::Pin { kid, pin } => {
            let (client, until) = (pin.client.clone(), pin.until);
            alg(kid).map(|alg| Change::Pinned { kid: kid.clone(), alg, client, until }).into_iter().collect()
        }
        Step::EndPin { kid, client, how } => {
            let (client, how) = (client.clone(), *how);
            alg(kid).map(|alg| Change::PinEnded { kid: kid.clone(), alg, client, how }).into_iter().collect()
        }
        Step::BeginTrial { kid, until, clients } => {
            let (until, clients) = (*until, clients.clone());
            let began = alg(kid).map(|alg| Change::TrialBegan { kid: kid.clone(), alg, until, clients });
            began.into_iter().collect()
        }
        Step::Waive { kid } => alg(kid).map(|alg| Change::TrialWaived { kid: kid.clone(), alg }).into_iter().collect(),
        Step::Plan { kid, at } => {
            alg(kid).map(|alg| Change::Planned { kid: kid.clone(), alg, at: *at }).into_iter().collect()
        }
        Step::Retire { kid, .. } => moved(kid, "retiring").into_iter().collect(),
        Step::Activate { kid } => moved(kid, "active").into_iter().collect(),
        Step::Archive { kid, .. } => moved(kid, "archived").into_iter().collect(),
        Step::Destroy { kid, compromised } => {
            let said = alg(kid).filter(|_| *compromised).map(|alg| Change::Compromised { kid: kid.clone(), alg });
            said.into_iter().chain(moved(kid, "destroyed")).collect()
        }
    }
}
