//! `passport clients`

mod add;
mod apply;
mod file;
mod lint;
mod show;
mod signals;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Subcommand;
use serde_json::json;
use shared::config::{Raw, Setting as _};

use super::failure::{Exit, Failure};
use super::output::Output;
use super::{refusals, world};
use crate::audit::{Actor, Audit};
use crate::clients::{Client, Clients};
use crate::egress::Egress;

/// What can be done with relying parties.
#[derive(Debug, Subcommand)]
pub enum ClientsCommand {
    /// Register the client that a file describes, or bring the registered one to what the file says.
    Add {
        /// A TOML file of client metadata, in the names of OpenID Connect Registration; `clients show` writes one.
        #[arg(long)]
        file: PathBuf,
        /// Where the secret stands, or where to write it if the file is missing.
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
    },
    /// Bring the registry to what a file says of many clients: shows each difference, and does nothing where there is none.
    Apply {
        /// A TOML file with a table `[[clients]]` for each, as `clients show` writes one. `secret_file` in it names where
        /// the secret stands, or where to write it if the file is missing.
        file: PathBuf,
        /// Remove clients that the file does not name. Those that registered themselves stay.
        #[arg(long)]
        prune: bool,
        /// Show what would be done, and do nothing. Ends with 6 if there is something to do.
        #[arg(long)]
        dry_run: bool,
    },
    /// Tell what is wrong with a client, what is risky about it and what to do. Ends with 6 if something will not work.
    Lint {
        /// Its client_id. All clients, when neither this nor a file is named.
        #[arg(allow_hyphen_values = true, conflicts_with = "file")]
        client_id: Option<String>,
        /// A TOML file of one client as `clients add` takes it, or of many as `clients apply` does. It need not be
        /// registered, and no database is asked.
        #[arg(long)]
        file: Option<PathBuf>,
    },
    /// Show every client in a line.
    List,
    /// Show one client, and of each of its secrets when it was last used: that is written down once a minute.
    Show {
        /// Its client_id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
    },
    /// Let somebody register clients: make an initial access token (RFC 7591), to be handed over. It counts where
    /// `registration.policy` is not `closed`.
    Invite {
        /// How many clients it may register.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
        uses: u32,
        /// How long it is valid.
        #[arg(long, default_value = "7d", value_parser = duration)]
        valid_for: Duration,
    },
    /// Show which requests of a client were refused on the last days, grouped by the rule that was broken: how often, when,
    /// why, what to do, and one example. Nodes write down every half a minute what they counted.
    Refusals {
        /// Its client_id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
        /// Of how many days, this one among them.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=30))]
        days: u32,
    },
    /// Forget a client and its secrets. Its tokens are refused from then on.
    Remove {
        /// Its client_id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
    },
    /// Issue nothing to a client any more, and count nothing that was issued to it, until it is let again. Its
    /// registration, its secrets and the consents of people stay.
    Suspend {
        /// Its client_id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
    },
    /// Let a client again that was suspended.
    Reinstate {
        /// Its client_id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
    },
    /// Make a new secret. The old one stays valid for a while.
    RotateSecret {
        /// Its client_id.
        #[arg(allow_hyphen_values = true)]
        client_id: String,
        /// How long the old secret stays valid.
        #[arg(long, default_value = "7d", value_parser = duration)]
        overlap: Duration,
        /// Where to write the new secret instead of showing it.
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
    },
    /// Look after what a client is told of accounts by signed security events.
    #[command(subcommand)]
    Signals(signals::SignalsCommand),
}

fn duration(text: &str) -> Result<Duration, String> {
    Duration::decode(Raw::Env(text))
}

pub async fn run(command: ClientsCommand, config: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    if let ClientsCommand::Signals(command) = command {
        return signals::run(command, config, output).await;
    }
    if let ClientsCommand::Lint { file: Some(file), .. } = &command {
        return lint::of_file(file, output);
    }
    let (config, db) = world::database(config).await?;
    let audit = Audit::new(world::clock(), world::entropy());
    let clients = Clients::new(db.clone(), world::clock(), world::entropy(), audit);
    let egress = || Egress::new(config.egress.clone());
    let done = |()| Exit::Done;
    let result = match command {
        ClientsCommand::Add { file, secret_file } => {
            add::add(&clients, &egress(), (&file, secret_file.as_deref()), output).await.map(done)
        }
        ClientsCommand::Apply { file, prune, dry_run } => {
            apply::apply(&clients, &egress(), &apply::Wanted { file, prune, dry_run }, output).await
        }
        ClientsCommand::Lint { client_id, .. } => lint::registered(&clients, client_id.as_deref(), output).await,
        ClientsCommand::List => show::list(&clients, output).await.map(done),
        ClientsCommand::Invite { uses, valid_for } => invite(&clients, uses, valid_for, output).await.map(done),
        ClientsCommand::Remove { client_id } => remove(&clients, &client_id, output).await.map(done),
        ClientsCommand::Suspend { client_id } => suspend(&clients, (&client_id, true), output).await.map(done),
        ClientsCommand::Reinstate { client_id } => suspend(&clients, (&client_id, false), output).await.map(done),
        ClientsCommand::Refusals { client_id, days } => {
            let client = known(&clients, &client_id).await?;
            let of = (client.id.as_str(), config.issuer.origin());
            refusals::show(&db, of, (days, world::clock().now()), output).await.map(done)
        }
        ClientsCommand::Show { client_id } => show::show(&clients, &client_id, output).await.map(done),
        ClientsCommand::RotateSecret { client_id, overlap, secret_file } => {
            let secret = clients.rotate_secret(Actor::Operator, &client_id, overlap).await?;
            add::hand_over(&client_id, &secret, secret_file.as_deref(), output).map(done)
        }
        // It needs the keys, and was led aside above.
        ClientsCommand::Signals(_) => Ok(Exit::Done),
    };
    db.close().await;
    result
}

async fn invite(clients: &Clients, uses: u32, valid_for: Duration, output: &Output) -> Result<(), Failure> {
    let invitation = clients.invite(Actor::Operator, uses, world::clock().now() + valid_for).await?;
    let (token, end) = (invitation.token.expose(), invitation.expires_at.to_string());
    let text = format!("initial_access_token: {token}\nGood for {uses} client(s) until {end}. It is not shown again.");
    output.result(text, &json!({ "initial_access_token": token, "uses": uses, "expires_at": end }));
    Ok(())
}

async fn remove(clients: &Clients, id: &str, output: &Output) -> Result<(), Failure> {
    let client = known(clients, id).await?;
    clients.remove(Actor::Operator, &client.id).await?;
    output.result(format!("{id}: removed"), &json!({ "client_id": id, "result": "removed" }));
    Ok(())
}

async fn suspend(clients: &Clients, (id, suspended): (&str, bool), output: &Output) -> Result<(), Failure> {
    let client = known(clients, id).await?;
    let word = if suspended { "suspended" } else { "reinstated" };
    if !clients.suspend(Actor::Operator, &client.id, suspended).await? {
        let so = if suspended { "it is suspended already" } else { "it is not suspended" };
        return Err(Failure::new(Exit::Refused, format!("{id}: {so}")));
    }
    output.result(format!("{id}: {word}"), &json!({ "client_id": id, "result": word }));
    Ok(())
}

async fn known(clients: &Clients, id: &str) -> Result<Arc<Client>, Failure> {
    clients.find(id).await?.ok_or_else(|| {
        Failure::new(Exit::Refused, format!("there is no client {id}")).advise("`passport clients list` shows all")
    })
}
