//! What the probe found: each step with its time, and why the last one failed.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;
use shared::clock::Timestamp;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Step {
    /// Its name, which stays the same for programs.
    pub(super) step: &'static str,
    /// How long it took, in milliseconds.
    pub(super) ms: u128,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failed: Option<String>,
}

/// All of them, as far as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Report {
    /// Whether somebody can sign in.
    success: bool,
    /// In order; the last one may have failed.
    steps: Vec<Step>,
}

impl Report {
    /// Of these steps.
    pub(super) fn new(steps: Vec<Step>) -> Self {
        let success = !steps.is_empty() && steps.iter().all(|step| step.failed.is_none());
        Self { success, steps }
    }

    /// Whether every step was taken.
    pub(super) fn succeeded(&self) -> bool {
        self.success
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let line = |step: &Step| match &step.failed {
            None => format!("✓ {:<12} {:>6} ms", step.step, step.ms),
            Some(why) => format!("✗ {:<12} {:>6} ms  {why}", step.step, step.ms),
        };
        let total: u128 = self.steps.iter().map(|step| step.ms).sum();
        let mut lines: Vec<String> = self.steps.iter().map(line).collect();
        lines.push(if self.success {
            format!("signed in and out in {total} ms")
        } else {
            "nobody signs in".to_owned()
        });
        lines.join("\n")
    }

    /// For Prometheus, in the text format that a textfile collector reads.
    pub(super) fn as_metrics(&self, now: Timestamp) -> String {
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ =
            writeln!(text, "# TYPE passport_probe_success gauge\npassport_probe_success {}", u8::from(self.success));
        let _ = writeln!(text, "# TYPE passport_probe_at_seconds gauge\npassport_probe_at_seconds {}", now.seconds());
        let _ = writeln!(text, "# TYPE passport_probe_step_seconds gauge");
        for step in &self.steps {
            let seconds = Duration::from_millis(u64::try_from(step.ms).unwrap_or(u64::MAX)).as_secs_f64();
            let _ = writeln!(text, "passport_probe_step_seconds{{step=\"{}\"}} {seconds}", step.step);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(failed: Option<&str>) -> Report {
        let step = |step, failed: Option<&str>| Step { step, ms: 1_500, failed: failed.map(str::to_owned) };
        Report::new(vec![step("discovery", None), step("sign-in", failed)])
    }

    #[test]
    fn a_report_says_which_step_failed_and_why() {
        let failed = report(Some("it answered 503"));
        assert!(!failed.succeeded());
        assert_eq!(
            failed.text(),
            "✓ discovery      1500 ms\n✗ sign-in        1500 ms  it answered 503\nnobody signs in"
        );
        assert_eq!(report(None).text().lines().last(), Some("signed in and out in 3000 ms"));
        assert!(!Report::new(Vec::new()).succeeded(), "nothing was tried");
    }

    #[test]
    fn metrics_tell_the_outcome_and_each_step() {
        let text = report(None).as_metrics(Timestamp::from_seconds(7));
        assert!(
            text.contains("passport_probe_success 1\n") && text.contains("passport_probe_at_seconds 7\n"),
            "{text}"
        );
        assert!(text.contains("passport_probe_step_seconds{step=\"sign-in\"} 1.5\n"), "{text}");
        assert!(report(Some("x")).as_metrics(Timestamp::default()).contains("passport_probe_success 0\n"));
    }
}
