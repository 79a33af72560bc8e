//! Changing keys: ask whether, generate outside the transaction, ask again inside it. Nodes that do so at once make
//! one change, because each transaction begins by counting up the one row of the registry.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::FutureExt as _;
use shared::clock::Timestamp;
use shared::db::{CommonTime, Db, DbError, Tx};
use shared::secret::SecretBytes;
use tokio::runtime::Handle;

use super::alg::Alg;
use super::fresh::FreshKey;
use super::master::MasterKey;
use super::model::{By, Change, KeyRecord, KeyState};
use super::rotate::{Moment, Request, Step, TrialOver, plan};
use super::store;
use super::trial::judge::{Outcome, judge, verdict};
use super::trial::model::{Trial, TrialEnd};
use super::{Journal, KeysError, Parts};

/// How often a change is begun anew that others came before.
const TRIES: usize = 3;

/// The keys that a change needs.
#[derive(Clone, Default)]
struct Fresh {
    keys: HashMap<Alg, Vec<FreshKey>>,
    /// The algorithms whose next key has to wait for the token.
    put_off: Vec<Alg>,
}

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
        self.prove_successors(&steps, request).await?;
        let fresh = Arc::new(self.generate(&steps, (&master, stock.now), request).await?);
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
                        if fresh.puts_off(&step) {
                            continue;
                        }
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

    /// Makes the keys of these steps. In an emergency a staged one that the token cannot make is put off: the rest is done.
    async fn generate(
        self: &Arc<Self>,
        steps: &[Step],
        (master, now): (&Arc<MasterKey>, Timestamp),
        request: &Request,
    ) -> Result<Fresh, KeysError> {
        let mut fresh = Fresh::default();
        for step in steps {
            let (Step::CreateActive(alg) | Step::CreateStaged(alg)) = step else { continue };
            match self.fresh_key(*alg, (master, now)).await {
                Ok(key) => fresh.keys.entry(*alg).or_default().push(key),
                Err(KeysError::Token(error)) if step.can_wait() && matches!(request, Request::Compromise { .. }) => {
                    tracing::warn!(%error, %alg, "the next key is made when the token can be reached");
                    fresh.put_off.push(*alg);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(fresh)
    }

    /// A key, sealed under that master key and bound to its name.
    pub(super) async fn wrap(
        &self,
        master: &Arc<MasterKey>,
        name: &str,
        key: SecretBytes,
    ) -> Result<Vec<u8>, KeysError> {
        if !master.is_in_token() {
            return Ok(master.seal(&*self.entropy, key.expose(), name)?);
        }
        let (master, entropy, name) = (Arc::clone(master), self.entropy.clone(), name.to_owned());
        may_wait(move || Ok(master.seal(&*entropy, key.expose(), &name)?)).await
    }
}

impl Fresh {
    fn puts_off(&self, step: &Step) -> bool {
        matches!(step, Step::CreateStaged(alg) if self.put_off.contains(alg))
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

/// Does it on a thread that may wait for the token which has the master key. A transaction of SQLite runs on such a one.
pub(super) async fn may_wait<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KeysError> + Send + 'static,
) -> Result<T, KeysError> {
    match Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(work).await.map_err(|_| KeysError::Library)?,
        Err(_) => work(),
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
    parts: &Arc<Parts>,
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
        Step::Return { kid } => {
            openable(tx, parts, kid).await?;
            store::pins::bring_back(tx, kid, now).await?
        }
        Step::Archive { kid, until } => store::archive(tx, kid, now, *until).await?,
        Step::Destroy { kid, compromised } => store::destroy(tx, kid, now, *compromised).await?,
    };
    if moved == 1 { Ok(told(step, stock)) } else { Err(KeysError::Changed) }
}

/// Refuses a key that cannot be opened: it would leave every node without a key, so rather go on with the old one.
async fn openable(tx: &mut Tx, parts: &Arc<Parts>, kid: &str) -> Result<(), KeysError> {
    let stored = store::signing_keys(tx).await?.into_iter().filter(|key| key.record.kid == kid).collect();
    match parts.open_signers(stored).await {
        // The token was asked before: it is passed over in an emergency only.
        Ok(_) | Err(KeysError::Token(_)) => Ok(()),
        Err(error) => Err(error),
    }
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
    let FreshKey { mut key, place } = fresh.keys.get_mut(&alg).and_then(Vec::pop).ok_or(KeysError::Changed)?;
    key.record.state = state;
    store::insert(tx, &key, state.since()).await?;
    if let Some((object, token)) = place
        && store::tokens::publish(tx, object, (&key.record.kid, &token)).await? != 1
    {
        return Err(KeysError::Changed);
    }
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
        Step::Activate { kid } | Step::Return { kid } => moved(kid, "active").into_iter().collect(),
        Step::Archive { kid, .. } => moved(kid, "archived").into_iter().collect(),
        Step::Destroy { kid, compromised } => {
            let said = alg(kid).filter(|_| *compromised).map(|alg| Change::Compromised { kid: kid.clone(), alg });
            said.into_iter().chain(moved(kid, "destroyed")).collect()
        }
    }
}
