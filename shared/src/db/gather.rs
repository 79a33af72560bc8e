//! Statements that wait for each other and go together.
//!
//! On a busy node many requests ask the same thing of different rows, and what a trip to the database costs is mostly the
//! trip: on PostgreSQL eight statements sent as one cost little more than one does. So of each statement one is under
//! way at a time, as long as that keeps up; those that come meanwhile gather, and go as one. On an idle node nothing
//! waits, and every statement goes by itself.
//!
//! What a caller is promised does not change. Its statement begins after it asked. A failure of several is not held
//! against each: they are run again one by one. And one that hangs holds the others back for [`PATIENCE`] at most.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::DbError;
use super::query::{Query, Value};

/// The most statements that go at once.
pub(super) const TOGETHER: usize = 8;
/// How long a statement waits for those before it. It is far more than one takes.
const PATIENCE: Duration = Duration::from_millis(20);

/// How statements of one kind are run.
pub(super) trait Run: Clone + Send + Sync + 'static {
    /// What comes of one.
    type Outcome: Send + 'static;

    /// The text that does for `count` statements what `text` does for one, its placeholders counted on. Its rows say in
    /// a column `slot` whose they are.
    fn several(text: &str, count: usize) -> String;

    /// Whether two statements with the same first argument, which names their row, may go together.
    const SAME_ROW: bool;

    /// Runs one statement.
    fn one(&self, statement: Query) -> BoxFuture<'_, Result<Self::Outcome, DbError>>;

    /// Runs the text of several, and sorts what comes of it by slot.
    fn all(&self, statement: Query, count: usize) -> BoxFuture<'_, Result<Vec<Self::Outcome>, DbError>>;
}

/// The statements of one kind that are under way or wait.
pub(super) struct Gathering<R: Run> {
    run: R,
    patience: Duration,
    lanes: RwLock<HashMap<Place, Arc<Lane<R::Outcome>>>>,
}

/// Where the text of a statement lies. They are literals: two with the same text may lie in two places, and then do not
/// wait for each other.
#[derive(PartialEq, Eq, Hash)]
struct Place {
    address: usize,
    length: usize,
}

impl<R: Run> Gathering<R> {
    pub(super) fn new(run: R) -> Self {
        Self { run, patience: PATIENCE, lanes: RwLock::default() }
    }

    /// Runs the statement: alone if none of the same text is under way, otherwise with those that wait as well.
    pub(super) async fn ask(&self, statement: Query) -> Result<R::Outcome, DbError> {
        let lane = self.lane(statement.text);
        let mut answer = match lane.enter(statement) {
            Entry::First(statement) => {
                let _turn = self.turn(lane);
                return self.run.one(statement).await;
            }
            Entry::Waiting(answer) => answer,
            Entry::Last(answer) => {
                self.turn(Arc::clone(&lane)).pass_on();
                answer
            }
        };
        let outcome = match timeout(self.patience, &mut answer).await {
            Ok(outcome) => outcome,
            Err(_) => {
                lane.lock().under_way += 1;
                self.turn(lane).pass_on();
                answer.await
            }
        };
        outcome.unwrap_or_else(|_| Err(DbError::Unavailable("the statement was given up".to_owned())))
    }

    fn turn(&self, lane: Arc<Lane<R::Outcome>>) -> Turn<R> {
        Turn { lane, run: self.run.clone() }
    }

    fn lane(&self, text: &'static str) -> Arc<Lane<R::Outcome>> {
        let place = Place { address: text.as_ptr().addr(), length: text.len() };
        if let Some(lane) = self.lanes.read().unwrap_or_else(PoisonError::into_inner).get(&place) {
            return Arc::clone(lane);
        }
        let mut lanes = self.lanes.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lanes.entry(place).or_insert_with(|| Arc::new(Lane::new(text))))
    }
}

/// The statements with one text.
struct Lane<T> {
    text: &'static str,
    /// The texts of several, made when they are first needed.
    several: [OnceLock<&'static str>; TOGETHER],
    state: Mutex<State<T>>,
}

struct State<T> {
    under_way: usize,
    waiting: Vec<Asked<T>>,
}

/// A statement that waits.
struct Asked<T> {
    values: Vec<Value>,
    answer: oneshot::Sender<Result<T, DbError>>,
}

/// How a statement came in.
enum Entry<T> {
    /// None is under way: it goes.
    First(Query),
    /// It waits.
    Waiting(oneshot::Receiver<Result<T, DbError>>),
    /// So many wait with it that they go beside those under way.
    Last(oneshot::Receiver<Result<T, DbError>>),
}

impl<T> Lane<T> {
    fn new(text: &'static str) -> Self {
        let state = Mutex::new(State { under_way: 0, waiting: Vec::new() });
        Self { text, several: [const { OnceLock::new() }; TOGETHER], state }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, statement: Query) -> Entry<T> {
        let mut state = self.lock();
        if state.under_way == 0 {
            state.under_way = 1;
            return Entry::First(statement);
        }
        let (sender, answer) = oneshot::channel();
        state.waiting.push(Asked { values: statement.values, answer: sender });
        if state.waiting.len() < TOGETHER {
            return Entry::Waiting(answer);
        }
        state.under_way += 1;
        Entry::Last(answer)
    }

    /// The next to go, of whom nobody has given up waiting.
    fn next(&self, same_row: bool) -> Vec<Asked<T>> {
        let mut state = self.lock();
        let mut group: Vec<Asked<T>> = Vec::new();
        for asked in mem::take(&mut state.waiting) {
            let clashes = || !same_row && group.iter().any(|other| other.values.first() == asked.values.first());
            if group.len() == TOGETHER || clashes() {
                state.waiting.push(asked);
            } else if !asked.answer.is_closed() {
                group.push(asked);
            }
        }
        if group.is_empty() {
            state.under_way -= 1;
        }
        group
    }

    /// The text for that many. There are at most [`TOGETHER`] of each text, so they may stay for good.
    fn text<R: Run>(&self, count: usize) -> &'static str {
        match self.several.get(count - 1) {
            Some(text) => text.get_or_init(|| R::several(self.text, count).leak()),
            None => self.text,
        }
    }
}

/// One of those under way. When it ends, however it ends, the next go.
struct Turn<R: Run> {
    lane: Arc<Lane<R::Outcome>>,
    run: R,
}

impl<R: Run> Drop for Turn<R> {
    fn drop(&mut self) {
        // Without a runtime nobody waits any more.
        let Ok(runtime) = Handle::try_current() else {
            self.lane.lock().under_way -= 1;
            return;
        };
        let group = self.lane.next(R::SAME_ROW);
        if !group.is_empty() {
            let turn = Self { lane: Arc::clone(&self.lane), run: self.run.clone() };
            // A task of its own: whoever asked first may go away, and the others wait all the same.
            runtime.spawn(async move { turn.go(group).await });
        }
    }
}

impl<R: Run> Turn<R> {
    /// Lets those go that wait.
    fn pass_on(self) {
        drop(self);
    }

    async fn go(self, group: Vec<Asked<R::Outcome>>) {
        let count = group.len();
        if count == 1 {
            return self.apart(group).await;
        }
        let values = group.iter().flat_map(|asked| asked.values.iter().cloned()).collect();
        let together = Query { text: self.lane.text::<R>(count), values };
        match self.run.all(together, count).await {
            Ok(outcomes) => {
                for (asked, outcome) in group.into_iter().zip(outcomes) {
                    asked.answer.send(Ok(outcome)).ok();
                }
            }
            Err(DbError::Unavailable(why)) => {
                for asked in group {
                    asked.answer.send(Err(DbError::Unavailable(why.clone()))).ok();
                }
            }
            // One of them cannot be run, and only that one is told so.
            Err(_) => self.apart(group).await,
        }
    }

    async fn apart(&self, group: Vec<Asked<R::Outcome>>) {
        for asked in group {
            let statement = Query { text: self.lane.text, values: asked.values };
            asked.answer.send(self.run.one(statement).await).ok();
        }
    }
}

/// `text` for the statement in that slot of several: `$1` of the second of two with three arguments is `$4`.
pub(super) fn renumbered(text: &str, slot: usize) -> String {
    let arguments = placeholders(text).map(|(_, number)| number).max().unwrap_or(0);
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = 0;
    for (range, number) in placeholders(text) {
        out.push_str(&text[rest..range.start]);
        out.push('$');
        out.push_str(&(number + slot * arguments).to_string());
        rest = range.end;
    }
    out.push_str(&text[rest..]);
    out
}

/// Where the placeholders of a text stand, and their numbers.
fn placeholders(text: &str) -> impl Iterator<Item = (std::ops::Range<usize>, usize)> {
    text.match_indices('$').filter_map(|(start, _)| {
        let digits = text[start + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let end = start + 1 + digits;
        text[start + 1..end].parse().ok().map(|number| (start..end, number))
    })
}

#[cfg(test)]
mod tests;
