//! What a drill measured, against its goals, as a table of Markdown.

use std::fmt;

use super::people::Figures;

/// Rows of one drill.
#[derive(Default)]
pub(super) struct Report {
    rows: Vec<Row>,
    notes: Vec<String>,
}

struct Row {
    what: String,
    measured: String,
    /// What was wanted, and whether it came true.
    goal: Option<(String, bool)>,
}

impl Report {
    /// A figure without a goal.
    pub(super) fn tell(&mut self, what: impl Into<String>, measured: impl fmt::Display) {
        self.rows.push(Row { what: what.into(), measured: measured.to_string(), goal: None });
    }

    /// Something that has to be so.
    pub(super) fn must(&mut self, what: impl Into<String>, measured: impl fmt::Display, goal: &str, met: bool) {
        let goal = Some((goal.to_owned(), met));
        self.rows.push(Row { what: what.into(), measured: measured.to_string(), goal });
    }

    /// What people noticed. Nothing acknowledged may be lost.
    pub(super) fn people(&mut self, figures: &Figures) {
        self.tell("sign-ins", figures.sign_ins);
        self.tell("a sign-in took, p50 and p99", format!("{} and {} ms", figures.p50, figures.p99));
        self.tell("begun a second time", figures.retried);
        self.must("acknowledged sessions that are gone", figures.lost, "0", figures.lost == 0 && figures.sign_ins > 0);
        self.failures(figures);
    }

    /// Something to be said below the table.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Why some failed.
    pub(super) fn failures(&mut self, figures: &Figures) {
        self.notes.extend(figures.failures.iter().map(|why| format!("failed: {why}")));
    }

    /// Nobody may fail who tries a second time.
    pub(super) fn nobody_failed(&mut self, figures: &Figures) {
        self.must("failed the second time, too", figures.failed, "0", figures.failed == 0);
    }

    /// For how long nobody got through after each thing that was marked.
    pub(super) fn pauses(&mut self, figures: &Figures, goal: Option<u64>) {
        for (what, time) in &figures.pauses {
            let (what, measured) = (format!("{what}: nobody got through for"), format!("{time} ms"));
            match goal {
                Some(goal) => self.must(what, measured, &format!("less than {goal} ms"), *time < goal),
                None => self.tell(what, measured),
            }
        }
    }

    /// The goals that were missed.
    pub(super) fn missed(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().filter(|row| matches!(row.goal, Some((_, false)))).map(|row| row.what.as_str())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| | measured | goal | |\n|---|---|---|---|")?;
        for Row { what, measured, goal } in &self.rows {
            let (goal, met) = match goal {
                Some((goal, true)) => (goal.as_str(), "✓"),
                Some((goal, false)) => (goal.as_str(), "✗ missed"),
                None => ("", ""),
            };
            writeln!(f, "| {what} | {measured} | {goal} | {met} |")?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "\n{note}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_goal_is_seen() {
        let mut report = Report::default();
        report.tell("a", 1);
        report.must("b", 2, "2", true);
        report.must("c", 3, "2", false);
        assert_eq!(report.missed().collect::<Vec<_>>(), ["c"]);
        assert!(report.to_string().contains("| c | 3 | 2 | ✗ missed |"), "{report}");
    }
}
