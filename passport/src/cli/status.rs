//! `passport status`

use std::path::Path;
use std::time::Duration;

use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Value, json};
use shared::clock::Timestamp;
use shared::status::{Kind, Notice, Part, Words};

use super::failure::{Exit, Failure};
use super::keys::{duration, moment};
use super::output::{Output, table};
use super::world;
use crate::status::{NoticeId, Status};

/// How long before it begins planned work is shown, unless something else is said.
const AHEAD: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// The longest time between now and the end of a notice: one that was forgotten ends by itself.
const LONGEST: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// The most characters in one language: a notice stands above everything else that people came for.
const MOST: usize = 300;

/// What can be said of how everything stands.
#[derive(Debug, Subcommand)]
pub enum StatusCommand {
    /// Announce planned work: shown from three days before it until its end, on our pages and on those of the exam sites.
    Plan(Plan),
    /// Announce something that people should know now, until it ends.
    #[command(group = ArgGroup::new("end").args(["until", "lasts"]).required(true))]
    Announce {
        /// Until when, as in 2027-03-18T03:00:00+08:00.
        #[arg(long, value_parser = moment, value_name = "TIME")]
        until: Option<Timestamp>,
        /// For how long, as in 30m or 4h.
        #[arg(long = "for", value_parser = duration, value_name = "DURATION")]
        lasts: Option<Duration>,
        /// What it is about: sign-in, registration, tokens, mail, sms, database, keys; may be said more than once.
        #[arg(long = "part", value_parser = part, value_name = "PART")]
        parts: Vec<Part>,
        /// What is the matter, and what to do, in Chinese.
        #[arg(long)]
        zh: String,
        /// The same in English.
        #[arg(long)]
        en: String,
    },
    /// End a notice before its time.
    End {
        /// Its id, as `passport status list` shows it.
        id: String,
    },
    /// Show the notices that are not over.
    List {
        /// Those of the last three months that are over, too.
        #[arg(long)]
        all: bool,
    },
}

/// Planned work.
#[derive(Debug, Args)]
pub struct Plan {
    /// When it begins, as in 2027-03-18T03:00:00+08:00.
    #[arg(long, value_parser = moment, value_name = "TIME")]
    from: Timestamp,
    /// When it ends.
    #[arg(long, value_parser = moment, value_name = "TIME")]
    until: Timestamp,
    /// What will not work meanwhile: sign-in, registration, tokens, mail, sms, database, keys; may be said more than once.
    #[arg(long = "part", value_parser = part, value_name = "PART")]
    parts: Vec<Part>,
    /// From when on it is shown; left out: three days before.
    #[arg(long, value_parser = moment, value_name = "TIME")]
    shown_from: Option<Timestamp>,
    /// More about it, in Chinese. The times and the parts are told without it.
    #[arg(long, requires = "en", default_value = "", hide_default_value = true)]
    zh: String,
    /// The same in English.
    #[arg(long, requires = "zh", default_value = "", hide_default_value = true)]
    en: String,
}

fn part(name: &str) -> Result<Part, String> {
    Part::parse(name).ok_or_else(|| {
        let all: Vec<&str> = Part::ALL.iter().map(|part| part.as_str()).collect();
        format!("is none of {}", all.join(", "))
    })
}

pub async fn run(command: StatusCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let status = world::app(config, db.clone()).await?.status.clone();
    let now = world::clock().now();
    let done = match command {
        StatusCommand::Plan(plan) => announce(&status, plan.notice(), now, output).await,
        StatusCommand::Announce { until, lasts, parts, zh, en } => {
            let ends = until.unwrap_or(now + lasts.unwrap_or_default());
            let words = Words { zh, en };
            let (id, kind) = (String::new(), Kind::Trouble);
            let notice = Notice { id, kind, parts, shown_from: now, begins: now, ends, words };
            announce(&status, notice, now, output).await
        }
        StatusCommand::End { id } => end(&status, &id, output).await,
        StatusCommand::List { all } => list(&status, all, now, output).await,
    };
    db.close().await;
    done.map(|()| Exit::Done)
}

impl Plan {
    fn notice(self) -> Notice {
        Notice {
            id: String::new(),
            kind: Kind::Planned,
            parts: self.parts,
            shown_from: self.shown_from.unwrap_or(self.from - AHEAD),
            begins: self.from,
            ends: self.until,
            words: Words { zh: self.zh, en: self.en },
        }
    }
}

/// Why a notice would not do, in one sentence.
fn flaw(notice: &Notice, now: Timestamp) -> Option<String> {
    let texts = [&notice.words.zh, &notice.words.en];
    let is_odd = |text: &String| text.chars().any(char::is_control) || text.chars().count() > MOST;
    if notice.ends <= notice.begins || notice.ends <= now {
        Some(format!("it would be over at {}, before it begins: it is {now}", notice.ends))
    } else if notice.ends > now + LONGEST && notice.kind == Kind::Trouble {
        Some(format!("it would be shown until {}, longer than anybody remembers it: 31 days are the most", notice.ends))
    } else if notice.ends > notice.begins + LONGEST {
        Some("planned work lasts 31 days at most".to_owned())
    } else if notice.shown_from > notice.begins {
        Some("it would be shown only after it has begun".to_owned())
    } else if texts.into_iter().any(is_odd) {
        Some(format!("its words are longer than {MOST} characters, or hold a line break"))
    } else if notice.words.zh.trim().is_empty() != notice.words.en.trim().is_empty()
        || (notice.kind == Kind::Trouble && notice.words.zh.trim().is_empty())
    {
        Some("both languages have to say it".to_owned())
    } else {
        None
    }
}

async fn announce(status: &Status, notice: Notice, now: Timestamp, output: &Output) -> Result<(), Failure> {
    if let Some(flaw) = flaw(&notice, now) {
        return Err(Failure::new(Exit::Refused, flaw));
    }
    let (shown_from, ends) = (notice.shown_from.max(now), notice.ends);
    let id = status.announce(notice).await?;
    let text = format!("{id}: shown from {shown_from} until {ends}, and then gone by itself");
    output.result(text, &json!({ "id": id.to_string(), "until": ends.to_string() }));
    Ok(())
}

async fn end(status: &Status, id: &str, output: &Output) -> Result<(), Failure> {
    let refuse = || {
        Failure::new(Exit::Refused, "there is no such notice, or it is over")
            .advise("`passport status list` shows those that are not")
    };
    let id: NoticeId = id.parse().map_err(|_| refuse())?;
    if !status.end(id).await? {
        return Err(refuse());
    }
    output.result(format!("{id}: over; sites show it for some seconds yet"), &json!({ "id": id.to_string() }));
    Ok(())
}

async fn list(status: &Status, all: bool, now: Timestamp, output: &Output) -> Result<(), Failure> {
    let notices = status.notices(all).await?;
    let heads = ["id", "kind", "state", "shown from", "begins", "ends", "parts", "words"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    rows.extend(notices.iter().map(|notice| {
        let moments = [notice.shown_from, notice.begins, notice.ends].map(|at| at.to_string());
        let head = [notice.id.clone(), notice.kind.as_str().to_owned(), state(notice, now).to_owned()];
        let tail = [parts(notice).join(" "), notice.words.en.clone()];
        head.into_iter().chain(moments).chain(tail).collect()
    }));
    let text = if notices.is_empty() { "nothing is announced".to_owned() } else { table(&rows) };
    output.result(text, &notices.iter().map(|notice| value(notice, now)).collect::<Vec<_>>());
    Ok(())
}

fn state(notice: &Notice, now: Timestamp) -> &'static str {
    match notice {
        notice if notice.is_over(now) => "over",
        notice if notice.is_running(now) => "running",
        notice if notice.is_shown(now) => "shown",
        _ => "waiting",
    }
}

fn parts(notice: &Notice) -> Vec<&'static str> {
    notice.parts.iter().map(|part| part.as_str()).collect()
}

fn value(notice: &Notice, now: Timestamp) -> Value {
    json!({
        "id": notice.id, "kind": notice.kind.as_str(), "state": state(notice, now), "parts": parts(notice),
        "shown_from": notice.shown_from.to_string(), "begins": notice.begins.to_string(),
        "ends": notice.ends.to_string(), "zh": notice.words.zh, "en": notice.words.en,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_805_331_600);
    const HOUR: Duration = Duration::from_secs(3_600);

    fn notice() -> Notice {
        let words = Words { zh: "正在处理".to_owned(), en: "We are on it".to_owned() };
        let (id, kind) = (String::new(), Kind::Trouble);
        Notice { id, kind, parts: vec![Part::Sms], shown_from: NOW, begins: NOW, ends: NOW + HOUR, words }
    }

    fn planned() -> Notice {
        Notice { kind: Kind::Planned, begins: NOW + HOUR, ends: NOW + HOUR * 2, words: Words::default(), ..notice() }
    }

    #[test]
    fn a_notice_has_an_end_that_lies_ahead_and_not_too_far() {
        assert_eq!(flaw(&notice(), NOW), None);
        assert_eq!(flaw(&planned(), NOW), None);
        assert!(flaw(&Notice { ends: NOW, ..notice() }, NOW).is_some());
        assert!(flaw(&Notice { ends: NOW + LONGEST + HOUR, ..notice() }, NOW).is_some());
        assert!(flaw(&Notice { ends: NOW + HOUR, ..planned() }, NOW).is_some(), "it ends when it begins");
        assert!(flaw(&Notice { ends: NOW + HOUR * 2 + LONGEST, ..planned() }, NOW).is_some());
        assert!(flaw(&Notice { shown_from: NOW + HOUR * 2, ..planned() }, NOW).is_some(), "shown when it is over");
    }

    #[test]
    fn a_notice_speaks_both_languages_and_not_for_long() {
        let said = |zh: &str, en: &str| Notice { words: Words { zh: zh.to_owned(), en: en.to_owned() }, ..notice() };
        for (zh, en) in [("", ""), ("短", ""), (" ", "short"), ("一\n二", "one"), (&"长".repeat(MOST + 1), "long")]
        {
            assert!(flaw(&said(zh, en), NOW).is_some(), "{zh:.9} {en}");
        }
        assert!(flaw(&Notice { kind: Kind::Planned, ..said("短", "") }, NOW).is_some());
    }
}
