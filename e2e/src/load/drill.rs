//! `load drill`: people sign in at an exam site without pause while somebody takes the cluster apart around them.
//!
//! Some come back again and again with a session at the passport (`--returning`). A greedy client calls the token endpoint
//! so many times a second (`--greedy`).
//!
//! Who is turned away, or whose connection breaks, tries again once after a second, from the beginning, as a person would
//! who is asked to. Whoever directs the drill says by lines on standard input when something begins (`mark NAME`) and when
//! all is over (`end`). Then each session that was acknowledged is looked at once more, and the figures are printed.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use e2e::demo::Demo;
use lexopt::{Arg, Parser, ValueExt as _};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::browser::Browser;
use crate::guest::Guest;

/// After how long a person tries again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How a failure begins that is the answer of who has no room.
const NO_ROOM: &str = "503 ";
/// How many failures are told.
const TOLD: usize = 5;

/// What to do, as the command line says.
pub struct Order {
    demo: PathBuf,
    /// How many sign in without pause, and the number of the first.
    people: usize,
    first: usize,
    /// Whether they come to the passport itself, and do not try a second time.
    crowd: bool,
    /// How many come back with a session.
    returning: usize,
    /// How many times a second the greedy client calls, and with which secret.
    greedy: u64,
    secret: String,
}

impl Order {
    pub fn read(mut words: Parser) -> anyhow::Result<Self> {
        let mut order = Self {
            demo: PathBuf::new(),
            people: 4,
            first: 0,
            crowd: false,
            returning: 0,
            greedy: 0,
            secret: String::new(),
        };
        while let Some(word) = words.next()? {
            match word {
                Arg::Long("demo") => order.demo = words.value()?.into(),
                Arg::Long("people") => order.people = words.value()?.parse()?,
                Arg::Long("first") => order.first = words.value()?.parse()?,
                Arg::Long("crowd") => order.crowd = true,
                Arg::Long("returning") => order.returning = words.value()?.parse()?,
                Arg::Long("greedy") => order.greedy = words.value()?.parse()?,
                Arg::Long("secret") => order.secret = words.value()?.string()?,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(order)
    }
}

/// What happened.
#[derive(Default)]
struct Book {
    /// When each sign-in was done, and how long it took, a second try included.
    done: Vec<(Instant, Duration)>,
    sessions: Vec<String>,
    retried: usize,
    /// Why each of those failed that did so twice.
    failed: Vec<String>,
    marks: Vec<(String, Instant)>,
    /// When each came back to the site, and how long it took; none: in vain.
    returns: Vec<(Instant, Option<Duration>)>,
    /// Calls of the greedy client by the status of their answers.
    calls: Vec<u16>,
}

type Shared = Arc<Mutex<Book>>;

fn open(book: &Shared) -> MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets people sign in until told to stop.
pub async fn drive(order: Order) -> anyhow::Result<()> {
    let demo = Demo::read(&order.demo)?;
    let book = Shared::default();
    let (stop, stopped) = watch::channel(false);
    let mut people = JoinSet::new();
    for number in order.first..order.first + order.people {
        let guest = Guest::new(&demo, number)?;
        people.spawn(come_and_go(guest, Arc::clone(&book), stopped.clone(), order.crowd));
    }
    for number in 0..order.returning {
        people.spawn(come_back(Guest::new(&demo, number)?, Arc::clone(&book), stopped.clone()));
    }
    if order.greedy > 0 {
        let client = Greedy { demo: demo.clone(), secret: order.secret, per_second: order.greedy };
        people.spawn(client.call(Browser::at(&demo)?, Arc::clone(&book), stopped.clone()));
    }
    let mut said = said();
    while let Some(line) = said.recv().await {
        let Some(("mark", name)) = line.split_once(' ') else { break };
        open(&book).marks.push((name.to_owned(), Instant::now()));
    }
    stop.send(true)?;
    while people.join_next().await.transpose()?.is_some() {}
    let ended = Instant::now();
    let acknowledged = std::mem::take(&mut open(&book).sessions);
    let lost = lost(&Guest::new(&demo, 0)?, acknowledged).await?;
    print!("{}", open(&book).figures(ended, lost));
    Ok(())
}

/// What the director says.
fn said() -> mpsc::UnboundedReceiver<String> {
    let (say, said) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if say.send(line).is_err() {
                break;
            }
        }
    });
    said
}

async fn come_and_go(mut guest: Guest, book: Shared, stopped: watch::Receiver<bool>, crowd: bool) {
    while !*stopped.borrow() {
        let began = Instant::now();
        let mut outcome = if crowd { guest.sign_in_here().await } else { guest.sign_in().await };
        if outcome.is_err() {
            tokio::time::sleep(RETRY_AFTER).await;
            if !crowd {
                open(&book).retried += 1;
                outcome = guest.sign_in().await;
            }
        }
        let mut book = open(&book);
        match outcome {
            Ok(session) => {
                book.done.push((Instant::now(), began.elapsed()));
                book.sessions.push(session);
            }
            Err(error) => book.failed.push(format!("{error:#}")),
        }
    }
}

/// Signs in once, and goes on to the site with that session again and again.
async fn come_back(mut guest: Guest, book: Shared, stopped: watch::Receiver<bool>) {
    while guest.sign_in().await.is_err() && !*stopped.borrow() {
        tokio::time::sleep(RETRY_AFTER).await;
    }
    while !*stopped.borrow() {
        let began = Instant::now();
        let came = guest.come_back().await;
        let took = came.is_ok().then(|| began.elapsed());
        {
            let mut book = open(&book);
            book.returns.push((Instant::now(), took));
            book.failed.extend(came.err().map(|error| format!("{error:#}")));
        }
        // A person reads what they came for.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A client that calls the token endpoint without regard.
struct Greedy {
    demo: Demo,
    secret: String,
    per_second: u64,
}

impl Greedy {
    async fn call(self, browser: Browser, book: Shared, mut stopped: watch::Receiver<bool>) {
        let mut tick = tokio::time::interval(Duration::from_secs(1) / u32::try_from(self.per_second).unwrap_or(1));
        let mut calls = JoinSet::new();
        loop {
            tokio::select! {
                _ = stopped.changed() => break,
                _ = tick.tick() => {}
            }
            let form =
                [("grant_type", "client_credentials"), ("client_id", "drill"), ("client_secret", self.secret.as_str())];
            let request = browser.client.post(format!("{}/token", self.demo.passport)).form(&form);
            let book = Arc::clone(&book);
            calls.spawn(async move {
                let status = request.send().await.map_or(0, |answer| {
                    let told = answer.headers().contains_key("retry-after");
                    // Who refuses has to say when to come back.
                    if answer.status() == 429 && !told { 0 } else { answer.status().as_u16() }
                });
                open(&book).calls.push(status);
            });
        }
        while calls.join_next().await.is_some() {}
    }
}

/// How many of these sessions are gone.
async fn lost(guest: &Guest, sessions: Vec<String>) -> anyhow::Result<usize> {
    let mut lost = 0;
    for session in sessions {
        lost += usize::from(!guest.lives(&session).await?);
    }
    Ok(lost)
}

impl Book {
    /// Lines of a name and a value.
    fn figures(&self, ended: Instant, lost: usize) -> String {
        let mut took: Vec<_> = self.done.iter().map(|(_, took)| *took).collect();
        took.sort_unstable();
        let at = |share: usize| took.get(took.len() * share / 100).map_or(0, Duration::as_millis);
        let mut text = format!(
            "sign_ins {}\nretried {}\nfailed {}\nturned_away {}\nlost {lost}\np50_ms {}\np99_ms {}\n",
            self.done.len(),
            self.retried,
            self.failed.len(),
            self.failed.iter().filter(|why| why.starts_with(NO_ROOM)).count(),
            at(50),
            at(99)
        );
        let calls = |so: &dyn Fn(u16) -> bool| self.calls.iter().filter(|status| so(**status)).count();
        let (served, refused) = (calls(&|status| status == 200), calls(&|status| status == 429));
        text += &format!("served {served}\nrefused {refused}\nbroken {}\n", self.calls.len() - served - refused);
        for (number, (name, from)) in self.marks.iter().enumerate() {
            let until = self.marks.get(number + 1).map_or(ended, |(_, next)| *next);
            text += &format!("pause_ms {} {name}\n", self.longest_pause(*from, until).as_millis());
            if !self.returns.is_empty() {
                text += &format!("returns {} {name}\n", self.returns(*from, until));
            }
        }
        // The rarer ones first.
        let told = |full: bool| self.failed.iter().filter(move |why| why.starts_with(NO_ROOM) == full);
        for why in told(false).chain(told(true)).take(TOLD) {
            text += &format!("failure {}\n", why.replace('\n', " "));
        }
        text
    }

    /// How many came back between those moments, how many in vain, and how long it took: p50 and p99 in milliseconds.
    fn returns(&self, from: Instant, until: Instant) -> String {
        let within: Vec<_> = self.returns.iter().filter(|(at, _)| (from..until).contains(at)).collect();
        let mut took: Vec<_> = within.iter().filter_map(|(_, took)| *took).collect();
        took.sort_unstable();
        let at = |share: usize| took.get(took.len() * share / 100).map_or(0, Duration::as_millis);
        format!("{} {} {} {}", took.len(), within.len() - took.len(), at(50), at(99))
    }

    /// The longest time between those moments in which nobody got through.
    fn longest_pause(&self, from: Instant, until: Instant) -> Duration {
        let mut last = from;
        let mut longest = Duration::ZERO;
        let within = self.done.iter().map(|(at, _)| *at).filter(|at| (from..until).contains(at));
        for at in within.chain([until]) {
            longest = longest.max(at - last);
            last = at;
        }
        longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_found_no_room_is_told_from_who_failed() {
        let failed = ["503 Service Unavailable at /sign-in", "/authorize gave no answer"].map(str::to_owned).to_vec();
        let figures = Book { failed, ..Book::default() }.figures(Instant::now(), 0);
        assert!(figures.contains("\nfailed 2\nturned_away 1\n"), "{figures}");
        assert!(figures.contains("failure /authorize gave no answer\nfailure 503"), "{figures}");
    }

    #[test]
    fn a_pause_is_the_longest_time_in_which_nobody_got_through() {
        let begin = Instant::now();
        let at = |second: u64| begin + Duration::from_secs(second);
        let book = Book {
            done: [1, 2, 7, 8, 20].map(|second| (at(second), Duration::from_secs(1))).to_vec(),
            ..Book::default()
        };
        assert_eq!(book.longest_pause(at(0), at(9)), Duration::from_secs(5));
        assert_eq!(book.longest_pause(at(3), at(7)), Duration::from_secs(4), "it lasted when the next thing began");
        assert_eq!(book.longest_pause(at(8), at(21)), Duration::from_secs(12));
    }
}
