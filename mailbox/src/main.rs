//! `mailbox --smtp ADDRESS --http ADDRESS`: the development mailbox.

use std::net::SocketAddr;

use clap::Parser;

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
    let mailbox = mailbox::Mailbox::bind(arguments.smtp, arguments.http).await?;
    println!("ready: mail on {}, page on http://{}", mailbox.smtp_addr()?, mailbox.http_addr()?);
    mailbox.serve().await
}
