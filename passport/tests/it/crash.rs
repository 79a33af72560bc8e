//! Killed at any moment, the passport has lost nothing that it acknowledged.
//!
//! The program itself runs as a process of its own and is ended by SIGKILL while candidates sign in; after each
//! restart every session that a browser was told of must be there. `CRASH_ROUNDS` says how often, 100 by default.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use passport::MIGRATIONS;
use shared::db::DbConfig;
use shared::testkit;
use tokio::sync::{Mutex, Notify};

const WORKERS: usize = 8;
const EMAIL: &str = "lihua@example.cn";
const PASSWORD: &str = "Correct-horse-1";
/// Hashing is no part of what is proved, so it is made cheap.
const CHEAP: &str = "[accounts]\ncaptcha = 'off'\n[accounts.hash]\nmemory_kib = 64\niterations = 1\n";

/// A passport as a process of its own.
struct Process {
    child: Child,
    base: String,
}

impl Process {
    /// Starts the program and waits for its own word that it is ready.
    fn start(config: &Path, db: &DbConfig, port: u16) -> Self {
        let mut child = program(config, db).arg("serve").stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its log")).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("ready address=")), "the passport ended before it was ready");
        // What it says later is read and forgotten, or it would stand still when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, base: format!("http://127.0.0.1:{port}") }
    }

    /// Ends it without a chance to tidy up.
    fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("reaped");
    }
}

fn settings(folder: &Path, port: u16) -> PathBuf {
    let key = folder.join("master.key");
    std::fs::write(&key, "07".repeat(32)).expect("a key file");
    let text = format!(
        "issuer = 'http://127.0.0.1:{port}'\n[server]\nlisten = '127.0.0.1:{port}'\n\
         [keys]\nmaster_key_file = '{}'\n[limits]\nenabled = false\n{CHEAP}",
        key.display()
    );
    let file = folder.join("passport.toml");
    std::fs::write(&file, text).expect("a settings file");
    file
}

/// The program with these settings. The address of a database may hold a password, which is refused in a file.
fn program(config: &Path, db: &DbConfig) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passport"));
    command.arg("--config").arg(config).env("PASSPORT__DATABASE__URL", &db.url);
    command
}

fn add_candidate(folder: &Path, config: &Path, db: &DbConfig) {
    let password = folder.join("password");
    std::fs::write(&password, PASSWORD).expect("a password file");
    let status = program(config, db)
        .args(["accounts", "add", "--email", EMAIL, "--mobile", "13800138000", "--name", "李华", "--password-file"])
        .arg(&password)
        .status()
        .expect("the program runs");
    assert!(status.success(), "the candidate is added");
}

fn client() -> reqwest::Client {
    // Only plain HTTP is spoken, but the client wants to know with what it would encrypt.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client")
}

/// The `name=value` of the cookies that an answer sets.
fn cookies(answer: &reqwest::Response) -> Vec<String> {
    let set = answer.headers().get_all("set-cookie").iter().filter_map(|v| v.to_str().ok());
    set.filter_map(|v| v.split(';').next()).map(str::to_owned).collect()
}

/// Signs in; the session's cookie once the passport acknowledged it, nothing if it died meanwhile.
async fn sign_in(http: &reqwest::Client, base: &str, login: &str) -> Option<String> {
    let page = http.get(format!("{base}/sign-in")).send().await.ok()?;
    let browser = cookies(&page).join("; ");
    let html = page.text().await.ok()?;
    let csrf = scraper::Html::parse_document(&html)
        .select(&scraper::Selector::parse("form input[name=csrf]").expect("a selector"))
        .find_map(|field| field.value().attr("value").map(str::to_owned))
        .expect("the form's token");
    let form = [("csrf", csrf.as_str()), ("province", "11"), ("username", login), ("password", PASSWORD)];
    let answer = http.post(format!("{base}/sign-in")).header("cookie", browser).form(&form).send().await.ok()?;
    assert_eq!(answer.status().as_u16(), 303, "a right password signs in");
    cookies(&answer).into_iter().find(|c| c.starts_with("__Host-pp_session="))
}

/// Signs in from many browsers until `enough` sessions are acknowledged, then kills the program while they go on.
async fn round(process: Process, enough: usize) -> Vec<String> {
    let known = Arc::new(Mutex::new(Vec::new()));
    let count = Arc::new(AtomicUsize::new(0));
    let reached = Arc::new(Notify::new());
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let (known, count, reached, base) = (known.clone(), count.clone(), reached.clone(), process.base.clone());
            tokio::spawn(async move {
                let http = client();
                while let Some(session) = sign_in(&http, &base, EMAIL).await {
                    known.lock().await.push(session);
                    if count.fetch_add(1, Ordering::SeqCst) + 1 == enough {
                        reached.notify_one();
                    }
                }
            })
        })
        .collect();
    reached.notified().await;
    process.kill();
    for worker in workers {
        worker.await.expect("a worker that found the passport dead");
    }
    std::mem::take(&mut *known.lock().await)
}

async fn is_signed_in(http: &reqwest::Client, base: &str, session: &str) -> bool {
    let home = http.get(format!("{base}/account/profile")).header("cookie", session).send().await.expect("an answer");
    home.status().as_u16() == 200
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "how long to test is no setting of the product")]
    let rounds = std::env::var("CRASH_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(100);
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let config = settings(folder.path(), port);
        add_candidate(folder.path(), &config, &db);
        let http = client();
        let mut process = Process::start(&config, &db, port);
        for n in 0..rounds {
            let acknowledged = round(process, 1 + n * 7 % 23).await;
            process = Process::start(&config, &db, port);
            for session in &acknowledged {
                assert!(
                    is_signed_in(&http, &process.base, session).await,
                    "round {n}: an acknowledged session is gone"
                );
            }
        }
        process.kill();
    })
    .await;
}

/// A port that stays free between two starts: one below those that the system hands to outgoing connections.
fn free_port() -> u16 {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).expect("a small number");
    (first..32_000).find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a free port")
}
