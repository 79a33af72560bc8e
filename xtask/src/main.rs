//! `cargo xtask COMMAND`: everything that a developer or a newcomer does here, with no tool needed but cargo.
//!
//! Each command is one file, and one row of [`COMMANDS`].

mod bench;
mod cargo;
mod certs;
mod cluster;
mod demo;
mod drill;
mod flags;
mod fleet;
mod fuzz;
mod home;
mod interop;
mod load;
mod load_sign_in;
mod passwords;
mod ports;
mod postgres;
mod progress;
mod release;
mod runbooks;
mod screenshots;
mod seed;
mod settings;
mod test;
mod wire;

use std::process::ExitCode;

use flags::Flags;

/// A command: its name, what it takes, what it does, and the function that does it.
struct Command {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(Flags) -> anyhow::Result<()>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "demo",
        arguments: demo::ARGUMENTS,
        about: "Builds and starts everything on this machine, ready for a browser; with --check, walks the journey by itself and stops",
        run: demo::run,
    },
    Command {
        name: "cluster",
        arguments: cluster::ARGUMENTS,
        about: "Starts the shape of production on this machine: a proxy, three passports, three sites, PostgreSQL with a standby",
        run: cluster::run,
    },
    Command {
        name: "test",
        arguments: test::ARGUMENTS,
        about: "Runs every check that a change must pass, and installs what is missing on Debian; --fast: no browser, SQLite only",
        run: test::run,
    },
    Command {
        name: "screenshots",
        arguments: screenshots::ARGUMENTS,
        about: "Takes a picture of every page, in both languages, on a desktop and on a phone, into screenshots/; --journey: those of docs/journey.md",
        run: screenshots::run,
    },
    Command {
        name: "interop",
        arguments: interop::ARGUMENTS,
        about: "Signs in, refreshes and signs out through client libraries that others wrote, against a passport on this machine",
        run: interop::run,
    },
    Command {
        name: "bench serve",
        arguments: bench::ARGUMENTS,
        about: "Starts the release passport ready to be measured and prints one line of JSON about it",
        run: bench::run,
    },
    Command {
        name: "load",
        arguments: load::ARGUMENTS,
        about: "Measures a sign-in by pushed requests, signed assertions and bound tokens beside a plain one; --sign-in: signing in by password, with a code of an app and without",
        run: load::run,
    },
    Command {
        name: "drill",
        arguments: drill::ARGUMENTS,
        about: "Takes a cluster apart while people sign in, and says what they noticed; fails when a goal is missed",
        run: drill::run,
    },
    Command {
        name: "runbooks",
        arguments: runbooks::ARGUMENTS,
        about: "Brings about the trouble that each page of docs/operations/ is for, and executes every command of the page",
        run: runbooks::run,
    },
    Command {
        name: "release",
        arguments: release::ARGUMENTS,
        about: "Builds what operators install, reproducibly, with its bill of materials, checksums and signature; --check: twice, and compares",
        run: release::run,
    },
    Command {
        name: "fuzz",
        arguments: fuzz::ARGUMENTS,
        about: "Throws a million inputs at each thing that reads what strangers write; --target: at one of them",
        run: fuzz::run,
    },
    Command {
        name: "passwords",
        arguments: passwords::ARGUMENTS,
        about: "Builds the filter of passwords that are guessed first from lists of npm and PyPI; --check: compares it with the one in the tree",
        run: passwords::run,
    },
    Command {
        name: "certs",
        arguments: certs::ARGUMENTS,
        about: "Makes the development CA and the certificates that demo uses, or says where they are",
        run: certs::run,
    },
];

fn main() -> ExitCode {
    match dispatch() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n✗ {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1).peekable();
    let mut name = words.next().unwrap_or_else(|| "help".to_owned());
    if name == "bench" {
        let what = words.next().unwrap_or_default();
        name = format!("{name} {what}");
    }
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print!("{}", help());
        return Ok(());
    }
    let command = COMMANDS
        .iter()
        .find(|command| command.name == name.trim_end())
        .ok_or_else(|| anyhow::anyhow!("there is no command {name:?}; cargo xtask help lists them"))?;
    let rest: Vec<String> = words.collect();
    if rest.iter().any(|word| word == "--help" || word == "-h") {
        print!("{}", describe(command));
        return Ok(());
    }
    (command.run)(Flags::new(rest))
}

fn help() -> String {
    let mut text = "cargo xtask COMMAND\n\n".to_owned();
    for command in COMMANDS {
        text += &describe(command);
        text += "\n";
    }
    text
}

fn describe(command: &Command) -> String {
    format!("  {} {}\n      {}\n", command.name, command.arguments, command.about)
}
