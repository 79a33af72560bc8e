//! `load sign-in`: what signing in by password costs, with a code of an app and without.

use std::time::{Duration, Instant};

use lexopt::{Arg, Parser, ValueExt as _};

use crate::meter::Meter;
use crate::person::{Person, STEP, now};
use crate::table::{Round, Table};

/// How many sign in side by side.
const WORKERS: usize = 16;

/// What to do, as the command line says.
pub struct Order {
    issuer: String,
    /// What the passport is like, for the names of the rows.
    label: String,
    pids: Vec<u32>,
    /// People of each kind: of these, those with an app can each sign in once a round.
    people: u32,
    rounds: u32,
    seconds: u64,
}

impl Order {
    pub fn read(mut words: Parser) -> anyhow::Result<Self> {
        let mut order =
            Self { issuer: String::new(), label: String::new(), pids: Vec::new(), people: 240, rounds: 3, seconds: 4 };
        while let Some(word) = words.next()? {
            match word {
                Arg::Long("issuer") => order.issuer = words.value()?.string()?,
                Arg::Long("label") => order.label = words.value()?.string()?,
                Arg::Long("pid") => order.pids.push(words.value()?.parse()?),
                Arg::Long("people") => order.people = words.value()?.parse()?,
                Arg::Long("rounds") => order.rounds = words.value()?.parse()?,
                Arg::Long("seconds") => order.seconds = words.value()?.parse()?,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(order)
    }
}

/// Measures both kinds in turns. People of even numbers have a password, those of odd ones an app as well.
pub async fn drive(order: Order) -> anyhow::Result<()> {
    let (mut plain, mut with_app) = (Vec::new(), Vec::new());
    for number in 0..order.people {
        let mut person = Person::new(&order.issuer, 2 * number)?;
        person.sign_in().await?;
        plain.push(person);
        let mut person = Person::new(&order.issuer, 2 * number + 1)?;
        person.enrol().await?;
        with_app.push(person);
    }
    let meter = Meter::of(order.pids);
    let stretch = Duration::from_secs(order.seconds);
    let mut table = Table::new("sign-in");
    // One round before those that count: caches and plans are warm then.
    for round in 0..=order.rounds {
        for (kind, people) in [("password", &mut plain), ("password and code", &mut with_app)] {
            if kind != "password" {
                next_step().await?;
            }
            let measured = measure(people, stretch, kind == "password", &meter).await?;
            if round > 0 {
                table.add(&format!("{}: {kind}", order.label), measured);
            }
        }
    }
    print!("{table}");
    Ok(())
}

/// Waits for codes that nobody has used yet.
async fn next_step() -> anyhow::Result<()> {
    let left = STEP - now()? % STEP;
    tokio::time::sleep(Duration::from_secs(left)).await;
    Ok(())
}

/// Lets people sign in for that long, each once or, where they may, again and again.
async fn measure(people: &mut Vec<Person>, stretch: Duration, again: bool, meter: &Meter) -> anyhow::Result<Round> {
    let shares = people.len().div_ceil(WORKERS).max(1);
    let (began, spent) = (Instant::now(), meter.read()?);
    let mut workers = tokio::task::JoinSet::new();
    while !people.is_empty() {
        let mut share = people.split_off(people.len().saturating_sub(shares));
        workers.spawn(async move {
            let mut took = Vec::new();
            while began.elapsed() < stretch {
                for person in &mut share {
                    let start = Instant::now();
                    person.sign_in().await?;
                    took.push(start.elapsed());
                    if began.elapsed() >= stretch {
                        break;
                    }
                }
                if !again {
                    break;
                }
            }
            Ok::<_, anyhow::Error>((share, took))
        });
    }
    let mut took = Vec::new();
    while let Some(done) = workers.join_next().await {
        let (share, times) = done??;
        people.extend(share);
        took.extend(times);
    }
    Ok(Round { took, lasted: began.elapsed(), spent: meter.read()? - spent })
}
