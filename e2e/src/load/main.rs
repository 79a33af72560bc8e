//! The driver of `cargo xtask load`: what a strict sign-in costs the provider beside a plain one, and what signing in by
//! password costs, with a code of an app and without.
//!
//! `load make-key FILE` makes the key of the strict client and prints its public half as a line of the client's
//! description. `load run …` signs each worker's person in, then lets all of them come to the site again and again, in
//! turns of one way and the other, and prints a table. `load sign-in …` lets people sign in by password again and again.
//! `load drill …` lets people sign in at an exam site while a cluster is taken apart around them; `load across …` goes on at
//! one passport of it with what began at another.

#![expect(
    clippy::disallowed_methods,
    reason = "a driver measures real time, and its keys and nonces are to be real ones"
)]

mod across;
mod browser;
mod candidate;
mod drill;
mod guest;
mod meter;
mod person;
mod sign_in;
mod signer;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use lexopt::{Arg, Parser, ValueExt as _};

use crate::candidate::{Candidate, Site, Way};
use crate::meter::Meter;
use crate::signer::Signer;
use crate::table::{Round, Table};

/// What to do, as the command line says.
struct Order {
    issuer: String,
    secret: PathBuf,
    key: PathBuf,
    pids: Vec<u32>,
    workers: usize,
    rounds: u32,
    seconds: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    e2e::program::end(run().await)
}

async fn run() -> anyhow::Result<()> {
    let mut words = Parser::from_env();
    match words.next()? {
        Some(Arg::Value(word)) if word == "make-key" => {
            println!("{}", Signer::make(&PathBuf::from(words.value()?))?);
            Ok(())
        }
        Some(Arg::Value(word)) if word == "run" => drive(Order::read(words)?).await,
        Some(Arg::Value(word)) if word == "sign-in" => sign_in::drive(sign_in::Order::read(words)?).await,
        Some(Arg::Value(word)) if word == "drill" => drill::drive(drill::Order::read(words)?).await,
        Some(Arg::Value(word)) if word == "across" => across::drive(across::Order::read(words)?).await,
        _ => anyhow::bail!("load make-key FILE, load run …, load sign-in …, load drill …, or load across …"),
    }
}

impl Order {
    fn read(mut words: Parser) -> anyhow::Result<Self> {
        let mut order = Self {
            issuer: String::new(),
            secret: PathBuf::new(),
            key: PathBuf::new(),
            pids: Vec::new(),
            workers: 16,
            rounds: 3,
            seconds: 4,
        };
        while let Some(word) = words.next()? {
            match word {
                Arg::Long("issuer") => order.issuer = words.value()?.string()?,
                Arg::Long("secret-file") => order.secret = words.value()?.into(),
                Arg::Long("key") => order.key = words.value()?.into(),
                Arg::Long("pid") => order.pids.push(words.value()?.parse()?),
                Arg::Long("rounds") => order.rounds = words.value()?.parse()?,
                Arg::Long("seconds") => order.seconds = words.value()?.parse()?,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(order)
    }
}

async fn drive(order: Order) -> anyhow::Result<()> {
    let secret =
        std::fs::read_to_string(&order.secret).with_context(|| format!("{} cannot be read", order.secret.display()))?;
    let site = Site { issuer: order.issuer.clone(), secret: secret.trim().to_owned(), key: Signer::read(&order.key)? };
    let site = Arc::new(site);
    let mut people = Vec::new();
    for number in 0..order.workers {
        people.push(Candidate::sign_in(Arc::clone(&site), number).await?);
    }
    let meter = Meter::of(order.pids.clone());
    let mut table = Table::new("single sign-on");
    // One round before those that count: caches and plans are warm then.
    for round in 0..=order.rounds {
        for (name, way) in [("plain", Way::Plain), ("strict", Way::Strict)] {
            let measured = measure(&mut people, way, Duration::from_secs(order.seconds), &meter).await?;
            if round > 0 {
                table.add(name, measured);
            }
        }
    }
    print!("{table}\nA strict one costs {:.2} times a plain one.\n", table.ratio("strict", "plain"));
    Ok(())
}

/// Lets everyone sign in at the site for that long.
async fn measure(people: &mut Vec<Candidate>, way: Way, stretch: Duration, meter: &Meter) -> anyhow::Result<Round> {
    let (began, spent) = (Instant::now(), meter.read()?);
    let mut workers = tokio::task::JoinSet::new();
    for mut person in people.drain(..) {
        workers.spawn(async move {
            let mut took = Vec::new();
            while began.elapsed() < stretch {
                let start = Instant::now();
                person.visit(way).await?;
                took.push(start.elapsed());
            }
            Ok::<_, anyhow::Error>((person, took))
        });
    }
    let mut took = Vec::new();
    while let Some(done) = workers.join_next().await {
        let (person, times) = done??;
        people.push(person);
        took.extend(times);
    }
    Ok(Round { took, lasted: began.elapsed(), spent: meter.read()? - spent })
}
