//! `passport probe`: signs in from outside as a person and a site do, step by step, and says which step failed and how long
//! each took. Nothing that it says holds a secret: no password, cookie, code or token, and no part of an answer.

mod browser;
mod journey;
mod page;
mod report;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use shared::config::{BaseUrl, SecretSource};
use shared::http::client::ClientBuilder;
use shared::secret::SecretString;

use self::browser::{Browser, Kept};
use self::journey::Journey;
use super::failure::{Exit, Failure};
use super::output::Output;
use super::world;

/// How the probe goes.
#[derive(Debug, Args)]
pub struct ProbeCommand {
    /// The issuer, as sites know it.
    #[arg(long, value_parser = BaseUrl::parse, value_name = "URL")]
    issuer: BaseUrl,
    /// A client of the probe's own: confidential, first-party, with the scope openid.
    #[arg(long, value_name = "CLIENT_ID", allow_hyphen_values = true)]
    client: String,
    /// The file of its secret.
    #[arg(long, value_name = "FILE")]
    client_secret_file: PathBuf,
    /// Its redirect URI. Nothing has to answer there.
    #[arg(long, value_name = "URL")]
    redirect_uri: String,
    /// An account of the probe's own, without a second step: its mail address, mobile number or user name.
    #[arg(long, value_name = "NAME")]
    account: String,
    /// The file of its password.
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
    /// Where to remember that the browser was here before, so that the account is not told of a new one each time.
    #[arg(long, value_name = "FILE")]
    browser_file: Option<PathBuf>,
    /// Certificates to trust (PEM), besides which no other is.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// How long a single answer may take.
    #[arg(long, value_name = "DURATION", value_parser = super::keys::duration, default_value = "10s")]
    patience: Duration,
    /// Write the outcome as metrics into this file, for the textfile collector of node_exporter.
    #[arg(long, value_name = "FILE")]
    textfile: Option<PathBuf>,
}

/// Who signs in where.
struct Errand {
    issuer: BaseUrl,
    client: String,
    client_secret: SecretString,
    redirect_uri: String,
    account: String,
    password: SecretString,
}

pub async fn run(command: ProbeCommand, output: &Output) -> Result<Exit, Failure> {
    let secret = |file: &Path| SecretSource::file(file).read();
    let http = ClientBuilder::new().ca_file(command.ca_file.as_deref()).timeout(command.patience).build();
    let http = http.map_err(|error| Failure::new(Exit::Settings, error))?;
    let errand = Errand {
        client_secret: secret(&command.client_secret_file)?,
        password: secret(&command.password_file)?,
        issuer: command.issuer,
        client: command.client,
        redirect_uri: command.redirect_uri,
        account: command.account,
    };
    let kept = command.browser_file.map(Kept::open).transpose()?;
    let browser = Browser::new(http, errand.issuer.origin(), kept.as_ref());
    let mut journey = Journey::new(errand, browser, (world::clock(), world::entropy()));
    let report = journey.go().await;
    if let Some(kept) = kept {
        kept.write(journey.browser())?;
    }
    if let Some(file) = &command.textfile {
        write_whole(file, &report.as_metrics(world::clock().now())).map_err(|error| unwritable(file, &error))?;
    }
    output.result(report.text(), &report);
    Ok(if report.succeeded() { Exit::Done } else { Exit::Findings })
}

/// In one step, so that nobody reads half of it.
fn write_whole(file: &Path, text: &str) -> std::io::Result<()> {
    let beside = file.with_extension("new");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, file)
}

fn unwritable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("{} cannot be written: {error}", file.display()))
}
