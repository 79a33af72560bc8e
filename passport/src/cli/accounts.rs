//! `passport accounts`

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use futures_util::FutureExt as _;
use serde_json::json;
use shared::config::SecretSource;
use shared::db::Db;

use super::export::{Export, export};
use super::failure::{Exit, Failure};
use super::output::Output;
use super::{filling, world};
use crate::accounts::admin::{Seed, Standing};
use crate::accounts::model::{Details, Email, Mobile, Name, Password};
use crate::accounts::{AccountId, Accounts, Trouble};
use crate::backup::store::erased;
use crate::config::PasswordProfile;

/// How many accounts are added in one transaction.
const AT_ONCE: usize = 500;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountsCommand {
    /// Add accounts for development or measuring. People register by themselves: they have agreements to accept.
    Add(Add),
    /// Show how an account stands; contacts are masked.
    Show {
        /// Its id, mail address, mobile number or login name.
        account: String,
    },
    /// Store what another register knows of a person: claims of OpenID Connect Core §5.1, in place of those stored before.
    /// By a date of birth under 14 a guardian has to consent, as if the person had written it.
    SetDetails {
        /// Its id, mail address, mobile number or login name.
        account: String,
        /// A TOML file in the names of the claims: family_name, birthdate, zoneinfo, [address] …
        #[arg(long)]
        file: PathBuf,
    },
    /// Write down all that is held of a person, as JSON: what is sealed is opened, secrets are named and not shown. It is on
    /// record, and the person sees it in their account.
    Export(Export),
    /// Keep an account from signing in, and end its sessions and all tokens that sites hold of it.
    Lock {
        /// Its id, mail address, mobile number or login name.
        account: String,
    },
    /// List the ids of accounts that are closed. Kept outside the database, the list has `passport restore --closed` close
    /// those of them again that a backup holds.
    Closed,
    /// Let an account sign in again, and forget the wrong passwords that locked it.
    Unlock {
        /// Its id, mail address, mobile number or login name.
        account: String,
    },
    /// Write down that the owner of an account, who is taken for a child, showed a document by which they are 14 or older:
    /// no guardian has to consent.
    OfAge {
        /// Its id, mail address, mobile number or login name.
        account: String,
    },
}

/// The account to add.
#[derive(Debug, Args)]
pub struct Add {
    /// The mail address.
    #[arg(long, required_unless_present_any = ["mobile", "login"])]
    email: Option<String>,
    /// The mobile number.
    #[arg(long)]
    mobile: Option<String>,
    /// A login name that is neither; with --count, the beginning of one.
    #[arg(long)]
    login: Option<String>,
    /// What the person is called.
    #[arg(long)]
    name: Option<String>,
    /// The file that holds the password.
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
    /// Add that many accounts, whose login names end in 0, 1, 2 …
    #[arg(long, requires = "login", conflicts_with_all = ["email", "mobile"])]
    count: Option<u32>,
    /// Give each of them a session and a refresh token of that client, which nobody holds: what a busy day leaves.
    #[arg(long, value_name = "CLIENT", requires = "count")]
    tokens_of: Option<String>,
    /// How many days ago those sessions and tokens began; they last for one. What a clean-up has to remove.
    #[arg(long, value_name = "DAYS", requires = "tokens_of", default_value_t = 0)]
    tokens_age: u32,
    /// Do nothing if the account is there.
    #[arg(long)]
    if_missing: bool,
}

pub async fn run(command: AccountsCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(file).await?;
    let profile = config.accounts.password_profile;
    let accounts = world::app(config, db.clone()).await?.accounts.clone();
    let done = match command {
        AccountsCommand::Add(add) => add.run(&accounts, profile, &db, output).await,
        AccountsCommand::Show { account } => show(&accounts, &account, output).await,
        AccountsCommand::SetDetails { account, file } => set_details(&accounts, &account, &file, output).await,
        AccountsCommand::Lock { account } => {
            let id = locate(&accounts, &account).await?;
            let found = accounts.lock(id).await?;
            report(found, &account, "locked, its sessions and tokens ended", output)
        }
        AccountsCommand::Export(wanted) => {
            let id = locate(&accounts, &wanted.account).await?;
            export(&accounts, id, &wanted, output).await
        }
        AccountsCommand::Closed => closed(&db, output).await,
        AccountsCommand::Unlock { account } => {
            let id = locate(&accounts, &account).await?;
            let found = accounts.unlock(id).await?;
            report(found, &account, "unlocked", output)
        }
        AccountsCommand::OfAge { account } => {
            let id = locate(&accounts, &account).await?;
            match accounts.showed_age(id).await? {
                true => report(true, &account, "of age", output),
                false => Err(Failure::new(Exit::Refused, "its owner is not taken for a child")),
            }
        }
    };
    db.close().await;
    done.map(|()| Exit::Done)
}

impl Add {
    async fn run(self, accounts: &Accounts, profile: PasswordProfile, db: &Db, output: &Output) -> Result<(), Failure> {
        let refuse = |what: &str| Failure::new(Exit::Refused, what);
        let password = SecretSource::file(&self.password_file).read()?;
        let password = Password::parse(profile, password.expose()).map_err(|broken| {
            let rules: Vec<_> = broken.iter().map(|rule| rule.code).collect();
            refuse(&format!("the password breaks the rule(s) {}", rules.join(", ")))
        })?;
        let seed = Seed {
            email: parse(self.email.as_deref(), Email::parse, "the mail address is none")?,
            mobile: parse(self.mobile.as_deref(), Mobile::parse, "the mobile number is none of the mainland")?,
            name: parse(self.name.as_deref(), Name::parse, "the name is none")?,
            plain_name: self.login.clone(),
        };
        let mut seeds: Vec<Seed> = match (self.count, &self.login) {
            (Some(count), Some(login)) => {
                (0..count).map(|n| Seed { plain_name: Some(format!("{login}{n}")), ..seed.clone() }).collect()
            }
            _ => vec![seed],
        };
        let mut added = 0;
        while !seeds.is_empty() {
            let rest = seeds.split_off(seeds.len().min(AT_ONCE));
            let ids = match accounts.seed(seeds, password.secret(), self.if_missing).await {
                Ok(ids) => ids,
                Err(Trouble::Db(error)) if error.is_unique_violation() => {
                    return Err(refuse("a login name belongs to another account").advise("--if-missing passes it over"));
                }
                Err(Trouble::Db(error)) => return Err(error.into()),
                Err(error) => return Err(Failure::new(Exit::Failed, error)),
            };
            added += ids.len();
            if let Some(client) = &self.tokens_of {
                filling::fill(db, ids, client, DAY * self.tokens_age).await?;
            }
            seeds = rest;
        }
        output.result(format!("{added} account(s) added"), &json!({ "added": added }));
        Ok(())
    }
}

fn parse<T, E>(text: Option<&str>, by: fn(&str) -> Result<T, E>, refusal: &str) -> Result<Option<T>, Failure> {
    text.map(by).transpose().map_err(|_| Failure::new(Exit::Refused, refusal))
}

async fn locate(accounts: &Accounts, name: &str) -> Result<AccountId, Failure> {
    accounts.locate(name).await?.ok_or_else(unknown)
}

async fn closed(db: &Db, output: &Output) -> Result<(), Failure> {
    let ids = db.read(|tx| erased::closed(tx).boxed()).await?;
    output.result(ids.join("\n"), &json!({ "closed": ids }));
    Ok(())
}

fn unknown() -> Failure {
    Failure::new(Exit::Refused, "there is no such account")
}

fn report(found: bool, account: &str, what: &str, output: &Output) -> Result<(), Failure> {
    if !found {
        return Err(unknown());
    }
    output.result(format!("{account}: {what}"), &json!({ "account": account, "result": what }));
    Ok(())
}

async fn set_details(accounts: &Accounts, name: &str, file: &Path, output: &Output) -> Result<(), Failure> {
    let refuse = |error: &dyn std::fmt::Display| Failure::new(Exit::Refused, format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| refuse(&error))?;
    let mut details: Details = toml::from_str(&text).map_err(|error| refuse(&error))?;
    let wrong = details.tidy();
    if !wrong.is_empty() {
        let told: Vec<_> = wrong.iter().map(|(field, error)| format!("{field} {error}")).collect();
        return Err(refuse(&told.join("; ")));
    }
    let id = locate(accounts, name).await?;
    report(accounts.set_details(id, details).await?, name, "details stored", output)
}

async fn show(accounts: &Accounts, name: &str, output: &Output) -> Result<(), Failure> {
    let id = locate(accounts, name).await?;
    let Standing { account, locked, sessions } = accounts.standing(id).await?.ok_or_else(unknown)?;
    let email = account.email.as_ref().map(Email::masked);
    let mobile = account.mobile.as_ref().map(Mobile::masked);
    let text = format!(
        "id        {id}\nmail      {}\nmobile    {}\ndocument  {}\nlocked    {}\nsessions  {sessions}",
        email.as_deref().unwrap_or("none"),
        mobile.as_deref().unwrap_or("none"),
        if account.identity.is_some() { "given" } else { "none" },
        if locked { "by an operator" } else { "no" },
    );
    let value = json!({
        "id": id.to_string(), "email": email, "mobile": mobile, "document": account.identity.is_some(),
        "locked": locked, "sessions": sessions,
    });
    output.result(text, &value);
    Ok(())
}
