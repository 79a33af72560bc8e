//! What this node saw and has not written down yet.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::clock::Timestamp;

use super::{Evidence, Sign};

/// One line for each client, key and sign: bounded by what is registered, however often anybody asks.
#[derive(Default)]
pub(in crate::keys) struct Tally {
    seen: Mutex<HashMap<Subject, Times>>,
    /// When somebody signed in last, by client and session: of the last minute of trials only.
    signed_in: Mutex<HashMap<(String, String), Timestamp>>,
    taken_at: AtomicI64,
}

/// Who signs in again so soon may not have got in the first time.
const SOON: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Subject {
    kid: Arc<str>,
    client: String,
    sign: Sign,
}

#[derive(Debug, Clone, Copy)]
struct Times {
    first: Timestamp,
    last: Timestamp,
    times: i64,
}

impl Times {
    fn join(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.times += other.times;
    }
}

impl Tally {
    /// A client did that.
    pub(in crate::keys) fn see(&self, kid: &Arc<str>, client: &str, sign: Sign, now: Timestamp) {
        let subject = Subject { kid: Arc::clone(kid), client: client.to_owned(), sign };
        self.join(subject, Times { first: now, last: now, times: 1 });
    }

    /// Somebody signed in at a client with what that key signed.
    pub(in crate::keys) fn signed_in(&self, kid: &Arc<str>, client: &str, session: &str, now: Timestamp) {
        let mut last = self.signed_in.lock().unwrap_or_else(PoisonError::into_inner);
        let before = last.insert((client.to_owned(), session.to_owned()), now);
        drop(last);
        if before.is_some_and(|before| now < before + SOON) {
            self.see(kid, client, Sign::Again, now);
        }
    }

    /// Whether there is something that has waited for so long.
    pub(in crate::keys) fn is_due(&self, now: Timestamp, every: Duration) -> bool {
        let taken_at = Timestamp::from_millis(self.taken_at.load(Ordering::Acquire));
        now >= taken_at + every && !self.seen.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Everything, to be written down.
    pub(in crate::keys) fn take(&self, now: Timestamp) -> Vec<Evidence> {
        self.taken_at.store(now.millis(), Ordering::Release);
        self.signed_in.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, last| now < *last + SOON);
        let seen = std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        let mut taken: Vec<_> = seen
            .into_iter()
            .map(|(Subject { kid, client, sign }, Times { first, last, times })| Evidence {
                kid,
                client,
                sign,
                first,
                last,
                times,
            })
            .collect();
        // In one order on every node: rows that two of them lock in different orders would make both wait for good.
        taken.sort_by(|a, b| (&a.kid, &a.client, a.sign).cmp(&(&b.kid, &b.client, b.sign)));
        taken
    }

    /// What could not be written down.
    pub(in crate::keys) fn put_back(&self, seen: &[Evidence]) {
        for Evidence { kid, client, sign, first, last, times } in seen {
            let subject = Subject { kid: Arc::clone(kid), client: client.clone(), sign: *sign };
            self.join(subject, Times { first: *first, last: *last, times: *times });
        }
    }

    fn join(&self, subject: Subject, times: Times) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.entry(subject).and_modify(|known| known.join(times)).or_insert(times);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_is_seen_again_and_again_is_one_line() {
        let (tally, kid) = (Tally::default(), Arc::<str>::from("k"));
        for passed in [1, 0, 2] {
            tally.see(&kid, "a", Sign::UserInfo, NOW + SECOND * passed);
        }
        tally.see(&kid, "a", Sign::Hint, NOW);
        let line = |sign, last, times| Evidence {
            kid: Arc::clone(&kid),
            client: "a".to_owned(),
            sign,
            first: NOW,
            last,
            times,
        };
        let seen = [line(Sign::Hint, NOW, 1), line(Sign::UserInfo, NOW + SECOND * 2, 3)];
        assert_eq!(tally.take(NOW), seen);
        assert_eq!(tally.take(NOW), []);

        tally.see(&kid, "a", Sign::Hint, NOW + SECOND);
        tally.put_back(&seen[..1]);
        assert_eq!(tally.take(NOW), [line(Sign::Hint, NOW + SECOND, 2)], "what could not be written is not lost");
    }

    #[test]
    fn who_signs_in_again_within_a_minute_is_remembered_for_no_longer_than_that() {
        let (tally, kid) = (Tally::default(), Arc::<str>::from("k"));
        tally.signed_in(&kid, "a", "session", NOW);
        tally.signed_in(&kid, "a", "session", NOW + SOON);
        assert_eq!(tally.take(NOW + SOON), [], "a minute later that is nothing");
        tally.signed_in(&kid, "a", "session", NOW + SOON * 2 - SECOND);
        assert_eq!(tally.take(NOW + SOON * 2).len(), 1);
        let remembered = || tally.signed_in.lock().expect("no panic").len();
        assert_eq!(remembered(), 1);
        tally.take(NOW + SOON * 3 - SECOND);
        assert_eq!(remembered(), 0);
    }

    #[test]
    fn what_is_written_is_in_one_order_whatever_came_first() {
        let tally = Tally::default();
        for n in [3, 1, 4, 0, 5, 9, 2, 6, 8, 7] {
            tally.see(&Arc::from(format!("k{}", n % 3)), &format!("c{}", n % 2), Sign::Hint, NOW);
        }
        let taken: Vec<_> = tally.take(NOW).into_iter().map(|seen| (seen.kid, seen.client)).collect();
        assert_eq!(taken.len(), 6);
        assert!(taken.is_sorted(), "{taken:?}");
    }

    #[test]
    fn nothing_is_written_more_often_than_agreed_nor_for_nothing() {
        let (tally, kid) = (Tally::default(), Arc::<str>::from("k"));
        assert!(!tally.is_due(NOW, SECOND * 30), "nothing was seen");
        tally.see(&kid, "a", Sign::Hint, NOW);
        assert!(tally.is_due(NOW, SECOND * 30));
        tally.take(NOW);
        tally.see(&kid, "a", Sign::Hint, NOW);
        assert!(!tally.is_due(NOW + SECOND * 29, SECOND * 30));
        assert!(tally.is_due(NOW + SECOND * 30, SECOND * 30));
    }
}
