//! `passport clients refusals`: what was refused to a client, grouped by the rule that was broken.

use std::fmt::Write as _;

use serde_json::json;
use shared::clock::Timestamp;
use shared::db::Db;
use shared::i18n::Lang;

use super::failure::Failure;
use super::output::Output;
use crate::oidc::refusals::report::{Report, Told};
use crate::oidc::rules::{Rule, dictionary};

/// What is said of a rule that a newer version named.
const UNKNOWN: &str = "this version does not know the rule";

/// Shows what was refused to a client on the last days, this one among them.
pub(super) async fn show(
    db: &Db,
    (client, issuer): (&str, &str),
    range: (u32, Timestamp),
    output: &Output,
) -> Result<(), Failure> {
    let report = Report::read(db, client, range).await?;
    output.result(text(client, issuer, &report), &json!(report.told(issuer)));
    Ok(())
}

fn said(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

fn text(client: &str, issuer: &str, report: &Report) -> String {
    let since = report.since();
    if report.groups.is_empty() {
        return format!("{client}: nothing was refused since {since} (UTC)");
    }
    let mut text = format!("{client}: refused requests since {since} (UTC), as far as they are written down\n");
    for told in &report.groups {
        let Told { rule: name, proven, times, days, first, last, example } = told;
        let by = if *proven { "by the client" } else { "by anybody: no request proved to be the client's" };
        let trend: Vec<_> = days.iter().map(i64::to_string).collect();
        let rule = Rule::named(name);
        let entry = rule.map(|rule| dictionary::text(rule, Lang::En));
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n{name}\n  {times} times, {by}\n  per day: {}\n  first {}, last {}\n  cause: {}\n  mend: {}\n  example: {example}\n",
            trend.join(" "),
            said(*first),
            said(*last),
            entry.map_or(UNKNOWN, |entry| entry.cause),
            entry.map_or("", |entry| entry.mend),
        );
        if let Some(rule) = rule {
            let _ = writeln!(text, "  {}", rule.page(issuer));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_told_with_its_trend_and_its_page_and_one_that_is_not_known_as_such() {
        let told = |rule: &str, days: &[i64]| Told {
            rule: rule.to_owned(),
            times: days.iter().sum(),
            days: days.to_vec(),
            ..Told::default()
        };
        let groups = vec![told("code-spent", &[2, 0, 3]), told("of-tomorrow", &[0, 1, 0])];
        let report = Report { client: "a".to_owned(), since: 100, groups };
        let shown = text("a", "https://p.test", &report);
        for part in ["per day: 2 0 3", "https://p.test/errors/code-spent", UNKNOWN, "1970-04-11"] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }
}
