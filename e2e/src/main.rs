//! `journey demo.json`: walks the main journey through a running demo and says how each step went.

use std::process::ExitCode;

use e2e::program;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    program::end(run().await)
}

async fn run() -> anyhow::Result<()> {
    const USAGE: &str = "usage: journey DEMO.JSON (cargo xtask demo writes that file)";
    e2e::journey::walk(&program::demo(std::env::args_os().nth(1), USAGE)?).await
}
