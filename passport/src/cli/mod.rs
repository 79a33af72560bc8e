//! The command line: what can be asked for, and the way from a request to an exit code.
//!
//! Results go to standard output, everything else to standard error. With `--json` both are JSON. Exit codes are
//! listed in [`Exit`] and shown by `passport --help`.

mod accounts;
mod appeals;
mod audit;
mod backup;
mod cases;
mod clients;
mod delivery;
mod doctor;
mod export;
mod failure;
mod filling;
mod follow;
mod jobs;
mod keys;
mod meters;
mod migrate;
mod output;
mod probe;
mod refusals;
mod retention;
mod serve;
mod settings;
mod simulate;
mod staff;
mod status;
mod suite;
mod world;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use self::failure::{Exit, Failure};

use self::output::Output;

/// The command line of the passport.
#[derive(Debug, Parser)]
#[command(name = "passport", version, about = "The E-TEST Passport: one account for every exam site", after_help = EXIT_CODES)]
struct Cli {
    /// The file of settings. Environment variables PASSPORT__SECTION__KEY override it.
    #[arg(long, short, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write results and errors as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done · 1 failed · 2 wrong command line · 3 wrong settings · \
    4 database or key file out of reach · 5 no such thing, or refused by a rule · \
    6 doctor, probe or audit verify found something wrong";

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests until told to stop.
    Serve,
    /// Bring the database's tables to this version.
    Migrate(migrate::MigrateCommand),
    /// Look at the settings.
    #[command(subcommand)]
    Config(settings::ConfigCommand),
    /// Look after the keys that sign and seal.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Look after the registry of relying parties.
    #[command(subcommand)]
    Clients(clients::ClientsCommand),
    /// Look after accounts.
    #[command(subcommand)]
    Accounts(accounts::AccountsCommand),
    /// Decide about appeals of people whose identity document somebody else holds.
    #[command(subcommand)]
    Appeals(appeals::AppealsCommand),
    /// Look after what owners of accounts say was not them.
    #[command(subcommand)]
    Cases(cases::CasesCommand),
    /// Look after data that is past its time.
    #[command(subcommand)]
    Retention(retention::RetentionCommand),
    /// Look into the record of what was done: whether it is what was recorded, and what is in it.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Look after messages on their way: mail, SMS, and what sites are told of ended sessions.
    #[command(subcommand)]
    Delivery(delivery::DeliveryCommand),
    /// Look after who works in the console.
    #[command(subcommand)]
    Staff(staff::StaffCommand),
    /// Say what people should know: planned work, and troubles.
    #[command(subcommand)]
    Status(status::StatusCommand),
    /// Sign in as a person and a site do, over the network, and say which step failed: for a monitor to run.
    Probe(probe::ProbeCommand),
    /// Play the passport for a site that is being built: any candidate and any fault, on this machine, without a database.
    Simulate(simulate::SimulateCommand),
    /// Copy the database into a sealed file, while the passport serves.
    Backup(backup::BackupCommand),
    /// Put a backup in the place of an empty database.
    Restore(backup::RestoreCommand),
    /// Prepare things for development.
    #[command(subcommand)]
    Dev(suite::DevCommand),
    /// Check everything that the passport stands on, and say what to do about each finding.
    Doctor(doctor::DoctorCommand),
}

/// Runs the program with these arguments, the first being its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; nothing is left to do if they cannot be shown.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    // The first provider stays: nothing in the process may speak TLS with another.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let output = Output::new(cli.json);
    match dispatch(cli, &output) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit.into()
        }
    }
}

fn dispatch(cli: Cli, output: &Output) -> Result<Exit, Failure> {
    let serving = matches!(cli.command, Command::Serve | Command::Simulate(_));
    let mut runtime = if serving {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let runtime = runtime.enable_all().build().map_err(|error| Failure::new(Exit::Failed, error))?;
    let file = cli.config.as_deref();
    runtime.block_on(async {
        match cli.command {
            Command::Serve => serve::run(file).await,
            Command::Migrate(command) => migrate::run(command, file, output).await,
            Command::Config(command) => settings::run(command, file, output),
            Command::Keys(command) => keys::run(command, file, output).await,
            Command::Clients(command) => clients::run(command, file, output).await,
            Command::Accounts(command) => accounts::run(command, file, output).await,
            Command::Appeals(command) => appeals::run(command, file, output).await,
            Command::Audit(command) => audit::run(command, file, output).await,
            Command::Cases(command) => cases::run(command, file, output).await,
            Command::Retention(command) => retention::run(command, file, output).await,
            Command::Delivery(command) => delivery::run(command, file, output).await,
            Command::Staff(command) => staff::run(command, file, output).await,
            Command::Status(command) => status::run(command, file, output).await,
            Command::Probe(command) => probe::run(command, output).await,
            Command::Simulate(command) => simulate::run(command, output).await,
            Command::Backup(command) => backup::make(command, file, output).await,
            Command::Restore(command) => backup::restore(command, file, output).await,
            Command::Dev(command) => suite::run(command, file, output).await,
            Command::Doctor(command) => doctor::run(command, file, output).await,
        }
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_wrong_command_line_is_told_apart_from_help() {
        let run = |arguments: &[&str]| format!("{:?}", run(arguments.iter().map(OsString::from)));
        assert_eq!(run(&["passport", "--help"]), format!("{:?}", ExitCode::from(Exit::Done)));
        assert_eq!(run(&["passport", "fly"]), format!("{:?}", ExitCode::from(Exit::Usage)));
    }

    #[test]
    fn a_name_that_we_gave_may_begin_with_a_hyphen_and_an_option_is_one_all_the_same() {
        for command in ["keys compromise -8xQ --end-sessions", "keys compromise --end-sessions -8xQ"] {
            let cli = Cli::try_parse_from(["passport"].into_iter().chain(command.split(' '))).expect(command);
            assert!(format!("{cli:?}").contains("Compromise { kid: \"-8xQ\", end_sessions: true }"), "{cli:?}");
        }
        for command in ["clients show -8xQ", "clients remove -8xQ", "clients rotate-secret -8xQ --overlap 1d"] {
            Cli::try_parse_from(["passport"].into_iter().chain(command.split(' '))).expect(command);
        }
    }
}
