//! What lets this node sign: a lease in the database, remembered here so that signing asks only a number in memory.
//!
//! A key signs only after every node whose lease has not run out serves it. So a node must cease to sign when it cannot
//! renew its lease, and does: a dead one holds nobody up for longer, and one that is cut off never signs with a key, or
//! publishes one, that the others have given up meanwhile.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use shared::clock::Timestamp;

/// This node among those that serve keys.
#[derive(Debug)]
pub(super) struct Lease {
    /// Its id: another one with every start.
    pub(super) node: String,
    /// How people tell it from others.
    pub(super) name: String,
    /// For how long it is given.
    pub(super) lasts: Duration,
    until: AtomicI64,
    read_at: AtomicI64,
    acknowledged: AtomicI64,
}

impl Lease {
    /// A lease that was not given yet.
    pub(super) fn new(node: String, name: String, lasts: Duration) -> Self {
        let none = || AtomicI64::new(i64::MIN);
        Self { node, name, lasts, until: none(), read_at: none(), acknowledged: none() }
    }

    /// Whether this node may sign.
    pub(super) fn holds(&self, now: Timestamp) -> bool {
        now.millis() < self.until.load(Ordering::Acquire)
    }

    /// For how long this node may still sign, unless it is renewed.
    pub(super) fn left(&self, now: Timestamp) -> Duration {
        Timestamp::from_millis(self.until.load(Ordering::Acquire)).since(now)
    }

    /// Whether the keys in memory were compared with the database's within that time.
    pub(super) fn is_fresh(&self, now: Timestamp, within: Duration) -> bool {
        now < Timestamp::from_millis(self.read_at.load(Ordering::Acquire)) + within
    }

    /// Whether the database should be told: a change was taken over, or a third of the time is over.
    pub(super) fn wants_renewal(&self, now: Timestamp, revision: i64) -> bool {
        revision != self.acknowledged.load(Ordering::Acquire) || !self.holds(now + self.lasts * 2 / 3)
    }

    /// The keys in memory are what the database held when a question was sent at `began`.
    pub(super) fn read(&self, began: Timestamp) {
        self.read_at.store(began.millis(), Ordering::Release);
    }

    /// The database wrote the lease down, when asked at `began`: which is before the moment that it counts from.
    pub(super) fn renewed(&self, began: Timestamp, revision: i64) {
        self.acknowledged.store(revision, Ordering::Release);
        self.until.store((began + self.lasts).millis(), Ordering::Release);
    }

    /// Nothing is signed any more until it is renewed.
    pub(super) fn lapse(&self) {
        self.until.store(i64::MIN, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);
    const SECOND: Duration = Duration::from_secs(1);

    fn lease() -> Lease {
        Lease::new("n".to_owned(), "127.0.0.1:1".to_owned(), SECOND * 30)
    }

    #[test]
    fn a_lease_holds_from_when_it_was_asked_for_until_its_time_is_over() {
        let lease = lease();
        assert!(!lease.holds(NOW), "none was given");
        lease.renewed(NOW, 1);
        assert!(lease.holds(NOW + SECOND * 30 - Duration::from_millis(1)));
        assert!(!lease.holds(NOW + SECOND * 30));
        assert_eq!((lease.left(NOW + SECOND * 10), lease.left(NOW + SECOND * 31)), (SECOND * 20, Duration::ZERO));
        lease.lapse();
        assert!(!lease.holds(NOW));
    }

    #[test]
    fn it_is_renewed_after_a_third_of_its_time_and_at_once_for_a_change() {
        let lease = lease();
        assert!(lease.wants_renewal(NOW, 1));
        lease.renewed(NOW, 1);
        assert!(!lease.wants_renewal(NOW + SECOND * 9, 1));
        assert!(lease.wants_renewal(NOW + SECOND * 10, 1));
        assert!(lease.wants_renewal(NOW, 2));
    }

    #[test]
    fn keys_are_fresh_for_a_while_after_the_database_was_asked() {
        let lease = lease();
        assert!(!lease.is_fresh(NOW, SECOND * 60), "it was never asked");
        lease.read(NOW);
        assert!(lease.is_fresh(NOW + SECOND * 59, SECOND * 60));
        assert!(!lease.is_fresh(NOW + SECOND * 60, SECOND * 60));
    }
}
