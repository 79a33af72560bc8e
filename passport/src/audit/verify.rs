//! Whether the record is still what was sealed: every batch, every event in it, and the ends that were written elsewhere.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde::Serialize;
use shared::clock::Timestamp;
use shared::db::{BATCH, DbError};

use super::KEPT_AT_LEAST;
use super::seal::{Chain, Head, digest};
use super::store::batches::{self, Batch};
use super::store::lines::{self, Line};

/// How many batches are looked at together.
const AT_ONCE: i64 = 20;

/// How many lines that name no batch are told of.
const STRAYS: i64 = 100;

/// How long after its time an event is committed at the latest: far longer than any transaction lasts.
const LATE: Duration = Duration::from_secs(15 * 60);

/// What is wrong with the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flaw {
    /// The batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<i64>,
    /// The event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// What it is.
    pub what: What,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// There is no batch of that number, though there are later ones.
    BatchMissing,
    /// A batch does not follow from the one before.
    Unchained,
    /// A batch is not what its digest says.
    BatchChanged,
    /// A batch was not signed by the passport's key.
    Unsigned,
    /// A batch was let go of before its time.
    ReleasedEarly,
    /// An event is not what was sealed.
    EventChanged,
    /// An event that was sealed is gone.
    EventMissing,
    /// An event says that it is in a batch in which it was not sealed.
    EventAdded,
    /// An event came into the record long after the time that it gives.
    EventLate,
    /// A batch is another than the one whose head was written outside the database, or is not there any more.
    HeadDiffers,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(batch) = self.batch {
            write!(f, "batch {batch}")?;
        }
        if let Some(event) = &self.event {
            write!(f, "{}event {event}", if self.batch.is_some() { ", " } else { "" })?;
        }
        f.write_str(match self.what {
            What::BatchMissing => " is missing",
            What::Unchained => " does not follow from the one before",
            What::BatchChanged => " is not what was sealed",
            What::Unsigned => " was not signed by this passport's key",
            What::ReleasedEarly => " was let go of before its time",
            What::EventChanged => " was changed after it was sealed",
            What::EventMissing => " is gone",
            What::EventAdded => " was not sealed in it: it was added later",
            What::EventLate => " came into the record long after the time that it gives",
            What::HeadDiffers => " is not the one whose head was written outside the database",
        })
    }
}

/// What was looked at, and what is wrong.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many batches were looked at.
    pub batches: u64,
    /// How many events in them.
    pub events: u64,
    /// How many of the batches were released: of these only the chain and the signature are left.
    pub released: u64,
    /// How many heads were compared.
    pub heads: u64,
    /// How many events are not sealed yet.
    pub unsealed: i64,
    /// The oldest of them.
    pub unsealed_since: Option<String>,
    /// What is wrong, batch by batch.
    pub flaws: Vec<Flaw>,
}

impl Chain {
    /// Looks at every batch that was sealed at that time or later, or at all of them, and compares with these heads.
    ///
    /// # Errors
    /// The database refused, or a row cannot be read at all.
    pub async fn verify(&self, since: Option<Timestamp>, heads: &[Head]) -> Result<Report, DbError> {
        let mut report = Report::default();
        let first = match since {
            None => 1,
            Some(since) => match self.db.read(move |tx| batches::first_since(tx, since).boxed()).await? {
                Some(first) => first,
                None => self.last().await?.map_or(1, |last| last.number + 1),
            },
        };
        self.look_at_batches(first, heads, &mut report).await?;
        let (strays, unsealed) = self
            .db
            .read::<_, DbError, _>(|tx| {
                async move { Ok((lines::strays(tx, STRAYS).await?, lines::count_unsealed(tx).await?)) }.boxed()
            })
            .await?;
        let stray = |line: Line| Flaw { batch: line.batch, event: Some(line.id), what: What::EventAdded };
        report.flaws.extend(strays.into_iter().map(stray));
        (report.unsealed, report.unsealed_since) = (unsealed.0, unsealed.1.map(|at| at.to_string()));
        Ok(report)
    }

    async fn look_at_batches(&self, first: i64, heads: &[Head], report: &mut Report) -> Result<(), DbError> {
        let mut walk = Walk { next: first, ..Walk::default() };
        let mut heads: Vec<&Head> = heads.iter().filter(|head| head.batch >= first).collect();
        heads.sort_by_key(|head| std::cmp::Reverse(head.batch));
        loop {
            let from = walk.next;
            let (batches, mut of_batch) = self
                .db
                .read::<_, DbError, _>(move |tx| {
                    async move {
                        let batches = batches::from(tx, from, AT_ONCE).await?;
                        let last = batches.last().map_or(from, |batch| batch.number);
                        Ok((batches, by_batch(lines::of_batches(tx, from, last).await?)))
                    }
                    .boxed()
                })
                .await?;
            if batches.is_empty() {
                break;
            }
            for batch in &batches {
                walk.step(self, batch, of_batch.remove(&batch.number).unwrap_or_default(), report);
                while let Some(head) = heads.pop_if(|head| head.batch <= batch.number) {
                    report.heads += 1;
                    if !head.is_of(batch) {
                        report.flaws.push(Flaw { batch: Some(head.batch), event: None, what: What::HeadDiffers });
                    }
                }
            }
        }
        // Those behind the last batch: the record was cut off.
        report.flaws.extend(heads.iter().rev().map(|head| Flaw {
            batch: Some(head.batch),
            event: None,
            what: What::HeadDiffers,
        }));
        Ok(())
    }
}

fn by_batch(lines: Vec<Line>) -> HashMap<i64, Vec<Line>> {
    let mut of_batch: HashMap<i64, Vec<Line>> = HashMap::new();
    for line in lines {
        of_batch.entry(line.batch.unwrap_or_default()).or_default().push(line);
    }
    of_batch
}

fn of(batch: &Batch, what: What) -> Flaw {
    Flaw { batch: Some(batch.number), event: None, what }
}

/// How far a verification is.
#[derive(Default)]
struct Walk {
    /// The number that comes next.
    next: i64,
    /// The digest of the batch before, if that was looked at.
    digest: Option<[u8; 32]>,
    /// When everything that there was had been sealed.
    complete: Option<Timestamp>,
}

impl Walk {
    fn step(&mut self, chain: &Chain, batch: &Batch, lines: Vec<Line>, report: &mut Report) {
        report.batches += 1;
        let missing = (self.next..batch.number).take(100);
        report.flaws.extend(missing.map(|number| Flaw { batch: Some(number), event: None, what: What::BatchMissing }));
        let before = if batch.number == 1 { Some([0; 32]) } else { self.digest };
        if before.is_some_and(|before| before != batch.previous) {
            report.flaws.push(of(batch, What::Unchained));
        }
        if !chain.key().verifies(&batch.digest, &batch.signature) {
            report.flaws.push(of(batch, What::Unsigned));
        }
        if batch.digest != digest::of_batch(batch) {
            report.flaws.push(of(batch, What::BatchChanged));
        }
        match batch.released {
            None => self.look_into(batch, lines, report),
            Some(at) => {
                report.released += 1;
                if at.min(chain.now()) < batch.last + KEPT_AT_LEAST {
                    report.flaws.push(of(batch, What::ReleasedEarly));
                }
            }
        }
        (self.next, self.digest) = (batch.number + 1, Some(batch.digest));
        if batch.events < BATCH {
            self.complete = Some(batch.sealed);
        }
    }

    /// Looks at the events of a batch.
    fn look_into(&self, batch: &Batch, lines: Vec<Line>, report: &mut Report) {
        let Some(listed) = digest::leaves(batch) else {
            report.flaws.push(of(batch, What::BatchChanged));
            return;
        };
        let mut listed: HashMap<String, [u8; 32]> = listed.into_iter().collect();
        report.events += batch.events.unsigned_abs();
        let mut found = |event: String, what| report.flaws.push(Flaw { event: Some(event), ..of(batch, what) });
        for line in lines {
            match listed.remove(&line.id) {
                None => found(line.id, What::EventAdded),
                Some(digest) if digest != digest::of_line(&line) => found(line.id, What::EventChanged),
                // When the batch before was sealed, nothing else was left: it cannot have been there.
                Some(_) if self.complete.is_some_and(|at| line.at + LATE < at) => found(line.id, What::EventLate),
                Some(_) => {}
            }
        }
        let mut gone: Vec<String> = listed.into_keys().collect();
        gone.sort_unstable();
        gone.into_iter().for_each(|event| found(event, What::EventMissing));
    }
}
