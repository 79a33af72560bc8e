//! `journey demo.json`: walks the main journey through a running demo and says how each step went.

use std::process::ExitCode;

use anyhow::Context as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let path = std::env::args_os().nth(1).context("usage: journey demo.json (cargo xtask demo writes that file)")?;
    let demo = e2e::demo::Demo::read(path.as_ref())?;
    e2e::journey::walk(&demo).await
}
