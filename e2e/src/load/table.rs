//! The figures, as a table of Markdown.

use std::fmt;
use std::time::Duration;

use crate::candidate::Way;

/// What one stretch brought.
pub struct Round {
    /// How long each sign-in took.
    pub took: Vec<Duration>,
    /// How long the stretch was.
    pub lasted: Duration,
    /// Processor seconds of server and database.
    pub spent: f64,
}

/// All rounds.
#[derive(Default)]
pub struct Table {
    plain: Vec<Figures>,
    strict: Vec<Figures>,
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
    /// Adds a round.
    pub fn add(&mut self, way: Way, round: Round) {
        let rounds = match way {
            Way::Plain => &mut self.plain,
            Way::Strict => &mut self.strict,
        };
        rounds.push(round.figures());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| single sign-on | a second | p50 ms | p99 ms | CPU-s per 1,000 (range) |\n|---|---|---|---|---|"
        )?;
        for (name, rounds) in [("plain", &self.plain), ("strict", &self.strict)] {
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
        let [plain, strict] = [&self.plain, &self.strict].map(|rounds| median(rounds, |round| round.cost));
        writeln!(f, "\nA strict one costs {:.2} times a plain one.", strict / plain)
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
