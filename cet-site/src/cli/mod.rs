//! The command line: `cet-site --config FILE serve | migrate | config check`.

mod serve;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use shared::clock::SystemClock;
use shared::db::Db;

use crate::app::MIGRATIONS;
use crate::config::{self, Settings};
use crate::profile;

/// An exam site that relies on the E-TEST Passport.
#[derive(Debug, Parser)]
#[command(name = "cet-site", version, about)]
pub struct Cli {
    /// The settings file (TOML). Environment variables `CET_SITE__…` override it.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests until told to stop.
    Serve,
    /// Apply missing database migrations.
    Migrate,
    /// Work with the settings.
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Report everything that is wrong with the settings and the files they name.
    Check,
}

/// Runs the command.
///
/// # Errors
/// One sentence for the person at the terminal.
pub fn run(cli: &Cli) -> anyhow::Result<()> {
    let settings = config::load(cli.config.as_deref()).map_err(|errors| anyhow::anyhow!("{errors}"))?;
    match cli.command {
        Command::Config(ConfigCommand::Check) => check(&settings),
        Command::Migrate => runtime()?.block_on(async { migrate(&open(&settings).await?).await }),
        Command::Serve => {
            let runtime = runtime()?;
            let _entered = runtime.enter();
            let log = shared::telemetry::init("cet-site", &settings.log, &settings.traces)
                .context("the program cannot tell of itself")?;
            runtime.block_on(serve::serve(&settings, log.access_log()))
        }
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the runtime cannot be started")
}

fn check(settings: &Settings) -> anyhow::Result<()> {
    let mut wrong = config::check_files(settings).err().unwrap_or_default();
    if let Err(error) = profile::load(settings.profile, settings.issuer.as_str()) {
        wrong.push(error.to_string());
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    println!("the settings of {} are complete", settings.profile);
    Ok(())
}

async fn open(settings: &Settings) -> anyhow::Result<Db> {
    let config = settings.database.db_config()?;
    Db::connect(&config).await.context("the database cannot be opened")
}

async fn migrate(db: &Db) -> anyhow::Result<()> {
    let before = db.migration_state(&MIGRATIONS).await?.pending.len();
    db.migrate(&MIGRATIONS).await.context("the database cannot be migrated")?;
    println!("{before} migration(s) applied");
    db.close().await;
    Ok(())
}

/// The clock of a running program.
fn clock() -> shared::clock::SharedClock {
    std::sync::Arc::new(SystemClock)
}
