//! Threads that may wait, so that nobody else has to: a few, which take questions from a queue that is bounded. One that a
//! module keeps for good costs one of them, and those who asked no more than the time that they gave it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use super::super::TokenError;

/// How many questions may wait for each thread.
pub(super) const WAITING: usize = 64;

/// What a thread does for somebody who waits, with what it has.
type Job<C> = Box<dyn FnOnce(&mut C) + Send>;

/// Threads, each of which has something of its own. They are there until the process ends.
pub(super) struct Threads<C>(SyncSender<Job<C>>);

impl<C: 'static> Threads<C> {
    /// Begins so many threads. Each makes what it has by itself, and anew if its work fell over that.
    pub(super) fn new(count: usize, own: impl Fn() -> C + Clone + Send + 'static) -> Self {
        let (put, taken) = sync_channel(count * WAITING);
        let taken = Arc::new(Mutex::new(taken));
        for number in 0..count {
            let (taken, own) = (Arc::clone(&taken), own.clone());
            let begun = thread::Builder::new().name(format!("token-{number}"));
            if let Err(error) = begun.spawn(move || answer(&taken, own)) {
                tracing::error!(%error, "a thread for the token cannot be started");
            }
        }
        Self(put)
    }

    /// Has one of them do it. Who has waited for too long is told so, and what nobody waits for any more is left out.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        timeout: Duration,
        work: impl FnOnce(&mut C) -> Result<T, TokenError> + Send + 'static,
    ) -> Result<T, TokenError> {
        let (answer, answered) = oneshot::channel();
        self.put(Box::new(move |own| {
            if !answer.is_closed() {
                drop(answer.send(work(own)));
            }
        }))?;
        match tokio::time::timeout(timeout, answered).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(fell_over()),
            Err(_) => Err(TokenError::Slow(timeout)),
        }
    }

    /// The same, for a thread that may wait.
    pub(super) fn ask_and_wait<T: Send + 'static>(
        &self,
        timeout: Duration,
        work: impl FnOnce(&mut C) -> Result<T, TokenError> + Send + 'static,
    ) -> Result<T, TokenError> {
        let (answer, answered) = sync_channel(1);
        let waits = Arc::new(());
        let awaited = Arc::downgrade(&waits);
        self.put(Box::new(move |own| {
            if awaited.strong_count() > 0 {
                drop(answer.try_send(work(own)));
            }
        }))?;
        match answered.recv_timeout(timeout) {
            Ok(done) => done,
            Err(RecvTimeoutError::Timeout) => Err(TokenError::Slow(timeout)),
            Err(RecvTimeoutError::Disconnected) => Err(fell_over()),
        }
    }

    fn put(&self, job: Job<C>) -> Result<(), TokenError> {
        self.0.try_send(job).map_err(|_| TokenError::Busy)
    }
}

fn fell_over() -> TokenError {
    TokenError::Gone("what its module answered could not be taken in".to_owned())
}

/// Answers questions. When nobody can ask any more the thread rests: one that ends has the libraries of its module tidy up
/// after it, and OpenSSL, on which SoftHSM stands, falls over that while the process ends and it tidies up for all.
fn answer<C>(taken: &Mutex<Receiver<Job<C>>>, make: impl Fn() -> C) {
    let mut own = make();
    loop {
        let next = taken.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else {
            loop {
                thread::park();
            }
        };
        // An answer that nobody foresaw must not take one thread after the other away.
        if catch_unwind(AssertUnwindSafe(|| job(&mut own))).is_err() {
            own = make();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(20);

    /// Two threads, and how to keep both until the other end of that is dropped.
    async fn kept() -> (Threads<()>, SyncSender<()>) {
        let threads = Threads::new(2, || ());
        let (shut, held) = sync_channel::<()>(0);
        let held = Arc::new(Mutex::new(held));
        for _ in 0..2 {
            let (begun, begins) = oneshot::channel();
            let held = Arc::clone(&held);
            let work = move |(): &mut ()| {
                let _ = begun.send(());
                let _ = held.lock().expect("no panic").recv();
                Ok(())
            };
            tokio::select! {
                done = threads.ask(LONG, work) => panic!("nobody answers: {done:?}"),
                begun = begins => begun.expect("it began"),
            }
        }
        (threads, shut)
    }

    #[tokio::test]
    async fn while_the_token_hangs_each_is_told_so_after_its_time_and_none_waits_beyond_the_queue() {
        let (threads, shut) = kept().await;
        let done = Arc::new(AtomicUsize::new(0));
        let count = || {
            let done = Arc::clone(&done);
            move |(): &mut ()| {
                done.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }
        };
        for _ in 0..2 * WAITING - 1 {
            assert_eq!(threads.ask(Duration::ZERO, count()).await, Err(TokenError::Slow(Duration::ZERO)));
        }
        assert_eq!(threads.ask_and_wait(SHORT, count()), Err(TokenError::Slow(SHORT)));
        assert_eq!(threads.ask(LONG, count()).await, Err(TokenError::Busy), "at once");
        assert_eq!(threads.ask_and_wait(LONG, count()), Err(TokenError::Busy));

        drop(shut);
        // The queue is as long as it was until the threads have passed over it.
        while threads.ask(LONG, |(): &mut ()| Ok(())).await.is_err() {
            tokio::task::yield_now().await;
        }
        assert_eq!(threads.ask(LONG, count()).await, Ok(()), "it answers again");
        assert_eq!(done.load(Ordering::SeqCst), 1, "what nobody waits for any more is left out");
    }

    #[tokio::test]
    async fn a_thread_that_fell_over_an_answer_goes_on_with_something_new() {
        let made = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&made);
        let threads = Threads::new(1, move || count.fetch_add(1, Ordering::SeqCst));
        for number in 0..3 {
            assert_eq!(threads.ask(LONG, move |own| Ok(*own == number)).await, Ok(true));
            let fell = threads.ask(LONG, |_| -> Result<(), TokenError> { panic!("an answer that nobody foresaw") });
            assert!(matches!(fell.await, Err(TokenError::Gone(_))));
        }
    }
}
