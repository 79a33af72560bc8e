//! What a person sees while something takes long: a moving line on a terminal, plain lines elsewhere.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Without a terminal a line is printed for every so many notes, enough to see that work goes on.
const PLAIN_EVERY: usize = 50;

/// One step of a command, from its beginning to its tick.
pub(crate) struct Step {
    bar: Option<ProgressBar>,
    begun: Instant,
    notes: usize,
}

impl Step {
    /// Begins a step and says so.
    pub(crate) fn begin(what: impl Into<String>) -> Self {
        let what = what.into();
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner().with_message(what.clone());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        if bar.is_none() {
            eprintln!("… {what}");
        }
        Self { bar, begun: now(), notes: 0 }
    }

    /// Tells how far the step is.
    pub(crate) fn note(&mut self, what: &str) {
        self.notes += 1;
        match &self.bar {
            Some(bar) => bar.set_message(what.to_owned()),
            None if self.notes.is_multiple_of(PLAIN_EVERY) => eprintln!("  {what}"),
            None => {}
        }
    }

    /// Prints a line that stays, above the moving one.
    pub(crate) fn print(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    /// Ends the step well; returns how long it took.
    pub(crate) fn done(self, what: &str) -> Duration {
        let taken = self.begun.elapsed();
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        eprintln!("✓ {what} ({})", seconds(taken));
        taken
    }
}

impl Drop for Step {
    /// A step that was left by an error leaves no half line behind.
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A duration as people say it: `0.42 s`, `12.3 s`, `3 min 20 s`.
pub(crate) fn seconds(time: Duration) -> String {
    let all = time.as_secs_f64();
    match time.as_secs() {
        0..10 => format!("{all:.2} s"),
        10..120 => format!("{all:.1} s"),
        whole => format!("{} min {} s", whole / 60, whole % 60),
    }
}

/// When something began, to tell how long it took.
#[expect(clippy::disallowed_methods, reason = "the time that a person waits here is the real one")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
