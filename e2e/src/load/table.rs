//! The figures, as a table of Markdown.

use std::fmt;
use std::time::Duration;

/// What one stretch brought.
pub struct Round {
    /// How long each sign-in took.
    pub took: Vec<Duration>,
    /// How long the stretch was.
    pub lasted: Duration,
    /// Processor seconds of server and database.
    pub spent: f64,
}

/// All rounds of several ways.
pub struct Table {
    title: &'static str,
    rows: Vec<(String, Vec<Figures>)>,
}

/// One round in figures.
#[derive(Clone, Copy)]
struct Figures {
    /// Sign-ins a second.
    rate: f64,
    /// Milliseconds.
    p50: f64,
    p99: f64,
    /// Processor seconds for a thousand.
    cost: f64,
}

impl Round {
    fn figures(mut self) -> Figures {
        self.took.sort_unstable();
        let at = |share: usize| {
            let place = (self.took.len() * share / 100).min(self.took.len().saturating_sub(1));
            self.took.get(place).map_or(f64::NAN, |took| took.as_secs_f64() * 1_000.0)
        };
        let count = f64::from(u32::try_from(self.took.len()).unwrap_or(u32::MAX));
        Figures {
            rate: count / self.lasted.as_secs_f64(),
            p50: at(50),
            p99: at(99),
            cost: self.spent * 1_000.0 / count,
        }
    }
}

impl Table {
    /// One without rows.
    pub fn new(title: &'static str) -> Self {
        Self { title, rows: Vec::new() }
    }

    /// Adds a round.
    pub fn add(&mut self, way: &str, round: Round) {
        let figures = round.figures();
        match self.rows.iter_mut().find(|(name, _)| name == way) {
            Some((_, rounds)) => rounds.push(figures),
            None => self.rows.push((way.to_owned(), vec![figures])),
        }
    }

    /// How many times as much one way costs as another.
    pub fn ratio(&self, of: &str, to: &str) -> f64 {
        let [of, to] = [of, to].map(|way| {
            let rounds = self.rows.iter().find(|(name, _)| name == way);
            rounds.map_or(f64::NAN, |(_, rounds)| median(rounds, |round| round.cost))
        });
        of / to
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| {} | a second | p50 ms | p99 ms | CPU-s per 1,000 (range) |\n|---|---|---|---|---|",
            self.title
        )?;
        for (name, rounds) in &self.rows {
            let costs = sorted(rounds, |round| round.cost);
            writeln!(
                f,
                "| {name} | {:.0} | {:.2} | {:.2} | {:.3} ({:.3}–{:.3}) |",
                median(rounds, |round| round.rate),
                median(rounds, |round| round.p50),
                median(rounds, |round| round.p99),
                median(rounds, |round| round.cost),
                costs.first().copied().unwrap_or(f64::NAN),
                costs.last().copied().unwrap_or(f64::NAN),
            )?;
        }
        Ok(())
    }
}

fn sorted(rounds: &[Figures], of: impl Fn(&Figures) -> f64) -> Vec<f64> {
    let mut values: Vec<_> = rounds.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values
}

fn median(rounds: &[Figures], of: impl Fn(&Figures) -> f64) -> f64 {
    let values = sorted(rounds, of);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
