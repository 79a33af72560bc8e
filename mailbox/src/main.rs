//! `mailbox --smtp ADDRESS --http ADDRESS`: the development mailbox.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use mailbox::{Mailbox, Operator};

/// Takes the mail and text messages of the programs under development and shows them.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Loopback address that takes mail by SMTP.
    #[arg(long, default_value = "127.0.0.1:8025", value_parser = loopback)]
    smtp: SocketAddr,
    /// Loopback address for `POST /sms`, the page and /messages.json.
    #[arg(long, default_value = "127.0.0.1:8026", value_parser = loopback)]
    http: SocketAddr,
    /// File of the secret by which `POST /`, an SMS operator's `SendSms`, is signed. The key's id is `mailbox`.
    #[arg(long, requires = "sms_templates")]
    sms_secret_file: Option<PathBuf>,
    /// File of the texts that `SendSms` names, as `passport --json delivery sms-templates` writes them.
    #[arg(long, requires = "sms_secret_file")]
    sms_templates: Option<PathBuf>,
}

/// Anybody who reaches the mailbox reads every code sent: it stays on this machine.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| "expected HOST:PORT, for example 127.0.0.1:8026".to_owned())?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("the mailbox listens on loopback addresses only".to_owned())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut mailbox = Mailbox::bind(arguments.smtp, arguments.http).await?;
    if let (Some(secret), Some(texts)) = (&arguments.sms_secret_file, &arguments.sms_templates) {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
        };
        let texts = serde_json::from_str(&read(texts)?).context("the texts of SMS are no JSON object of texts")?;
        mailbox = mailbox.with_operator(Operator::new(read(secret)?.trim(), texts));
    }
    println!("ready: mail on {}, page on http://{}", mailbox.smtp_addr()?, mailbox.http_addr()?);
    mailbox.serve().await
}
