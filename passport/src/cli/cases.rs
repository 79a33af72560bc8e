//! `passport cases`

use std::path::Path;

use clap::Subcommand;
use serde_json::{Value, json};

use super::failure::{Exit, Failure};
use super::output::{Output, table};
use super::world;
use crate::accounts::Accounts;
use crate::accounts::alarm::CaseNumber;
use crate::accounts::alarm::store::Case;

/// What can be done with cases.
#[derive(Debug, Subcommand)]
pub enum CasesCommand {
    /// Show cases, the newest first: somebody said of a notice, or of a line of their history, that it was not them.
    List {
        /// Those that are closed, too.
        #[arg(long)]
        all: bool,
        /// At most that many.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Show one.
    Show {
        /// Its number, as its owner reads it aloud.
        number: String,
    },
    /// Close one: nothing is left to be done about it. An account that is shut stays so until its password is reset.
    Close {
        /// Its number, as its owner reads it aloud.
        number: String,
    },
}

pub async fn run(command: CasesCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let accounts = world::app(config, db.clone()).await?.accounts.clone();
    let done = match command {
        CasesCommand::List { all, limit } => list(&accounts, (all, limit), output).await,
        CasesCommand::Show { number } => show(&accounts, &number, output).await,
        CasesCommand::Close { number } => close(&accounts, &number, output).await,
    };
    db.close().await;
    done.map(|()| Exit::Done)
}

fn refuse(what: &str) -> Failure {
    Failure::new(Exit::Refused, what)
}

fn parse(number: &str) -> Result<CaseNumber, Failure> {
    CaseNumber::parse(number)
        .ok_or_else(|| refuse("that is no number of a case").advise("have it read aloud once more: nine digits"))
}

async fn list(accounts: &Accounts, (all, limit): (bool, u32), output: &Output) -> Result<(), Failure> {
    let cases = accounts.cases(all, limit).await?;
    let mut rows = vec![["number", "opened", "state", "about", "reported by", "account"].map(str::to_owned).to_vec()];
    rows.extend(cases.iter().map(|case| {
        let (opened, state) = (case.opened_at.to_string(), state(case).to_owned());
        let account = case.account.to_string();
        vec![case.number.to_string(), opened, state, case.about.clone(), case.via.clone(), account]
    }));
    let text = if cases.is_empty() { "there is no such case".to_owned() } else { table(&rows) };
    output.result(text, &cases.iter().map(value).collect::<Vec<_>>());
    Ok(())
}

async fn show(accounts: &Accounts, number: &str, output: &Output) -> Result<(), Failure> {
    let number = parse(number)?;
    let case = accounts.case(&number).await?.ok_or_else(|| refuse("there is no such case"))?;
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "not known".to_owned());
    let text = format!(
        "number    {number}\naccount   {}\nstate     {}\nabout     {}\nhappened  {}\nreported  {}\nby        {}\n\
         network   {}\ndevice    {}",
        case.account,
        state(&case),
        case.about,
        case.at,
        case.opened_at,
        case.via,
        or_none(case.network.clone()),
        or_none(case.device.map(|device| device.to_string())),
    );
    output.result(text, &value(&case));
    Ok(())
}

async fn close(accounts: &Accounts, number: &str, output: &Output) -> Result<(), Failure> {
    let number = parse(number)?;
    if !accounts.close_case(&number).await? {
        return Err(refuse("there is no such case, or it is closed"));
    }
    output.result(format!("{number}: closed"), &json!({ "number": number.to_string(), "state": "closed" }));
    Ok(())
}

/// How it stands with a case: whether staff are done with it, else whether its owner is.
const fn state(case: &Case) -> &'static str {
    match (case.closed_at, case.shut) {
        (Some(_), _) => "closed",
        (None, true) => "shut",
        (None, false) => "password chosen anew",
    }
}

fn value(case: &Case) -> Value {
    json!({
        "number": case.number.to_string(), "account": case.account.to_string(), "state": state(case),
        "about": case.about, "happened_at": case.at.to_string(), "reported_by": case.via,
        "opened_at": case.opened_at.to_string(), "network": case.network,
        "device": case.device.map(|device| device.to_string()),
        "closed_at": case.closed_at.map(|at| at.to_string()),
    })
}
