//! `passport config`

use std::path::Path;

use clap::Subcommand;
use serde_json::json;

use super::failure::{Exit, Failure};
use super::output::Output;
use super::world;
use crate::config::Config;
use crate::places::Places;

/// What can be asked about settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Read the settings and say everything that is wrong with them.
    Check,
    /// Describe every setting, as Markdown.
    Reference,
}

pub fn run(command: ConfigCommand, file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    match command {
        ConfigCommand::Check => check(file, output),
        ConfigCommand::Reference => {
            let page = shared::config::reference_markdown(&[Config::program()]);
            output.result(&page, &json!({ "markdown": page }));
            Ok(Exit::Done)
        }
    }
}

/// Everything that can be known without reaching for a database or a network.
fn check(file: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let config = Config::load(file)?;
    let mut messages = Vec::new();
    for (name, source) in [
        ("database.password_file", &config.database.password_file),
        ("delivery.smtp_password_file", &config.delivery.smtp_password_file),
        ("delivery.sms_token_file", &config.delivery.sms_token_file),
        ("delivery.sms_key_secret_file", &config.delivery.sms_key_secret_file),
        ("delivery.report_secret_file", &config.delivery.report_secret_file),
    ] {
        if let Some(Err(error)) = source.as_ref().map(shared::config::SecretSource::read) {
            messages.push(format!("{name}: {error}"));
        }
    }
    if messages.is_empty()
        && let Err(failure) = world::sms(&config)
    {
        messages.extend(failure.messages);
    }
    for (name, key) in [
        ("keys.master_key_file", world::master_key(&config).map(drop)),
        ("keys.next_master_key_file", world::next_master_key(&config).map(drop)),
    ] {
        if let Err(failure) = key {
            messages.extend(failure.messages.iter().map(|message| format!("{name}: {message}")));
        }
    }
    for (name, path) in [("server.tls_cert", &config.server.tls_cert), ("server.tls_key", &config.server.tls_key)] {
        if let Some(Err(error)) = path.as_ref().map(std::fs::File::open) {
            messages.push(format!("{name}: the file cannot be read ({error})"));
        }
    }
    if let Err(error) = Places::of(config.places.database.as_deref()) {
        messages.push(format!("places.database: {error}"));
    }
    if !messages.is_empty() {
        return Err(Failure { exit: Exit::Settings, messages, advice: None });
    }
    output.result("the settings are in order", &json!({ "ok": true }));
    Ok(Exit::Done)
}
