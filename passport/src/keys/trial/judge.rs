//! What became of a trial, client by client. What a passport sees of a site is little: that it went on is known, that it
//! failed is a guess, and it is called one.

use std::collections::BTreeMap;

use super::super::evidence::{Evidence, Sign};
use super::model::{Ending, Trial};

/// How a client fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was given something that the key signed, went on with nothing, and showed trouble: a guess.
    Failed,
    /// It was given nothing, or did nothing that we see.
    Unknown,
    /// It went on with what the key signed: known.
    Succeeded,
}

impl Outcome {
    /// The name for people and programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Succeeded => "succeeded",
        }
    }
}

/// How a client fared, and by what we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The client.
    pub client: String,
    /// How it fared.
    pub outcome: Outcome,
    /// How many tokens it was given to verify.
    pub given: i64,
    /// What was seen of it.
    pub seen: Vec<Sign>,
}

/// Everybody's fate, by client: of those that were chosen, and of those that were given something.
pub fn judge(trial: &Trial, evidence: &[Evidence]) -> Vec<Judged> {
    let mut seen: BTreeMap<&str, Vec<&Evidence>> =
        trial.clients.iter().map(|client| (client.as_str(), Vec::new())).collect();
    // What was seen in an earlier trial of the same key, and written down late, says nothing.
    let of_trial = |line: &&Evidence| line.last >= trial.since && line.sign != Sign::Fetched;
    for line in evidence.iter().filter(of_trial).filter(|line| trial.is_for(&line.client)) {
        seen.entry(&line.client).or_default().push(line);
    }
    let judged = |(client, lines): (&str, Vec<&Evidence>)| Judged {
        client: client.to_owned(),
        outcome: outcome(&lines),
        given: lines.iter().filter(|line| line.sign == Sign::Given).map(|line| line.times).sum(),
        seen: lines.iter().map(|line| line.sign).filter(|sign| *sign != Sign::Given).collect(),
    };
    seen.into_iter().map(judged).collect()
}

fn outcome(lines: &[&Evidence]) -> Outcome {
    let any = |so: fn(Sign) -> bool| lines.iter().any(|line| so(line.sign));
    if any(Sign::is_use) {
        Outcome::Succeeded
    } else if any(|sign| sign == Sign::Given) && any(Sign::is_trouble) {
        Outcome::Failed
    } else {
        Outcome::Unknown
    }
}

/// Whether that opens the way. A trial in which nobody was seen to succeed shows nothing.
pub fn verdict(judged: &[Judged]) -> Ending {
    let any = |outcome| judged.iter().any(|client| client.outcome == outcome);
    if any(Outcome::Succeeded) && !any(Outcome::Failed) { Ending::Clean } else { Ending::NotClean }
}

#[cfg(test)]
mod tests {
    use shared::clock::Timestamp;

    use super::*;

    const SINCE: Timestamp = Timestamp::from_seconds(1_000);
    const UNTIL: Timestamp = Timestamp::from_seconds(2_000);

    fn trial(clients: &[&str]) -> Trial {
        let clients = clients.iter().map(|client| (*client).to_owned()).collect();
        Trial { since: SINCE, until: UNTIL, clients, end: None }
    }

    fn line(client: &str, sign: Sign, last: Timestamp) -> Evidence {
        Evidence { kid: "k".into(), client: client.to_owned(), sign, first: SINCE, last, times: 2 }
    }

    fn fates(trial: &Trial, evidence: &[(&str, Sign)]) -> Vec<(String, Outcome)> {
        let lines: Vec<_> = evidence.iter().map(|(client, sign)| line(client, *sign, UNTIL)).collect();
        judge(trial, &lines).into_iter().map(|judged| (judged.client, judged.outcome)).collect()
    }

    fn one(signs: &[Sign]) -> Outcome {
        let evidence: Vec<_> = signs.iter().map(|sign| ("a", *sign)).collect();
        fates(&trial(&["a"]), &evidence)[0].1
    }

    #[test]
    fn who_went_on_succeeded_whatever_else_was_seen() {
        for used in [Sign::Hint, Sign::UserInfo, Sign::Introspection] {
            assert_eq!(one(&[Sign::Given, Sign::Again, Sign::Refused, used]), Outcome::Succeeded, "{used:?}");
        }
    }

    #[test]
    fn who_was_given_a_token_and_came_back_with_nothing_but_trouble_failed() {
        for trouble in [Sign::Again, Sign::Refused] {
            assert_eq!(one(&[Sign::Given, trouble]), Outcome::Failed, "{trouble:?}");
            assert_eq!(one(&[trouble]), Outcome::Unknown, "{trouble:?}: it was given nothing");
        }
    }

    #[test]
    fn who_is_silent_is_not_judged() {
        assert_eq!(one(&[]), Outcome::Unknown);
        assert_eq!(one(&[Sign::Given]), Outcome::Unknown);
        assert_eq!(one(&[Sign::Given, Sign::Fetched]), Outcome::Unknown, "to fetch a key is not to verify by it");
    }

    #[test]
    fn those_chosen_are_judged_and_nobody_else_and_without_a_choice_all_that_were_given_something() {
        let evidence = [("b", Sign::Given), ("c", Sign::UserInfo)];
        let unknown = |client: &str| (client.to_owned(), Outcome::Unknown);
        assert_eq!(fates(&trial(&["a", "b"]), &evidence), [unknown("a"), unknown("b")]);
        assert_eq!(fates(&trial(&[]), &evidence), [unknown("b"), ("c".to_owned(), Outcome::Succeeded)]);
    }

    #[test]
    fn who_fetched_the_key_and_was_given_nothing_was_not_met() {
        assert_eq!(fates(&trial(&[]), &[("a", Sign::Fetched)]), []);
        let lines = [line("a", Sign::Fetched, UNTIL), line("a", Sign::UserInfo, UNTIL)];
        assert_eq!(judge(&trial(&[]), &lines)[0].seen, [Sign::UserInfo], "nor does it count for anything else");
    }

    #[test]
    fn what_an_earlier_trial_showed_does_not_count() {
        let before = Timestamp::from_seconds(999);
        let lines = [line("a", Sign::UserInfo, before), line("a", Sign::Given, UNTIL)];
        let judged = judge(&trial(&[]), &lines);
        assert_eq!((judged[0].outcome, judged[0].given, judged[0].seen.len()), (Outcome::Unknown, 2, 0));
    }

    #[test]
    fn a_trial_is_clean_if_somebody_succeeded_and_nobody_failed() {
        let clean = |evidence: &[(&str, Sign)]| {
            let lines: Vec<_> = evidence.iter().map(|(client, sign)| line(client, *sign, UNTIL)).collect();
            verdict(&judge(&trial(&[]), &lines))
        };
        let good = [("a", Sign::Given), ("a", Sign::UserInfo), ("silent", Sign::Given)];
        let bad = [("b", Sign::Given), ("b", Sign::Again)];
        assert_eq!(clean(&good), Ending::Clean);
        assert_eq!(clean(&[&good[..], &bad[..]].concat()), Ending::NotClean);
        assert_eq!(clean(&[]), Ending::NotClean, "nobody was met");
        assert_eq!(clean(&good[2..]), Ending::NotClean, "nobody was seen to succeed");
    }
}
