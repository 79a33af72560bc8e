//! `passport staff`

use std::path::Path;

use clap::Subcommand;
use serde_json::json;

use super::failure::{Exit, Failure};
use super::output::{Output, table};
use super::world;
use crate::console::Console;
use crate::console::admin::{Invitation, InviteError};
use crate::console::model::{Role, Roles};

/// What can be done about the staff of the console.
#[derive(Debug, Subcommand)]
pub enum StaffCommand {
    /// Make the first operator's link into the console: good for an hour, once. With an operator there, people are asked in at
    /// the console.
    Invite {
        /// What colleagues call them.
        name: String,
        /// As what: support, reviewer, operator, auditor; may be repeated.
        #[arg(long = "role", value_name = "ROLE", required = true, value_parser = ["support", "reviewer", "operator", "auditor"])]
        roles: Vec<String>,
        /// Do it although there is an operator, and say why. Somebody of that name who is there already loses their passkeys
        /// and sessions, and has these roles from then on.
        #[arg(long, value_name = "WHY")]
        break_glass: Option<String>,
    },
    /// Show everybody.
    List,
    /// Keep somebody out, and end their sessions.
    Suspend {
        /// What they are called.
        name: String,
    },
}

pub async fn run(command: StaffCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let app = world::app(config, db.clone()).await?;
    let off =
        || Failure::new(Exit::Settings, "there is no console").advise("set console.origin: docs/operate/console.md");
    let console = app.console.clone().ok_or_else(off)?;
    let done = match command {
        StaffCommand::Invite { name, roles, break_glass } => {
            let roles = Roles::of(roles.iter().filter_map(|role| Role::parse(role)));
            invite(&console, Invitation { name, roles, break_glass }, output).await
        }
        StaffCommand::List => list(&console, output).await,
        StaffCommand::Suspend { name } => suspend(&console, name, output).await,
    };
    db.close().await;
    done.map(|()| Exit::Done)
}

async fn invite(console: &Console, invitation: Invitation, output: &Output) -> Result<(), Failure> {
    if invitation.break_glass.as_ref().is_some_and(|why| why.trim().is_empty()) {
        return Err(Failure::new(Exit::Refused, "say why the glass is broken"));
    }
    let name = invitation.name.clone();
    let link = console.invite(invitation).await?.map_err(|error| {
        let failure = Failure::new(Exit::Refused, error);
        match error {
            InviteError::Operator => failure.advise("where none of them can sign in any more: --break-glass WHY"),
            InviteError::First => failure.advise("--role operator"),
            InviteError::Name | InviteError::NoRole => failure,
        }
    })?;
    let text = format!("{}\nFor {name}; good for an hour, once, and shown this once.", link.expose());
    output.result(text, &json!({ "name": name, "link": link.expose() }));
    Ok(())
}

async fn list(console: &Console, output: &Output) -> Result<(), Failure> {
    let people = console.people().await?;
    let mut rows = vec![["name", "state", "roles", "since"].map(str::to_owned).to_vec()];
    rows.extend(people.iter().map(|person| {
        let (state, roles) = (person.state.as_str().to_owned(), person.roles.to_string());
        vec![person.name.clone(), state, roles, person.made_at.to_string()]
    }));
    let text = if people.is_empty() { "there is nobody".to_owned() } else { table(&rows) };
    let value = |person: &crate::console::model::Person| {
        json!({
            "id": person.id.to_string(), "name": person.name, "state": person.state.as_str(),
            "roles": person.roles.to_string(), "since": person.made_at.to_string(),
        })
    };
    output.result(text, &people.iter().map(value).collect::<Vec<_>>());
    Ok(())
}

async fn suspend(console: &Console, name: String, output: &Output) -> Result<(), Failure> {
    if !console.suspend(name.clone()).await? {
        return Err(Failure::new(Exit::Refused, "nobody is called so, or they are out already"));
    }
    output.result(format!("{name}: suspended"), &json!({ "name": name, "state": "suspended" }));
    Ok(())
}
