//! `passport dev suite-config`: what a conformance suite from outside needs to drive this passport.
//!
//! Two clients a profile, two more where certificates are taken, one for `client_secret_post`, a candidate who holds every claim, the settings that let
//! the suite's own servers be called, and the plans that the OpenID Foundation's suite reads ([`plan`]). Everything
//! that is drawn is kept beside the plans and used again: a second run changes nothing.

mod kept;
pub mod plan;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::db::Db;
use url::Url;

use self::kept::Kept;
use super::failure::{Exit, Failure};
use super::output::Output;
use super::world;
use crate::accounts::Accounts;
use crate::accounts::admin::Seed;
use crate::accounts::model::{Address, Details, Email, Mobile, Name};
use crate::app::App;
use crate::audit::Actor;
use crate::clients::{Clients, ClientsError, Metadata};
use crate::config::{Config, Environment};

/// Conveniences of development.
#[derive(Debug, Subcommand)]
pub enum DevCommand {
    /// Prepare what the OpenID Foundation's conformance suite needs, and write its plans. See docs/integrate/conformance.md.
    SuiteConfig {
        /// A TOML file: `alias`, `suite` (its address), and `mtls_address` with `mtls_listen` where certificates are used.
        #[arg(long)]
        file: PathBuf,
        /// Where the plans, the settings and the secrets go.
        #[arg(long)]
        folder: PathBuf,
    },
    /// Let an account have accepted the agreements of another day, so that it is asked for those of today.
    AgeAgreements {
        /// Its id, or a name by which its owner signs in.
        account: String,
    },
}

/// What is known of the suite.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SuiteFile {
    /// The name of the plans at the suite, a part of its addresses.
    alias: String,
    /// The address of the suite, without a path.
    suite: Url,
    /// Where certificates of clients are taken.
    mtls_address: Option<String>,
    /// Where the listener for that listens.
    mtls_listen: Option<String>,
}

pub async fn run(command: DevCommand, config: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let (config, db) = world::database(config).await?;
    if config.environment != Environment::Development {
        let text = "`passport dev` is for environment = \"development\" only";
        return Err(Failure::new(Exit::Refused, text).advise("its clients and its candidate have no place elsewhere"));
    }
    match command {
        DevCommand::SuiteConfig { file, folder } => suite_config((config, db), &file, &folder, output).await,
        DevCommand::AgeAgreements { account } => age_agreements((config, db), &account, output).await,
    }
}

/// No agreement has changed yet where something is developed: this is how the question is seen.
async fn age_agreements((config, db): (Config, Db), name: &str, output: &Output) -> Result<Exit, Failure> {
    let app = world::app(config, db.clone()).await?;
    let aged = match app.accounts.locate(name).await? {
        Some(account) => app.accounts.age_agreements(account).await?,
        None => return Err(Failure::new(Exit::Refused, format!("no account has the name {name}"))),
    };
    db.close().await;
    output.result(format!("{aged} agreements are of another day now"), &json!({ "aged": aged }));
    Ok(Exit::Done)
}

async fn suite_config(
    (config, db): (Config, Db),
    file: &Path,
    folder: &Path,
    output: &Output,
) -> Result<Exit, Failure> {
    let refuse = |error: &dyn std::fmt::Display| Failure::new(Exit::Refused, format!("{}: {error}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| refuse(&error))?;
    let known: SuiteFile = toml::from_str(&text).map_err(|error| refuse(&error))?;
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if known.alias.is_empty() || !known.alias.chars().all(is_name) {
        return Err(refuse(&"alias is of small letters, digits and hyphens"));
    }
    let kept = Kept::in_folder(folder, &*world::entropy())?;
    let app = world::app(config.clone(), db.clone()).await?;
    let suite = plan::Suite {
        issuer: config.issuer.origin().to_owned(),
        alias: known.alias.clone(),
        address: known.suite.as_str().trim_end_matches('/').to_owned(),
        mtls: known.mtls_address.as_ref().map(|address| address.trim_end_matches('/').to_owned()),
    };
    let prepared = prepare(&app, &suite, &kept).await;
    db.close().await;
    prepared?;
    let written = write(folder, &suite, &kept, &settings(&config, &known))?;
    output.result(
        format!(
            "{}\nStart the passport with the settings: set -a; . {}; set +a",
            written.join("\n"),
            written.last().map_or("", String::as_str)
        ),
        &json!({ "files": written }),
    );
    Ok(Exit::Done)
}

async fn prepare(app: &App, suite: &plan::Suite, kept: &Kept) -> Result<(), Failure> {
    for client in suite.clients() {
        register(&app.clients, suite, client, kept).await?;
    }
    candidate(&app.accounts, suite, kept).await
}

async fn register(clients: &Clients, suite: &plan::Suite, client: plan::Client, kept: &Kept) -> Result<(), Failure> {
    let metadata = suite.metadata(client, &kept.public_jwks(client));
    let metadata: Metadata =
        serde_json::from_value(metadata).map_err(|error| Failure::new(Exit::Failed, format!("a client: {error}")))?;
    let id = metadata.client_id.clone();
    clients.apply(Actor::Operator, metadata).await?;
    if !client.signs() {
        match clients.import_secret(Actor::Operator, &id, kept.secret(client)).await {
            // Of another folder, which is gone.
            Err(ClientsError::TooManySecrets) => {
                clients.rotate_secret(Actor::Operator, &id, Duration::ZERO).await?;
                clients.import_secret(Actor::Operator, &id, kept.secret(client)).await?;
            }
            outcome => outcome?,
        }
    }
    Ok(())
}

async fn candidate(accounts: &Accounts, suite: &plan::Suite, kept: &Kept) -> Result<(), Failure> {
    let failed = |_| Failure::new(Exit::Failed, "the candidate could not be made");
    let seed = Seed {
        email: Email::parse(&suite.email()).ok(),
        mobile: Mobile::parse(&suite.mobile()).ok(),
        name: Name::parse("李明").ok(),
        plain_name: Some(suite.login()),
    };
    let added = accounts.seed(vec![seed], kept.password(), true).await.map_err(failed)?;
    if added.is_empty() && kept.is_new() {
        let text = "the candidate of another folder is in the database, with a password that stands there";
        return Err(Failure::new(Exit::Refused, text).advise("use that folder, another alias, or another database"));
    }
    let Some(id) = accounts.locate(&suite.login()).await? else {
        return Err(Failure::new(Exit::Failed, "no candidate"));
    };
    accounts.set_details(id, details()).await?;
    Ok(())
}

/// Every claim of OIDC Core §5.1 that does not stand with the account itself.
fn details() -> Details {
    let text = |text: &str| Some(text.to_owned());
    Details {
        family_name: text("李"),
        given_name: text("明"),
        middle_name: text("小"),
        nickname: text("明明"),
        preferred_username: text("liming"),
        profile: text("https://people.example/liming"),
        picture: text("https://people.example/liming.png"),
        website: text("https://liming.example/"),
        gender: text("male"),
        birthdate: text("2008-09-01"),
        zoneinfo: text("Asia/Shanghai"),
        address: Some(Address {
            formatted: text("中山路1号\n上海 200001\n中国"),
            street_address: text("中山路1号"),
            locality: text("上海"),
            region: text("上海"),
            postal_code: text("200001"),
            country: text("CN"),
        }),
    }
}

/// The settings that differ from those that the passport has, as environment variables.
fn settings(config: &Config, known: &SuiteFile) -> String {
    let mut lines = vec![
        "PASSPORT__ACCOUNTS__CAPTCHA=off".to_owned(),
        "PASSPORT__REGISTRATION__POLICY=open".to_owned(),
        "PASSPORT__LIMITS__ENABLED=false".to_owned(),
    ];
    let mut hosts = config.egress.allow.clone();
    hosts.extend(known.suite.host_str().map(str::to_owned).filter(|host| !config.egress.allow.contains(host)));
    lines.push(format!("PASSPORT__EGRESS__ALLOW={}", hosts.join(",")));
    for (name, value) in [("ADDRESS", &known.mtls_address), ("LISTEN", &known.mtls_listen)] {
        lines.extend(value.as_ref().map(|value| format!("PASSPORT__MTLS__{name}={value}")));
    }
    lines.join("\n") + "\n"
}

/// Writes the plans and the settings; where they are.
fn write(folder: &Path, suite: &plan::Suite, kept: &Kept, settings: &str) -> Result<Vec<String>, Failure> {
    let plans = [
        ("openid-connect.json", Some(suite.openid_connect(kept))),
        ("fapi2.json", Some(suite.fapi2(kept))),
        ("fapi2-mtls.json", suite.fapi2_mtls(kept)),
    ];
    let mut written = Vec::new();
    for (name, plan) in plans.into_iter().filter_map(|(name, plan): (_, Option<Value>)| Some((name, plan?))) {
        written.push(kept::write_private(&folder.join(name), &format!("{plan:#}\n"))?);
    }
    written.push(kept::write_private(&folder.join("suite.env"), settings)?);
    Ok(written)
}
