//! `passport doctor`: looks at everything that the passport stands on. Each check is a function in a list; each finding
//! says what was seen, what the likely cause is and what to do.

mod backup;
mod certificate;
mod clock;
mod hashing;
mod issuer;
mod jobs;
mod keys;
mod local;
mod token;

pub(in crate::cli) use self::certificate::ends as certificate_ends;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use shared::clock::SharedClock;
use shared::config::ConfigErrors;
use shared::db::Db;

use super::failure::{Exit, Failure};
use super::output::Output;
use super::world;
use crate::config::Config;

/// How `doctor` looks.
#[derive(Debug, Args)]
pub struct DoctorCommand {
    /// Certificates to trust when the issuer is called (PEM), besides which no other is.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Do not call the issuer.
    #[arg(long)]
    offline: bool,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// As it should be.
    Ok,
    /// It works, but will not for long, or not well.
    Warning,
    /// It does not work.
    Error,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was seen.
    pub seen: String,
    /// Why that may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Finding {
    /// All is well.
    pub fn ok(check: &'static str, seen: impl Into<String>) -> Self {
        Self { check, severity: Severity::Ok, seen: seen.into(), cause: None, advice: None }
    }

    /// Something is not well: seen, likely cause, what to do.
    pub fn warning(
        check: &'static str,
        seen: impl Into<String>,
        cause: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        let (cause, advice) = (Some(cause.into()), Some(advice.into()));
        Self { check, severity: Severity::Warning, seen: seen.into(), cause, advice }
    }

    /// Something does not work: seen, likely cause, what to do.
    pub fn error(
        check: &'static str,
        seen: impl Into<String>,
        cause: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Error, ..Self::warning(check, seen, cause, advice) }
    }
}

/// What the checks look at.
struct Patient {
    config: Config,
    /// None if it could not be reached.
    db: Option<Db>,
    clock: SharedClock,
}

pub async fn run(command: DoctorCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let findings = match Config::load(file) {
        Ok(config) => examine(config, &command).await,
        Err(errors) => settings(&errors),
    };
    output.result(report(&findings), &findings);
    let worst = findings.iter().map(|finding| finding.severity).max();
    Ok(if worst == Some(Severity::Error) { Exit::Findings } else { Exit::Done })
}

fn settings(errors: &ConfigErrors) -> Vec<Finding> {
    let finding = |line: &str| {
        Finding::error(
            "settings",
            line,
            "the file or an environment variable says something else than the program expects",
            "see docs/configuration.md; without settings nothing else can be checked",
        )
    };
    errors.to_string().lines().map(finding).collect()
}

async fn examine(config: Config, command: &DoctorCommand) -> Vec<Finding> {
    let mut findings = vec![Finding::ok("settings", "every setting can be read")];
    let (db, finding) = local::database(&config).await;
    findings.push(finding);
    let patient = Patient { config, db, clock: world::clock() };
    findings.extend(local::migrations(&patient).await);
    findings.push(local::master_key(&patient).await);
    findings.extend(keys::keys(&patient).await);
    findings.extend(token::check(&patient).await);
    findings.extend(clock::check(&patient).await);
    findings.extend(jobs::check(&patient).await);
    findings.extend(local::delivery(&patient).await);
    findings.extend(local::clients(&patient).await);
    findings.extend(backup::check(&patient).await);
    findings.extend(certificate::check(&patient));
    findings.push(hashing::check(&patient).await);
    if !command.offline {
        findings.extend(issuer::check(&patient, command.ca_file.as_deref()).await);
    }
    if let Some(db) = &patient.db {
        db.close().await;
    }
    findings
}

fn report(findings: &[Finding]) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        let mark = match finding.severity {
            Severity::Ok => "✓",
            Severity::Warning => "!",
            Severity::Error => "✗",
        };
        lines.push(format!("{mark} {}: {}", finding.check, finding.seen));
        lines.extend(finding.cause.iter().map(|cause| format!("    likely cause: {cause}")));
        lines.extend(finding.advice.iter().map(|advice| format!("    what to do:   {advice}")));
    }
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    lines.push(match (errors, warnings) {
        (0, 0) => "all is well".to_owned(),
        (errors, warnings) => format!("{errors} error(s), {warnings} warning(s)"),
    });
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_was_seen_why_and_what_to_do() {
        let findings = [Finding::ok("a", "fine"), Finding::error("b", "broken", "rust", "paint it")];
        assert_eq!(
            report(&findings),
            "✓ a: fine\n✗ b: broken\n    likely cause: rust\n    what to do:   paint it\n1 error(s), 0 warning(s)"
        );
    }
}
