//! `passport clients refusals`: what was refused to a client, grouped by the rule that was broken.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use shared::clock::Timestamp;
use shared::db::Db;
use shared::i18n::Lang;

use super::failure::Failure;
use super::output::Output;
use crate::oidc::refusals::DAY;
use crate::oidc::refusals::store::{self, Stored};
use crate::oidc::rules::{Rule, dictionary};

/// What is said of a rule that a newer version named.
const UNKNOWN: &str = "this version does not know the rule";

/// What was refused by one rule.
#[derive(Debug, Default)]
struct Told {
    times: i64,
    /// How often on each of the days, the oldest first.
    days: Vec<i64>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    example: String,
}

impl Told {
    fn add(&mut self, stored: &Stored, (since, days): (i64, usize)) {
        self.days.resize(days, 0);
        self.times += stored.times;
        let at = usize::try_from(stored.day - since).ok().and_then(|at| self.days.get_mut(at));
        at.into_iter().for_each(|on_day| *on_day += stored.times);
        self.first = Some(self.first.map_or(stored.first, |first| first.min(stored.first)));
        if self.last.is_none_or(|last| last <= stored.last) {
            (self.last, self.example) = (Some(stored.last), stored.example.clone());
        }
    }
}

/// A rule by its name, and whether the requests were proven to be the client's.
type Key = (String, bool);

/// Shows what was refused to a client on the last days, this one among them.
pub(super) async fn show(
    db: &Db,
    (client, issuer): (&str, &str),
    (days, now): (u32, Timestamp),
    output: &Output,
) -> Result<(), Failure> {
    let since = now.seconds().div_euclid(DAY) + 1 - i64::from(days);
    let id = client.to_owned();
    let stored = db.read(move |tx| {
        let id = id.clone();
        async move { store::of_client(tx, &id, since).await }.boxed()
    });
    let stored = stored.await?;
    let range = (since, usize::try_from(days).unwrap_or_default());
    let groups = grouped(&stored, range);
    output.result(text(client, issuer, since, &groups), &value(client, issuer, since, &groups));
    Ok(())
}

/// By rule, the most frequent first.
fn grouped(stored: &[Stored], range: (i64, usize)) -> Vec<(Key, Told)> {
    let mut groups: BTreeMap<Key, Told> = BTreeMap::new();
    for one in stored {
        groups.entry((one.rule.clone(), one.proven)).or_default().add(one, range);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, told)| std::cmp::Reverse(told.times));
    groups
}

fn day(number: i64) -> String {
    Timestamp::from_seconds(number * DAY).to_string().chars().take(10).collect()
}

fn said(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

fn text(client: &str, issuer: &str, since: i64, groups: &[(Key, Told)]) -> String {
    if groups.is_empty() {
        return format!("{client}: nothing was refused since {} (UTC)", day(since));
    }
    let mut text = format!("{client}: refused requests since {} (UTC), as far as they are written down\n", day(since));
    for ((name, proven), told) in groups {
        let by = if *proven { "by the client" } else { "by anybody: no request proved to be the client's" };
        let trend: Vec<_> = told.days.iter().map(i64::to_string).collect();
        let rule = Rule::named(name);
        let entry = rule.map(|rule| dictionary::text(rule, Lang::En));
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n{name}\n  {} times, {by}\n  per day: {}\n  first {}, last {}\n  cause: {}\n  mend: {}\n  example: {}\n",
            told.times,
            trend.join(" "),
            said(told.first),
            said(told.last),
            entry.map_or(UNKNOWN, |entry| entry.cause),
            entry.map_or("", |entry| entry.mend),
            told.example,
        );
        if let Some(rule) = rule {
            let _ = writeln!(text, "  {}", rule.page(issuer));
        }
    }
    text
}

fn value(client: &str, issuer: &str, since: i64, groups: &[(Key, Told)]) -> Value {
    let group = |((name, proven), told): &(Key, Told)| {
        let days = (since..).zip(&told.days).map(|(number, times)| json!({ "day": day(number), "times": times }));
        let days: Vec<Value> = days.collect();
        let rule = Rule::named(name);
        let both = |part: fn(dictionary::Text) -> &'static str| {
            let of = |lang| rule.map(|rule| part(dictionary::text(rule, lang)));
            json!({ "zh-CN": of(Lang::Zh), "en": of(Lang::En) })
        };
        json!({
            "rule": name,
            "proven": proven,
            "times": told.times,
            "days": days,
            "first_at": said(told.first),
            "last_at": said(told.last),
            "error": rule.map(|rule| rule.code().as_str()),
            "section": rule.map(Rule::section),
            "cause": both(|text| text.cause),
            "mend": both(|text| text.mend),
            "example": told.example,
            "page": rule.map(|rule| rule.page(issuer)),
        })
    };
    let groups: Vec<Value> = groups.iter().map(group).collect();
    json!({ "client_id": client, "since": day(since), "refusals": groups })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(rule: &str, proven: bool, day: i64, times: i64) -> Stored {
        let at = Timestamp::from_seconds(day * DAY + times);
        let example = format!("on {day}");
        Stored { rule: rule.to_owned(), proven, day, times, first: at, last: at, example }
    }

    #[test]
    fn refusals_are_grouped_by_rule_with_a_count_for_each_day_and_the_last_example() {
        let all = [
            stored("code-spent", true, 100, 2),
            stored("code-spent", false, 100, 9),
            stored("code-spent", true, 102, 3),
            stored("of-tomorrow", true, 101, 1),
        ];
        let groups = grouped(&all, (100, 3));
        let told: Vec<_> = groups
            .iter()
            .map(|((name, proven), told)| {
                (name.as_str(), *proven, told.times, told.days.as_slice(), told.example.as_str())
            })
            .collect();
        let expected: [(&str, bool, i64, &[i64], &str); 3] = [
            ("code-spent", false, 9, &[9, 0, 0], "on 100"),
            ("code-spent", true, 5, &[2, 0, 3], "on 102"),
            ("of-tomorrow", true, 1, &[0, 1, 0], "on 101"),
        ];
        assert_eq!(told, expected);
        let shown = text("a", "https://p.test", 100, &groups);
        for part in ["per day: 2 0 3", "https://p.test/errors/code-spent", UNKNOWN, "1970-04-11"] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        let json = value("a", "https://p.test", 100, &groups);
        assert_eq!(json["refusals"][1]["days"][2], json!({ "day": "1970-04-13", "times": 3 }));
        assert!(json["refusals"][1]["cause"]["zh-CN"].is_string() && json["refusals"][2]["page"].is_null());
    }
}
