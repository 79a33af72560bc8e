//! The outbox in a database: nothing is lost, nothing is tried for ever, nothing stays when it is done.

use std::sync::Mutex;

use futures_util::future::BoxFuture;
use shared::clock::{Clock as _, FakeClock, Timestamp};
use shared::db::sql;
use shared::entropy::SeededEntropy;
use shared::i18n::Lang;
use shared::secret::SecretBytes;
use shared::testkit;

use super::*;
use crate::MIGRATIONS;
use crate::delivery::Notice;
use crate::delivery::model::{LogoutNotice, MessageId, Progress, Reason, Unreachable};

/// Takes messages, or refuses them all.
#[derive(Default)]
struct Recorder {
    refuse: Option<SendError>,
    seen: Mutex<Vec<MessageId>>,
}

impl Transport for Recorder {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>> {
        self.seen.lock().expect("a list").push(message.id);
        let answer = self.refuse.clone().map_or(Ok(Receipt::default()), Err);
        async move { answer }.boxed()
    }
}

struct House {
    worker: Worker,
    clock: Arc<FakeClock>,
}

/// Runs a test on each database.
async fn on_both<F: Future<Output = ()>>(test: impl Fn(House) -> F) {
    testkit::on_both(&MIGRATIONS, |db| test(House::on(db))).await;
}

impl House {
    fn on(db: Db) -> Self {
        let clock = Arc::new(FakeClock::at(Timestamp::from_seconds(1_000)));
        let entropy: SharedEntropy = Arc::new(SeededEntropy::new(1));
        let worker = Worker {
            db,
            clock: clock.clone(),
            entropy: entropy.clone(),
            outbox: Outbox::new(clock.clone(), entropy, "https://passport.example", SecretBytes::new(*b"key")),
            policy: Policy { max_attempts: 3, timeout: Duration::from_secs(20), concurrency: 4 },
            ways: Ways::default(),
        };
        Self { worker, clock }
    }

    async fn write(&self) -> MessageId {
        let outbox = self.worker.outbox.clone();
        let db = &self.worker.db;
        db.write::<_, DbError, _>(move |tx| {
            let outbox = outbox.clone();
            async move { outbox.mail(tx, "a@b.example", Lang::Zh, Notice::ContactTaken).await }.boxed()
        })
        .await
        .expect("written")
    }

    /// Sends mail that is due over that way.
    async fn send(&self, by: &Arc<Recorder>) -> usize {
        self.send_in(&Channel::Mail, Ways { mail: Some(by.clone()), ..Ways::default() }).await
    }

    async fn send_in(&self, channel: &Channel, ways: Ways) -> usize {
        let Worker { db, clock, entropy, outbox, policy, .. } = &self.worker;
        let (db, clock, entropy, outbox) = (db.clone(), clock.clone(), entropy.clone(), outbox.clone());
        let worker = Worker { db, clock, entropy, outbox, policy: *policy, ways };
        worker.send_due(channel).await.expect("a working database")
    }

    async fn write_logout(&self, client: &str) -> MessageId {
        let outbox = self.worker.outbox.clone();
        let notice = LogoutNotice { client: client.to_owned(), account: "a".to_owned(), session: "s".to_owned() };
        let written = self.worker.db.write::<_, DbError, _>(move |tx| {
            let (outbox, notice) = (outbox.clone(), notice.clone());
            async move { outbox.logout(tx, &notice).await }.boxed()
        });
        written.await.expect("written")
    }

    async fn undelivered(&self) -> Vec<store::Undelivered> {
        let found = self.worker.db.read(|tx| store::undelivered(tx, 100).boxed()).await;
        found.expect("messages")
    }

    async fn take_up(&self, id: Option<MessageId>) -> u64 {
        let now = self.clock.now();
        let taken = self.worker.db.write(move |tx| store::take_up(tx, id, now).boxed()).await;
        taken.expect("an answer")
    }

    async fn counts(&self) -> store::Counts {
        let counts = self.worker.db.read(|tx| store::counts(tx).boxed()).await;
        counts.expect("counts")
    }

    async fn payloads(&self) -> i64 {
        self.worker
            .db
            .read::<_, DbError, _>(|tx| {
                async move {
                    let count = "SELECT COUNT(*) AS n FROM outbox WHERE payload IS NOT NULL";
                    sql(count).fetch_one(tx).await?.get("n")
                }
                .boxed()
            })
            .await
            .expect("a count")
    }
}

fn refusing(error: fn(String) -> SendError) -> Arc<Recorder> {
    Arc::new(Recorder { refuse: Some(error("no".to_owned())), ..Recorder::default() })
}

#[tokio::test]
async fn a_message_goes_out_once_and_leaves_no_content_behind() {
    on_both(|house| async move {
        let id = house.write().await;
        let out = Arc::new(Recorder::default());
        assert_eq!(house.send(&out).await, 1);
        assert_eq!(house.send(&out).await, 0);
        assert_eq!(*out.seen.lock().expect("a list"), [id]);
        assert_eq!(house.payloads().await, 0);
        assert_eq!(house.counts().await, store::Counts::default());
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_is_tried_again_under_the_same_id_and_then_given_up() {
    on_both(|house| async move {
        let id = house.write().await;
        let out = refusing(SendError::Temporary);
        for _ in 0..3 {
            assert_eq!(house.send(&out).await, 1);
            assert_eq!(house.send(&out).await, 0, "not before the pause is over");
            house.clock.advance(Duration::from_secs(60));
        }
        assert_eq!(house.send(&out).await, 0);
        assert_eq!(*out.seen.lock().expect("a list"), [id; 3]);
        assert_eq!((house.counts().await.failed, house.payloads().await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_final_refusal_is_not_tried_again() {
    on_both(|house| async move {
        house.write().await;
        house.send(&refusing(SendError::Permanent)).await;
        assert_eq!(house.counts().await.failed, 1);
    })
    .await;
}

#[tokio::test]
async fn what_a_dead_worker_had_claimed_comes_up_again() {
    on_both(|house| async move {
        house.write().await;
        let (now, later) = (house.clock.now(), house.clock.now() + Duration::from_secs(60));
        let claimed = house
            .worker
            .db
            .write(move |tx| async move { store::claim(tx, &Channel::Mail, 4, now, later).await }.boxed())
            .await
            .expect("claimed");
        assert_eq!(claimed.len(), 1);
        assert_eq!(house.send(&Arc::default()).await, 0);
        house.clock.advance(Duration::from_secs(60));
        assert_eq!(house.send(&Arc::default()).await, 1);
    })
    .await;
}

#[tokio::test]
async fn two_workers_never_take_the_same_message() {
    on_both(|house| async move {
        for _ in 0..20 {
            house.write().await;
        }
        let out = Arc::new(Recorder::default());
        // Workers that meet may leave some for the next look; none is taken twice, none is left in the end.
        while join_all((0..8).map(|_| house.send(&out))).await.iter().sum::<usize>() > 0 {}
        let mut seen = out.seen.lock().expect("a list").clone();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 20);
        assert_eq!(out.seen.lock().expect("a list").len(), 20);
    })
    .await;
}

#[tokio::test]
async fn a_written_message_wakes_the_worker() {
    on_both(|house| async move {
        let mut house = house;
        let out = Arc::new(Recorder::default());
        house.worker.ways.mail = Some(out.clone());
        let (stop, stopped) = watch::channel(false);
        let write = async {
            house.write().await;
            while house.counts().await.waiting > 0 {
                tokio::task::yield_now().await;
            }
            stop.send(true).expect("a worker that listens");
        };
        tokio::join!(house.worker.run(stopped), write);
        assert_eq!(out.seen.lock().expect("a list").len(), 1);
    })
    .await;
}

/// Never answers one client, and takes what is for any other.
#[derive(Default)]
struct Hanging(Recorder);

impl Transport for Hanging {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>> {
        async move {
            let notice: LogoutNotice = message.payload.read()?;
            if notice.client == "hangs" {
                std::future::pending::<()>().await;
            }
            self.0.send(message).await
        }
        .boxed()
    }
}

#[tokio::test]
async fn a_site_that_hangs_keeps_no_other_waiting() {
    on_both(|house| async move {
        let mut house = house;
        let out = Arc::new(Hanging::default());
        house.worker.ways.logout = Some(out.clone());
        // More than may be under way at a time, all of them before the others.
        for _ in 0..10 {
            house.write_logout("hangs").await;
        }
        let mut others = [house.write_logout("a").await, house.write_logout("z").await];
        let (_stop, stopped) = watch::channel(false);
        let arrive = async {
            while house.counts().await.waiting > 10 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = house.worker.run(stopped) => panic!("it was not told to stop"),
            () = arrive => {}
        }
        let mut seen = out.0.seen.lock().expect("a list").clone();
        seen.sort_unstable();
        others.sort_unstable();
        assert_eq!(seen, others);
    })
    .await;
}

#[tokio::test]
async fn what_was_given_up_is_shown_and_can_be_taken_up_again() {
    on_both(|house| async move {
        let mail = house.write().await;
        let logout = house.write_logout("cet").await;
        let channel = Channel::Logout("cet".to_owned());
        house.send(&refusing(SendError::Permanent)).await;
        let refusing = refusing(SendError::Permanent);
        house.send_in(&channel, Ways { logout: Some(refusing), ..Ways::default() }).await;
        let shown = house.undelivered().await;
        let mut told: Vec<_> = shown.iter().map(|m| (m.channel.as_str(), m.id, m.given_up, m.attempts)).collect();
        told.sort_unstable();
        assert_eq!(told, [("logout:cet", logout, true, 1), ("mail", mail, true, 1)]);
        assert!(shown.iter().all(|m| m.last_error.as_deref() == Some("no")));

        assert_eq!(house.take_up(Some(mail)).await, 0, "its words are erased");
        assert_eq!(house.take_up(None).await, 1);
        let out = Arc::new(Recorder::default());
        assert_eq!(house.send_in(&channel, Ways { logout: Some(out.clone()), ..Ways::default() }).await, 1);
        assert_eq!(*out.seen.lock().expect("a list"), [logout]);
        assert_eq!(house.take_up(Some(logout)).await, 0, "it is delivered");
    })
    .await;
}

const TO: (Channel, &str) = (Channel::Mail, "A@b.example");

impl House {
    async fn progress(&self, id: MessageId) -> Progress {
        self.worker.db.read(move |tx| store::progress(tx, id).boxed()).await.expect("a message")
    }

    async fn unreachable(&self) -> Option<Unreachable> {
        let outbox = self.worker.outbox.clone();
        let found = self.worker.db.read::<_, DbError, _>(move |tx| {
            let outbox = outbox.clone();
            async move { outbox.unreachable(tx, TO).await }.boxed()
        });
        found.await.expect("an answer")
    }

    async fn report(&self, id: MessageId, reason: Option<Reason>, at: Timestamp) -> bool {
        let now = self.clock.now();
        let taken = self.worker.db.write::<_, DbError, _>(move |tx| {
            async move {
                match reason {
                    Some(reason) => store::reach::refused(tx, id, reason, (at, now)).await,
                    None => store::reach::delivered(tx, id, at, now).await,
                }
            }
            .boxed()
        });
        taken.await.expect("an answer")
    }
}

#[tokio::test]
async fn a_message_without_an_answer_is_neither_accepted_nor_refused_and_goes_again_under_the_same_id() {
    on_both(|house| async move {
        let id = house.write().await;
        let out = refusing(SendError::Doubtful);
        house.send(&out).await;
        assert_eq!(house.progress(id).await, Progress::Unknown { at: Some(house.clock.now()) });
        house.clock.advance(Duration::from_secs(60));
        assert_eq!(house.send(&out).await, 1);
        assert_eq!(*out.seen.lock().expect("a list"), [id; 2]);
        // The report settles it before it is tried a third time.
        assert!(house.report(id, None, house.clock.now()).await);
        assert_eq!(house.progress(id).await, Progress::Delivered { at: house.clock.now() });
        house.clock.advance(Duration::from_secs(600));
        assert_eq!((house.send(&out).await, house.payloads().await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_contact_that_refused_is_unreachable_until_a_message_is_accepted() {
    on_both(|house| async move {
        let id = house.write().await;
        let refused = SendError::Refused(Reason::Unknown, "no".to_owned());
        house.send(&Arc::new(Recorder { refuse: Some(refused), ..Recorder::default() })).await;
        let at = house.clock.now();
        assert_eq!(house.progress(id).await, Progress::Refused { at, reason: Some(Reason::Unknown) });
        assert_eq!(house.unreachable().await, Some(Unreachable { at, reason: Reason::Unknown }));
        house.clock.advance(Duration::from_secs(1));
        house.write().await;
        house.send(&Arc::default()).await;
        assert_eq!(house.unreachable().await, None);
    })
    .await;
}

#[tokio::test]
async fn what_a_message_says_is_not_held_against_its_receiver() {
    on_both(|house| async move {
        house.write().await;
        let refused = SendError::Refused(Reason::Content, "no".to_owned());
        house.send(&Arc::new(Recorder { refuse: Some(refused), ..Recorder::default() })).await;
        house.write().await;
        house.send(&refusing(SendError::Permanent)).await;
        assert_eq!(house.unreachable().await, None);
    })
    .await;
}

#[tokio::test]
async fn a_report_counts_once_and_an_older_one_not_at_all() {
    on_both(|house| async move {
        let id = house.write().await;
        house.send(&Arc::default()).await;
        let (before, at) = (house.clock.now(), house.clock.now() + Duration::from_secs(60));
        house.clock.advance(Duration::from_secs(120));
        assert!(house.report(id, Some(Reason::Full), at).await);
        assert!(!house.report(id, Some(Reason::Full), at).await, "the same once more");
        assert!(!house.report(id, None, before).await, "an older one");
        assert_eq!(house.unreachable().await, Some(Unreachable { at, reason: Reason::Full }));
        // A later message is accepted; a replay of the old report marks nobody.
        house.write().await;
        house.send(&Arc::default()).await;
        house.report(id, Some(Reason::Full), at).await;
        assert_eq!(house.unreachable().await, None);
        assert_eq!(house.progress(id).await, Progress::Refused { at, reason: Some(Reason::Full) });
    })
    .await;
}

#[tokio::test]
async fn a_refusal_that_is_reported_after_a_later_message_was_accepted_marks_nobody() {
    on_both(|house| async move {
        let first = house.write().await;
        house.clock.advance(Duration::from_millis(1));
        house.write().await;
        house.send(&Arc::default()).await;
        assert!(house.report(first, Some(Reason::Unknown), house.clock.now()).await);
        assert_eq!(house.unreachable().await, None);
    })
    .await;
}

#[tokio::test]
async fn nobody_reports_on_logout_tokens() {
    on_both(|house| async move {
        let id = house.write_logout("cet").await;
        assert!(!house.report(id, Some(Reason::Unknown), house.clock.now()).await);
        assert!(!house.report(id, None, house.clock.now()).await);
        assert_eq!(house.counts().await.waiting, 1);
    })
    .await;
}

#[test]
fn pauses_double_up_to_an_hour() {
    let policy = Policy { max_attempts: 10, timeout: Duration::from_secs(1), concurrency: 1 };
    assert_eq!(policy.pause(1, 0), Duration::from_secs(8));
    assert_eq!(policy.pause(1, 255), Duration::from_secs(12));
    assert_eq!(policy.pause(2, 0), Duration::from_secs(16));
    assert_eq!(policy.pause(40, 255), Duration::from_secs(4_320));
}
