use futures_util::FutureExt as _;
use futures_util::future::join_all;
use tokio::sync::{Semaphore, mpsc};

use super::*;
use crate::db::sql;

const TEXT: &str = "SELECT name FROM things WHERE name = $1";

/// Tells how many went at once, and lets them end one trip at a time. What comes of a statement is its argument; "bad"
/// fails.
#[derive(Clone)]
struct Stage<const SAME_ROW: bool> {
    trips: mpsc::UnboundedSender<usize>,
    ends: Arc<Semaphore>,
}

impl<const SAME_ROW: bool> Stage<SAME_ROW> {
    async fn trip(&self, values: Vec<Value>, count: usize) -> Result<Vec<Value>, DbError> {
        self.trips.send(count).ok();
        self.ends.acquire().await.expect("the stage is open").forget();
        if values.contains(&Value::Text(Some("bad".to_owned()))) { Err(DbError::Address) } else { Ok(values) }
    }
}

impl<const SAME_ROW: bool> Run for Stage<SAME_ROW> {
    type Outcome = Value;

    const SAME_ROW: bool = SAME_ROW;

    fn several(text: &str, count: usize) -> String {
        format!("{count} times {text}")
    }

    fn one(&self, statement: Query) -> BoxFuture<'_, Result<Value, DbError>> {
        async move { Ok(self.trip(statement.values, 1).await?.remove(0)) }.boxed()
    }

    fn all(&self, statement: Query, count: usize) -> BoxFuture<'_, Result<Vec<Value>, DbError>> {
        self.trip(statement.values, count).boxed()
    }
}

struct Play<const SAME_ROW: bool> {
    gathering: Arc<Gathering<Stage<SAME_ROW>>>,
    trips: mpsc::UnboundedReceiver<usize>,
    ends: Arc<Semaphore>,
}

type Asker = tokio::task::JoinHandle<Result<Value, DbError>>;

impl<const SAME_ROW: bool> Play<SAME_ROW> {
    fn begin() -> Self {
        Self::with_patience(Duration::from_secs(600))
    }

    fn with_patience(patience: Duration) -> Self {
        let ((sender, trips), ends) = (mpsc::unbounded_channel(), Arc::new(Semaphore::new(0)));
        let gathering = Gathering { patience, ..Gathering::new(Stage { trips: sender, ends: Arc::clone(&ends) }) };
        Self { gathering: Arc::new(gathering), trips, ends }
    }

    /// Someone who asks, and got as far as waiting.
    async fn ask(&self, name: &str) -> Asker {
        let (gathering, statement) = (Arc::clone(&self.gathering), sql(TEXT).bind(name));
        let asker = tokio::spawn(async move { gathering.ask(statement).await });
        tokio::task::yield_now().await;
        asker
    }

    async fn trip(&mut self) -> usize {
        self.trips.recv().await.expect("a trip")
    }
}

async fn name(asker: Asker) -> Option<String> {
    match asker.await.expect("an asker").ok()? {
        Value::Text(name) => name,
        Value::Int(_) | Value::Blob(_) => None,
    }
}

#[tokio::test]
async fn those_that_wait_go_together_and_get_what_is_theirs() {
    let mut play = Play::<true>::begin();
    let first = play.ask("first").await;
    assert_eq!(play.trip().await, 1);
    let waiting = [play.ask("a").await, play.ask("b").await, play.ask("a").await];
    play.ends.add_permits(2);
    assert_eq!(play.trip().await, 3);
    assert_eq!(name(first).await.as_deref(), Some("first"));
    let names: Vec<_> = join_all(waiting.map(name)).await.into_iter().flatten().collect();
    assert_eq!(names, ["a", "b", "a"]);
    let idle = play.ask("idle").await;
    assert_eq!(play.trip().await, 1, "nothing is under way any more");
    idle.abort();
}

#[tokio::test]
async fn a_failure_of_several_is_not_held_against_each() {
    let mut play = Play::<true>::begin();
    let first = play.ask("first").await;
    let waiting = [play.ask("good").await, play.ask("bad").await];
    play.ends.add_permits(4);
    let names = join_all(waiting.map(name)).await;
    assert_eq!(names, [Some("good".to_owned()), None]);
    assert_eq!([play.trip().await, play.trip().await, play.trip().await, play.trip().await], [1, 2, 1, 1]);
    drop(first);
}

#[tokio::test]
async fn changes_of_one_row_go_one_after_the_other() {
    let mut play = Play::<false>::begin();
    let all = [play.ask("first").await, play.ask("row").await, play.ask("row").await, play.ask("other").await];
    play.ends.add_permits(3);
    assert_eq!(join_all(all.map(name)).await.into_iter().flatten().count(), 4);
    assert_eq!([play.trip().await, play.trip().await, play.trip().await], [1, 2, 1]);
}

#[tokio::test]
async fn whoever_gives_up_takes_nobody_along() {
    let mut play = Play::<true>::begin();
    let first = play.ask("first").await;
    assert_eq!(play.trip().await, 1);
    let (gone, stays) = (play.ask("gone").await, play.ask("stays").await);
    gone.abort();
    first.abort();
    play.ends.add_permits(1);
    assert_eq!(name(stays).await.as_deref(), Some("stays"));
    assert_eq!(play.trip().await, 1, "nothing is asked for who is gone");
}

#[tokio::test]
async fn one_that_hangs_holds_the_others_back_for_a_moment_only() {
    let mut play = Play::<true>::with_patience(Duration::from_millis(1));
    let hanging = play.ask("hangs").await;
    let waits = play.ask("waits").await;
    assert_eq!(play.trip().await, 1);
    assert_eq!(play.trip().await, 1);
    play.ends.add_permits(2);
    assert_eq!(name(waits).await.as_deref(), Some("waits"));
    assert_eq!(name(hanging).await.as_deref(), Some("hangs"));
}

#[tokio::test]
async fn many_do_not_wait_for_one() {
    let mut play = Play::<true>::begin();
    let mut askers = vec![play.ask("first").await];
    for number in 0..2 * TOGETHER {
        askers.push(play.ask(&number.to_string()).await);
    }
    assert_eq!([play.trip().await, play.trip().await, play.trip().await], [1, TOGETHER, TOGETHER]);
    play.ends.add_permits(3);
    assert_eq!(join_all(askers.into_iter().map(name)).await.into_iter().flatten().count(), 2 * TOGETHER + 1);
}

#[test]
fn placeholders_are_counted_on() {
    assert_eq!(renumbered("a = $1 AND b = $2 OR $10 > $2", 0), "a = $1 AND b = $2 OR $10 > $2");
    assert_eq!(renumbered("a = $1 AND b = $2 AND $2 > 0", 3), "a = $7 AND b = $8 AND $8 > 0");
    assert_eq!(renumbered("SELECT 1", 2), "SELECT 1");
}
