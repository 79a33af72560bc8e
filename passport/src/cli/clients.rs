//! `passport clients`

mod signals;

use std::fmt::Write as _;
use std::fs::{OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Subcommand;
use serde_json::json;
use shared::config::{Raw, SecretSource, Setting as _};
use shared::secret::SecretString;

use super::failure::{Exit, Failure};
use super::output::{Output, table};
use super::{refusals, world};
use crate::audit::{Actor, Audit};
use crate::clients::{Applied, AuthMethod, Client, Clients, Metadata, secret, sector};
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
    let (config, db) = world::database(config).await?;
    let audit = Audit::new(world::clock(), world::entropy());
    let clients = Clients::new(db.clone(), world::clock(), world::entropy(), audit);
    let result = match command {
        ClientsCommand::Add { file, secret_file } => {
            let egress = Egress::new(config.egress.clone());
            add(&clients, &egress, (&file, secret_file.as_deref()), output).await
        }
        ClientsCommand::List => list(&clients, output).await,
        ClientsCommand::Invite { uses, valid_for } => invite(&clients, uses, valid_for, output).await,
        ClientsCommand::Remove { client_id } => remove(&clients, &client_id, output).await,
        ClientsCommand::Refusals { client_id, days } => {
            let client = known(&clients, &client_id).await?;
            let of = (client.id.as_str(), config.issuer.origin());
            refusals::show(&db, of, (days, world::clock().now()), output).await
        }
        ClientsCommand::Show { client_id } => show(&clients, &client_id, output).await,
        ClientsCommand::RotateSecret { client_id, overlap, secret_file } => {
            let secret = clients.rotate_secret(Actor::Operator, &client_id, overlap).await?;
            hand_over(&client_id, &secret, secret_file.as_deref(), output)
        }
        // It needs the keys, and was led aside above.
        ClientsCommand::Signals(_) => Ok(()),
    };
    db.close().await;
    result.map(|()| Exit::Done)
}

async fn add(
    clients: &Clients,
    egress: &Egress,
    (file, secret_file): (&Path, Option<&Path>),
    output: &Output,
) -> Result<(), Failure> {
    let refuse = |error: &dyn std::fmt::Display| Failure::new(Exit::Refused, format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| refuse(&error))?;
    let metadata = Metadata::from_file(&text).map_err(|error| refuse(&error))?;
    sector::check(egress, &metadata).await.map_err(|problem| refuse(&problem))?;
    let id = metadata.client_id.clone();
    let needs_none = !matches!(metadata.token_endpoint_auth_method, AuthMethod::Basic | AuthMethod::Post);
    let applied = clients.apply(Actor::Operator, metadata).await?;
    let what = match applied {
        Applied::Registered => "registered",
        Applied::Changed => "changed",
        Applied::Unchanged => "unchanged",
    };
    let has_secret = clients.find(&id).await?.is_some_and(|client| !client.secrets().is_empty());
    match secret_file {
        _ if needs_none => {}
        Some(path) if path.exists() => {
            let secret = SecretSource::file(path).read()?;
            clients.import_secret(Actor::Operator, &id, &secret).await?;
        }
        // A secret that nobody asked for would only be in the way of the one in use.
        None if has_secret => {}
        _ => {
            let secret = clients.rotate_secret(Actor::Operator, &id, Duration::ZERO).await?;
            return hand_over(&id, &secret, secret_file, output);
        }
    }
    output.result(format!("{id}: {what}"), &json!({ "client_id": id, "result": what }));
    Ok(())
}

/// Writes a new secret where it is wanted, for its owner's eyes only. It can be had this once only.
fn hand_over(id: &str, secret: &SecretString, file: Option<&Path>, output: &Output) -> Result<(), Failure> {
    let Some(path) = file else {
        let text = format!("client_id: {id}\nclient_secret: {}\nIt is not shown again.", secret.expose());
        output.result(text, &json!({ "client_id": id, "client_secret": secret.expose() }));
        return Ok(());
    };
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut out| {
            // The mode above is for a new file: one that was there keeps its own.
            out.set_permissions(Permissions::from_mode(0o600))?;
            writeln!(out, "{}", secret.expose())
        })
        .map_err(|error| {
            Failure::new(Exit::Failed, format!("{}: {error}", path.display()))
                .advise("the client has a new secret that was not written down: run `passport clients rotate-secret`")
        })?;
    let place = path.display().to_string();
    output.result(format!("{id}: secret in {place}"), &json!({ "client_id": id, "secret_file": place }));
    Ok(())
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

async fn known(clients: &Clients, id: &str) -> Result<Arc<Client>, Failure> {
    clients.find(id).await?.ok_or_else(|| {
        Failure::new(Exit::Refused, format!("there is no client {id}")).advise("`passport clients list` shows all")
    })
}

async fn list(clients: &Clients, output: &Output) -> Result<(), Failure> {
    let all = clients.all().await?;
    let mut rows = vec![["CLIENT_ID", "NAME", "PROFILE", "SECRETS", "FIRST REDIRECT URI"].map(str::to_owned).to_vec()];
    for client in &all {
        let uri = client.redirect_uris.first().map(ToString::to_string).unwrap_or_default();
        let profile = format!("{:?}", client.profile).to_lowercase();
        let secrets = client.secrets().len().to_string();
        rows.push(vec![client.id.to_string(), client.name.en.clone(), profile, secrets, uri]);
    }
    let values: Vec<_> = all.iter().map(|client| &client.metadata).collect();
    output.result(table(&rows), &values);
    Ok(())
}

async fn show(clients: &Clients, id: &str, output: &Output) -> Result<(), Failure> {
    let client = known(clients, id).await?;
    let secrets: Vec<_> = client
        .secrets()
        .iter()
        .map(|secret| {
            json!({
                "created_at": secret.created_at.to_string(),
                "expires_at": secret.expires_at.map(|end| end.to_string()),
                "last_used_at": secret.last_used_at.map(|at| at.to_string()),
            })
        })
        .collect();
    let text = describe(&client)?;
    output.result(text, &json!({ "metadata": client.metadata, "secrets": secrets }));
    Ok(())
}

/// The client as its file would say it, and when its secrets were used and end.
fn describe(client: &Client) -> Result<String, Failure> {
    let mut text = toml::to_string(&client.metadata).map_err(|error| Failure::new(Exit::Failed, error))?;
    for (n, stored) in client.secrets().iter().enumerate() {
        let end = stored.expires_at.map_or("exchanged".to_owned(), |end| end.to_string());
        let used = stored.last_used_at.map_or("not used yet".to_owned(), |at| format!("last used {at}"));
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "# secret {} of at most {}: made {}, {used}, valid until {end}",
            n + 1,
            secret::LIMIT,
            stored.created_at
        );
    }
    Ok(text)
}
