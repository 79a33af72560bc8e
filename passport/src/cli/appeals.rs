//! `passport appeals`

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use shared::clock::Timestamp;
use shared::i18n::Lang;

use super::failure::{Exit, Failure};
use super::output::{Output, table};
use super::world;
use crate::accounts::alarm::CaseNumber;
use crate::accounts::appeals::model::{Appeal, File, Staff, Words, read_number};
use crate::accounts::appeals::staff::{NotDecided, Seen, Verdict};
use crate::accounts::appeals::state::{NoWay, State};
use crate::accounts::{Accounts, Trouble};

/// What can be done with appeals. Two of the staff have to agree to one; whatever is seen or decided is on record.
#[derive(Debug, Subcommand)]
pub enum AppealsCommand {
    /// List the appeals that wait, the longest first.
    List {
        /// The latest ones, decided or not.
        #[arg(long)]
        all: bool,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Show what is said in an appeal, and what is known of the document.
    Show(Which),
    /// Write the photo of the document into a file that only you can read.
    Photo {
        #[command(flatten)]
        which: Which,
        /// The file, which must not be there yet. Delete it when you have looked at it.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// First step: it is credible. The holder of the document is told, and can object.
    Agree(Which),
    /// Refuse an appeal, whichever step it has reached.
    Refuse {
        #[command(flatten)]
        which: Which,
        /// Why, in words for who appealed: what was seen, and what to do.
        #[arg(long)]
        reason: String,
    },
    /// Last step, after the holder was heard, by somebody else than the first: grant or refuse.
    Decide {
        #[command(flatten)]
        which: Which,
        /// Take the document from its holder, and keep it for who appealed.
        #[arg(long, conflicts_with = "reason", required_unless_present = "reason")]
        grant: bool,
        /// Refuse, for this reason.
        #[arg(long)]
        reason: Option<String>,
    },
}

/// An appeal, and who looks at it.
#[derive(Debug, Args)]
pub struct Which {
    /// The number of the appeal.
    number: String,
    /// Who you are: 2 to 32 small letters, digits, dots, dashes or underscores.
    #[arg(long, value_name = "NAME")]
    staff: String,
}

pub async fn run(command: AppealsCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let accounts = world::app(config, db.clone()).await?.accounts.clone();
    let done = match command {
        AppealsCommand::List { all, limit } => list(&accounts, all, limit, output).await,
        AppealsCommand::Show(which) => show(&accounts, &which, output).await,
        AppealsCommand::Photo { which, out } => photo(&accounts, &which, &out, output).await,
        AppealsCommand::Agree(which) => decide(&accounts, &which, Verdict::Credible, output).await,
        AppealsCommand::Refuse { which, reason } => refuse(&accounts, &which, &reason, output).await,
        AppealsCommand::Decide { which, reason: Some(reason), .. } => refuse(&accounts, &which, &reason, output).await,
        AppealsCommand::Decide { which, .. } => decide(&accounts, &which, Verdict::Granted, output).await,
    };
    db.close().await;
    done.map(|()| Exit::Done)
}

fn refused(what: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Refused, what)
}

impl Which {
    fn read(&self) -> Result<(CaseNumber, Staff), Failure> {
        let number = read_number(&self.number).ok_or_else(|| refused("that is no number of an appeal"));
        let staff = Staff::parse(&self.staff);
        let staff =
            staff.ok_or_else(|| refused("--staff takes 2 to 32 small letters, digits, dots, dashes, underscores"));
        Ok((number?, staff?))
    }
}

fn unknown() -> Failure {
    refused(NotDecided::Unknown)
}

async fn list(accounts: &Accounts, all: bool, limit: u32, output: &Output) -> Result<(), Failure> {
    let appeals = accounts.appeals(all, limit).await?;
    let head = ["NUMBER", "STATE", "BEGUN", "UNTIL", "FIRST"].map(str::to_owned).to_vec();
    let rows: Vec<_> = std::iter::once(head).chain(appeals.iter().map(row)).collect();
    let text = if appeals.is_empty() { "nothing waits".to_owned() } else { table(&rows) };
    output.result(text, &appeals.iter().map(summary).collect::<Vec<_>>());
    Ok(())
}

fn row(appeal: &Appeal) -> Vec<String> {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    vec![
        appeal.number.to_string(),
        appeal.state.code().to_owned(),
        appeal.times.begun.to_string(),
        or_dash(appeal.state.until().map(|until| until.to_string())),
        or_dash(appeal.state.first().map(|first| first.as_str().to_owned())),
    ]
}

fn summary(appeal: &Appeal) -> Value {
    json!({
        "number": appeal.number.to_string(), "state": appeal.state.code(), "begun_at": appeal.times.begun.to_string(),
        "until": appeal.state.until().map(|until| until.to_string()), "first": appeal.state.first().map(Staff::as_str),
    })
}

async fn show(accounts: &Accounts, which: &Which, output: &Output) -> Result<(), Failure> {
    let (number, staff) = which.read()?;
    let seen = accounts.see_appeal(number, staff).await?.ok_or_else(unknown)?;
    output.result(told(&seen), &value(&seen));
    Ok(())
}

fn value(seen: &Seen) -> Value {
    let mut value = summary(&seen.appeal);
    let Some(file) = &seen.appeal.file else { return value };
    value["held"] = json!(seen.held);
    value["own"] = json!(seen.own);
    value["same_name"] = json!(seen.same_name);
    value["next"] = json!(next(seen));
    for (name, said) in said(file) {
        value[name] = json!(said);
    }
    value
}

/// What is said in an appeal, by the names of the fields.
fn said(file: &File) -> Vec<(&'static str, String)> {
    let mut said = vec![
        ("name", file.name.as_str().to_owned()),
        ("id_type", file.document.kind().code().to_owned()),
        ("id_number", file.document.number().to_owned()),
        ("province", file.province.name(Lang::Zh).to_owned()),
        ("contact", file.contact.as_str().to_owned()),
        ("words", file.words.as_str().to_owned()),
    ];
    said.extend(file.objection.as_ref().map(|words| ("objection", words.as_str().to_owned())));
    said.extend(file.reason.as_ref().map(|words| ("reason", words.as_str().to_owned())));
    said
}

fn told(seen: &Seen) -> String {
    let appeal = &seen.appeal;
    let mut lines = vec![format!("{:<10} {} ({})", "appeal", appeal.number, appeal.state.code())];
    let times = appeal.times;
    let at = |name: &str, at: Option<Timestamp>| at.map(|at| format!("{name:<10} {at}"));
    lines.extend(at("begun", Some(times.begun)));
    lines.extend(at("photo", times.submitted));
    lines.extend(at("heard", times.heard));
    lines.extend(at("objected", times.objected));
    lines.extend(at("decided", times.decided));
    match &appeal.file {
        None => lines.push("what was said is erased".to_owned()),
        Some(file) => lines.extend(said(file).iter().map(|(name, said)| format!("{name:<10} {}", plain(said)))),
    }
    lines.push(format!("{:<10} {}", "next", next(seen)));
    lines.join("\n")
}

/// Words of strangers on a terminal: no character of them may do anything there.
fn plain(said: &str) -> String {
    said.chars()
        .map(|c| {
            if c == '\n' {
                '⏎'
            } else if c.is_control() {
                '�'
            } else {
                c
            }
        })
        .collect()
}

/// What the staff can do now, and what to look at.
fn next(seen: &Seen) -> String {
    match &seen.appeal.state {
        State::Begun { until } => format!("the photo is missing, until {until}"),
        State::Submitted if !seen.held => {
            "no account holds the document: refuse it, and say that they can use it".into()
        }
        State::Submitted if seen.own => {
            "the document is bound to an account of that very contact: refuse it, and say that they sign in with it"
                .into()
        }
        State::Submitted => match seen.same_name {
            Some(true) => "the holder has the same name: look at the photo, then `agree` or `refuse`".into(),
            Some(false) => "the holder has another name: look at the photo, then `agree` or `refuse`".into(),
            None => "look at the photo, then `agree` or `refuse`".into(),
        },
        State::Hearing { until, .. } => format!("the holder is heard until {until}"),
        State::Deciding { first, .. } => format!("somebody else than {} decides: `decide`", first.as_str()),
        State::Granted { until } => format!("kept for who appealed until {until}"),
        State::Bound | State::Refused | State::Withdrawn | State::Expired => "nothing".into(),
    }
}

async fn photo(accounts: &Accounts, which: &Which, out: &Path, output: &Output) -> Result<(), Failure> {
    let (number, staff) = which.read()?;
    let say = |error: std::io::Error| Failure::new(Exit::Failed, format!("{}: {error}", out.display()));
    // Before it is on record that the photo was seen.
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(out).map_err(say)?;
    let Some(photo) = accounts.see_photo(number, staff).await? else {
        drop(file);
        std::fs::remove_file(out).map_err(say)?;
        return Err(refused("there is no such appeal, or no photo of it, or none any more"));
    };
    file.write_all(&photo).and_then(|()| file.sync_all()).map_err(say)?;
    let path = out.display().to_string();
    output.result(
        format!("{path}: {} bytes; delete it when you have looked at it", photo.len()),
        &json!({ "file": path }),
    );
    Ok(())
}

async fn refuse(accounts: &Accounts, which: &Which, reason: &str, output: &Output) -> Result<(), Failure> {
    let reason = Words::parse(reason).map_err(|error| refused(format!("--reason: {error}")))?;
    decide(accounts, which, Verdict::Refused(reason), output).await
}

async fn decide(accounts: &Accounts, which: &Which, verdict: Verdict, output: &Output) -> Result<(), Failure> {
    let (number, staff) = which.read()?;
    let decided = accounts.decide_appeal(number, staff, verdict).await.map_err(|trouble| match trouble {
        Trouble::Db(error) => error.into(),
        error => Failure::new(Exit::Failed, error),
    })?;
    let appeal = decided.map_err(|error| {
        let failure = refused(&error);
        match error {
            NotDecided::NoWay(NoWay::NotNow) => failure.advise("`passport appeals show` tells where it stands"),
            NotDecided::NoWay(NoWay::NothingHeld) => {
                failure.advise("`passport appeals refuse`, and say that they can use their document")
            }
            NotDecided::NoWay(NoWay::SameStaff) | NotDecided::Unknown | NotDecided::KeptFor(_) => failure,
        }
    })?;
    let until = appeal.state.until().map(|until| format!(", until {until}")).unwrap_or_default();
    output.result(format!("{}: {}{until}", appeal.number, appeal.state.code()), &summary(&appeal));
    Ok(())
}
