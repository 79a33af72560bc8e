//! `passport simulate`: a simulator on this machine, without settings and without a database.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use futures_util::FutureExt as _;
use serde_json::json;
use shared::config::BaseUrl;
use shared::http::{Server, ServerSettings, termination};

use super::failure::{Exit, Failure};
use super::output::Output;
use super::world;
use crate::keys::Alg;
use crate::simulator::candidates::{Candidate, joined};
use crate::simulator::clients::Clients;
use crate::simulator::faults::switches::SLOWEST;
use crate::simulator::{Parts, Simulator, routes};

/// How the simulator is started.
#[derive(Debug, Args)]
pub struct SimulateCommand {
    /// Where it listens.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8480")]
    listen: SocketAddr,
    /// The issuer; without it the address at which it listens.
    #[arg(long, value_parser = BaseUrl::parse, value_name = "URL")]
    issuer: Option<BaseUrl>,
    /// A file of candidates, beside those that are always there.
    #[arg(long, value_name = "FILE")]
    candidates: Vec<PathBuf>,
    /// A file of a client, as `passport clients add` takes it, with its `client_secret`. With one of these nobody else may
    /// ask; without any, anybody may whose addresses are on this machine.
    #[arg(long, value_name = "FILE")]
    client: Vec<PathBuf>,
    /// How ID tokens are signed where anybody may ask.
    #[arg(long, value_name = "ALG", default_value = "RS256")]
    alg: Alg,
    /// Certificates to trust (PEM) when sites are told of signing out.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Let other machines reach it. Whoever reaches it may sign in as anybody.
    #[arg(long)]
    allow_others: bool,
    /// Tell sites on other machines of signing out.
    #[arg(long)]
    call_others: bool,
}

pub async fn run(command: SimulateCommand, output: &Output) -> Result<Exit, Failure> {
    if !command.listen.ip().is_loopback() && !command.allow_others {
        let message = format!("{} can be reached by other machines", command.listen);
        let advice =
            "listen on 127.0.0.1, or say --allow-others if you mean it: whoever reaches it signs in as anybody";
        return Err(Failure::new(Exit::Refused, message).advise(advice));
    }
    // A slow answer is no request that takes too long.
    let settings = ServerSettings {
        listen: command.listen,
        request_timeout: SLOWEST + Duration::from_secs(30),
        shutdown_grace: Duration::ZERO,
        ..ServerSettings::loopback()
    };
    let server = Server::bind(&settings).await?;
    let address = server.address();
    let issuer = command.issuer.as_ref().map_or_else(|| format!("http://{address}"), |url| url.as_str().to_owned());
    let simulator = simulator(&command, issuer.clone())?;
    let mut hosts = vec![address.to_string(), format!("localhost:{}", address.port())];
    hosts.extend(command.issuer.as_ref().map(|url| url.authority().to_owned()));
    let kit = routes::kit(&simulator, &settings, hosts.iter().map(String::as_str));
    let desk = format!("http://{address}{}", routes::DESK);
    let text = format!(
        "This is a simulator: nothing that it signs is valid at a passport.\n  issuer  {issuer}\n  desk    {desk}\nready"
    );
    output.result(text, &json!({ "issuer": issuer, "desk": desk, "listen": address.to_string(), "simulator": true }));
    // Keys are made while nobody waits for them yet.
    let early = simulator.clone();
    tokio::spawn(async move { early.ring().await.is_ok() });
    server.run(kit.apply(routes::router(simulator)), termination()).await?;
    Ok(Exit::Done)
}

fn simulator(command: &SimulateCommand, issuer: String) -> Result<Simulator, Failure> {
    let clock = world::clock();
    let mut candidates = Candidate::built_in();
    for file in &command.candidates {
        let read = Candidate::of_file(&text(file)?).and_then(|more| joined(candidates, more));
        candidates = read.map_err(|error| Failure::new(Exit::Settings, format!("{}: {error}", file.display())))?;
    }
    let clients = if command.client.is_empty() {
        Clients::Anyone(command.alg)
    } else {
        let texts = command.client.iter().map(|file| text(file)).collect::<Result<Vec<_>, _>>()?;
        let read = Clients::of_files(texts.iter().map(String::as_str), clock.now());
        read.map_err(|error| Failure::new(Exit::Settings, error))?
    };
    let parts = Parts {
        issuer,
        clients,
        candidates,
        clock,
        entropy: world::entropy(),
        waiting: Arc::new(|duration| tokio::time::sleep(duration).boxed()),
        calls_others: command.call_others,
        ca_file: command.ca_file.clone(),
    };
    Simulator::new(parts).map_err(|error| Failure::new(Exit::Settings, error))
}

fn text(file: &Path) -> Result<String, Failure> {
    let told = |error| Failure::new(Exit::Settings, format!("{}: {error}", file.display()));
    std::fs::read_to_string(file).map_err(told)
}
