//! What was refused to a client over some days, grouped by the rule that was broken: what its owner is shown, at the command
//! line, over HTTP and in the portal.

use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;
use shared::db::{Db, DbError};
use utoipa::ToSchema;

use super::DAY;
use super::store::{self, Stored};
use crate::clients::lint::words::Both;
use crate::oidc::rules::{Rule, dictionary};

/// The most days that there can be anything of.
pub const MOST_DAYS: u32 = 30;

/// What was refused to a client, as programs read it.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Refused {
    /// Which client.
    pub client_id: String,
    /// The first day that is told of.
    pub since: String,
    /// By rule, the most frequent first.
    pub refusals: Vec<ByRule>,
}

/// What was refused by one rule.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ByRule {
    /// The rule's name.
    pub rule: String,
    /// Whether the requests were proven to be the client's.
    pub proven: bool,
    /// How often.
    pub times: i64,
    /// How often on each of the days, the oldest first.
    pub days: Vec<OnDay>,
    /// When first.
    pub first_at: String,
    /// When last.
    pub last_at: String,
    /// The code that was answered, if this version knows the rule.
    pub error: Option<String>,
    /// The standard, and where in it, likewise.
    pub section: Option<String>,
    /// What the cause is.
    pub cause: Both,
    /// What to do.
    pub mend: Both,
    /// One of the requests, without anything personal.
    pub example: String,
    /// The page that tells more.
    pub page: Option<String>,
}

/// How often on a day.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OnDay {
    /// Which day.
    pub day: String,
    /// How often.
    pub times: i64,
}

/// What was refused by one rule.
#[derive(Debug, Default)]
pub struct Told {
    /// The rule's name; of one that a newer version named nothing else is known.
    pub rule: String,
    /// Whether the requests were proven to be the client's.
    pub proven: bool,
    /// How often.
    pub times: i64,
    /// How often on each of the days, the oldest first.
    pub days: Vec<i64>,
    /// When first.
    pub first: Option<Timestamp>,
    /// When last.
    pub last: Option<Timestamp>,
    /// One of the requests, without anything personal.
    pub example: String,
}

impl Told {
    fn add(&mut self, stored: &Stored, (since, days): (i64, usize)) {
        self.days.resize(days, 0);
        self.times += stored.times;
        let at = usize::try_from(stored.day - since).ok().and_then(|at| self.days.get_mut(at));
        at.into_iter().for_each(|on_day| *on_day += stored.times);
        self.first = Some(self.first.map_or(stored.first, |first| first.min(stored.first)));
        if self.last.is_none_or(|last| last <= stored.last) {
            self.last = Some(stored.last);
            self.example.clone_from(&stored.example);
        }
    }
}

/// What was refused to a client.
#[derive(Debug)]
pub struct Report {
    pub(crate) client: String,
    /// The first of the days, counted from 1970.
    pub(crate) since: i64,
    /// By rule, the most frequent first.
    pub groups: Vec<Told>,
}

impl Report {
    /// What is stored of a client for the last `days`, this one among them.
    ///
    /// # Errors
    /// The database refused.
    pub async fn read(db: &Db, client: &str, (days, now): (u32, Timestamp)) -> Result<Self, DbError> {
        let days = days.clamp(1, MOST_DAYS);
        let since = now.seconds().div_euclid(DAY) + 1 - i64::from(days);
        let id = client.to_owned();
        let stored = db.read(move |tx| {
            let id = id.clone();
            async move { store::of_client(tx, &id, since).await }.boxed()
        });
        let range = (since, usize::try_from(days).unwrap_or_default());
        Ok(Self { client: client.to_owned(), since, groups: grouped(&stored.await?, range) })
    }

    /// The first day, as dates are written.
    pub fn since(&self) -> String {
        day(self.since)
    }

    /// As programs read it.
    pub fn told(&self, issuer: &str) -> Refused {
        let refusals = self.groups.iter().map(|told| by_rule(told, self.since, issuer)).collect();
        Refused { client_id: self.client.clone(), since: self.since(), refusals }
    }
}

fn grouped(stored: &[Stored], range: (i64, usize)) -> Vec<Told> {
    let mut groups: BTreeMap<(&str, bool), Told> = BTreeMap::new();
    for one in stored {
        let told = groups.entry((&one.rule, one.proven)).or_default();
        told.rule.clone_from(&one.rule);
        told.proven = one.proven;
        told.add(one, range);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|told| std::cmp::Reverse(told.times));
    groups
}

fn day(number: i64) -> String {
    Timestamp::from_seconds(number * DAY).to_string().chars().take(10).collect()
}

fn by_rule(told: &Told, since: i64, issuer: &str) -> ByRule {
    let days = (since..).zip(&told.days).map(|(number, times)| OnDay { day: day(number), times: *times });
    let rule = Rule::named(&told.rule);
    let both = |part: fn(dictionary::Text) -> &'static str| {
        Both::of(|lang| rule.map(|rule| part(dictionary::text(rule, lang)).to_owned()))
    };
    let said = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    ByRule {
        days: days.collect(),
        proven: told.proven,
        times: told.times,
        first_at: said(told.first),
        last_at: said(told.last),
        error: rule.map(|rule| rule.code().as_str().to_owned()),
        section: rule.map(|rule| rule.section().to_owned()),
        cause: both(|text| text.cause),
        mend: both(|text| text.mend),
        example: told.example.clone(),
        page: rule.map(|rule| rule.page(issuer)),
        rule: told.rule.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
            .map(|told| (told.rule.as_str(), told.proven, told.times, told.days.as_slice(), told.example.as_str()))
            .collect();
        let expected: [(&str, bool, i64, &[i64], &str); 3] = [
            ("code-spent", false, 9, &[9, 0, 0], "on 100"),
            ("code-spent", true, 5, &[2, 0, 3], "on 102"),
            ("of-tomorrow", true, 1, &[0, 1, 0], "on 101"),
        ];
        assert_eq!(told, expected);
        let report = Report { client: "a".to_owned(), since: 100, groups };
        let json = serde_json::to_value(report.told("https://p.test")).expect("written");
        assert_eq!(
            (&json["since"], &json["refusals"][1]["page"]),
            (&json!("1970-04-11"), &json!("https://p.test/errors/code-spent"))
        );
        assert_eq!(json["refusals"][1]["days"][2], json!({ "day": "1970-04-13", "times": 3 }));
        assert!(json["refusals"][1]["cause"]["zh-CN"].is_string() && json["refusals"][2]["page"].is_null());
    }
}
