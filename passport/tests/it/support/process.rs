//! The program as a process of its own, on a real port: what a test stops, starves and asks over HTTP.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc;

use shared::db::DbConfig;
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;

use super::site::encoded;
use super::softhsm::SoftToken;
use super::visitor::{EMAIL, PASSWORD, PATIENCE, client};

pub(crate) use super::visitor::{SignIn, Visitor};

/// Hashing is no part of what is proved, so it is made cheap.
const CHEAP: &str = "[accounts]\ncaptcha = 'off'\n[accounts.hash]\nmemory_kib = 64\niterations = 1\n";

/// What the program is told, and where it lies.
pub(crate) struct Installation {
    config: PathBuf,
    db: DbConfig,
    port: u16,
    /// Its certificate, when it speaks TLS.
    tls: Option<reqwest::Certificate>,
    /// Where those ask who watch it.
    watched: Option<u16>,
    /// What else it is told, by its environment.
    told: Vec<(&'static str, String)>,
}

impl Installation {
    /// The same, for development.
    pub(crate) fn in_development(self) -> Self {
        self.told("PASSPORT__ENVIRONMENT", "development")
    }

    /// The same, with a listener for those who watch it.
    pub(crate) fn watched(self) -> Self {
        Self { watched: Some(free_port()), ..self }
    }

    /// The same, which logs everything that there is to be said.
    pub(crate) fn talkative(self) -> Self {
        self.told("PASSPORT__LOG__LEVEL", "info,passport=trace,shared=trace")
    }

    /// The same, told that by its environment.
    pub(crate) fn told(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.told.push((name, value.into()));
        self
    }

    /// What it says to those who watch it.
    pub(crate) async fn metrics(&self) -> String {
        let port = self.watched.expect("it is watched");
        let answer = client(None).build().expect("a client").get(format!("http://127.0.0.1:{port}/metrics")).send();
        answer.await.expect("an answer").text().await.expect("a body")
    }

    /// The same on another database.
    pub(crate) fn on(&self, db: &DbConfig) -> Self {
        let (config, tls, told) = (self.config.clone(), self.tls.clone(), self.told.clone());
        Self { config, db: db.clone(), tls, told, ..*self }
    }

    /// Settings in that folder, and one candidate in the database.
    pub(crate) fn new(folder: &Path, db: &DbConfig) -> Self {
        Self::with_token(folder, db, None)
    }

    /// The same with that token.
    pub(crate) fn with_token(folder: &Path, db: &DbConfig, token: Option<&SoftToken>) -> Self {
        let installation = Self::unmade(folder, db, token);
        installation.add_candidate(folder);
        installation
    }

    /// Settings alone: the database may have no tables yet.
    pub(crate) fn unmade(folder: &Path, db: &DbConfig, token: Option<&SoftToken>) -> Self {
        let port = free_port();
        let more = token.map(SoftToken::settings).unwrap_or_default();
        let config = settings(folder, port, &format!("http://127.0.0.1:{port}"), &more);
        let told = token.map(SoftToken::environment).into_iter().collect();
        Self { told, ..Self::bare(config, db, port) }
    }

    /// The same with TLS, and with a listener beside it that takes the certificates of clients.
    pub(crate) fn taking_certificates(folder: &Path, db: &DbConfig) -> Self {
        Self::taking_certificates_of(folder, db, "")
    }

    /// The same; `more` goes on with what is said of those certificates.
    pub(crate) fn taking_certificates_of(folder: &Path, db: &DbConfig, more: &str) -> Self {
        let (port, beside) = (free_port(), free_port());
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        std::fs::write(&cert, made.cert.pem()).expect("a file");
        std::fs::write(&key, made.signing_key.serialize_pem()).expect("a file");
        let server = format!("tls_cert = '{}'\ntls_key = '{}'\n", cert.display(), key.display());
        let mtls = format!("[mtls]\naddress = 'https://127.0.0.1:{beside}'\nlisten = '127.0.0.1:{beside}'\n{more}");
        let config = settings(folder, port, &format!("https://127.0.0.1:{port}"), &format!("{server}{mtls}"));
        let tls = reqwest::Certificate::from_der(made.cert.der()).expect("a certificate");
        let installation = Self { tls: Some(tls), ..Self::bare(config, db, port) };
        installation.add_candidate(folder);
        installation
    }

    fn bare(config: PathBuf, db: &DbConfig, port: u16) -> Self {
        Self { config, db: db.clone(), port, tls: None, watched: None, told: vec![] }
    }

    /// Another node of the same passport. To be made when the first one runs, so that it finds a port of its own.
    pub(crate) fn node(&self, folder: &Path) -> Self {
        self.node_with(folder, None)
    }

    /// The same with that token.
    pub(crate) fn node_with(&self, folder: &Path, token: Option<&SoftToken>) -> Self {
        let port = free_port();
        let more = token.map(SoftToken::settings).unwrap_or_default();
        let config = settings(folder, port, &self.issuer(), &more);
        let told = token.map(SoftToken::environment).into_iter().collect();
        Self { told, ..Self::bare(config, &self.db, port) }
    }

    /// The issuer of its tokens.
    pub(crate) fn issuer(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// Registers a client by the command line.
    pub(crate) fn add_client(&self, folder: &Path, metadata: &str) {
        let file = folder.join("client.toml");
        std::fs::write(&file, metadata).expect("a metadata file");
        let mut command = self.program(Command::new(env!("CARGO_BIN_EXE_passport")));
        let status = command.args(["clients", "add", "--file"]).arg(&file).status().expect("the program runs");
        assert!(status.success(), "the client is added");
    }

    /// Runs a command to its end; whether it succeeded, and what it said as JSON: its result, or why there is none.
    pub(crate) fn command(&self, arguments: &[&str]) -> (bool, serde_json::Value) {
        Self::end(self.program(Command::new(env!("CARGO_BIN_EXE_passport"))), arguments)
    }

    /// The same, where no file that it writes can grow beyond `kib`, as on a full disk.
    pub(crate) fn command_limited(&self, arguments: &[&str], kib: u32) -> (bool, serde_json::Value) {
        Self::end(self.program(limited(kib)), arguments)
    }

    /// What `doctor` finds, good or bad.
    pub(crate) fn findings(&self) -> String {
        let mut command = self.program(Command::new(env!("CARGO_BIN_EXE_passport")));
        let done = command.args(["doctor", "--offline"]).output().expect("the program runs");
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    fn end(mut command: Command, arguments: &[&str]) -> (bool, serde_json::Value) {
        let done = command.arg("--json").args(arguments).output().expect("the program runs");
        let said = if done.status.success() { done.stdout } else { done.stderr };
        let said = String::from_utf8_lossy(&said);
        // What a server logs comes before why it does not start.
        let last = || serde_json::from_str(said.lines().last().unwrap_or_default());
        let read = serde_json::from_str(&said).or_else(|_| last()).unwrap_or_else(|_| panic!("{said}"));
        (done.status.success(), read)
    }

    /// Runs a command to its end; its exit code, and everything that it wrote.
    pub(crate) fn outcome(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = self.program(Command::new(env!("CARGO_BIN_EXE_passport")));
        let done = command.args(arguments).output().expect("the program runs");
        (
            done.status.code(),
            [done.stdout, done.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat(),
        )
    }

    /// Runs a command to its end; the code that it ends with, and what it wrote to standard output.
    pub(crate) fn exit(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = self.program(Command::new(env!("CARGO_BIN_EXE_passport")));
        let done = command.arg("--json").args(arguments).output().expect("the program runs");
        (done.status.code().unwrap_or(-1), String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// Starts a command and ends it by SIGKILL after looking that often whether it is done; whether it was.
    pub(crate) fn kill_command(&self, arguments: &[&str], looks: u32) -> bool {
        let mut command = self.program(Command::new(env!("CARGO_BIN_EXE_passport")));
        let command = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the program runs");
        for _ in 0..looks {
            if let Some(status) = child.try_wait().expect("its state") {
                assert!(status.success(), "{arguments:?} ended with {status}");
                return true;
            }
        }
        child.kill().expect("killed");
        child.wait().expect("its end");
        false
    }

    /// Starts the program and waits for its own word that it is ready.
    pub(crate) fn start(&self) -> Process {
        self.await_ready(self.program(Command::new(env!("CARGO_BIN_EXE_passport"))))
    }

    /// Starts it so that no file it writes can grow beyond `kib`: as on a full disk, until [`Process::lift_limit`].
    pub(crate) fn start_limited(&self, kib: u32) -> Process {
        self.await_ready(self.program(limited(kib)))
    }

    fn await_ready(&self, mut command: Command) -> Process {
        let mut child = command.arg("serve").stderr(Stdio::piped()).spawn().expect("the program starts");
        let lines = BufReader::new(child.stderr.take().expect("its log")).lines().map_while(Result::ok);
        let ((heard, hear), (say, said)) = (mpsc::channel(), tokio::sync::mpsc::unbounded_channel());
        // What it says later is always read, or it would stand still when the pipe is full.
        std::thread::spawn(move || lines.for_each(|line| drop((heard.send(line.clone()), say.send(line)))));
        let http = client(self.tls.as_ref()).build().expect("a client");
        let process = Process { child, base: self.issuer(), http, tls: self.tls.clone(), said: Mutex::new(said) };
        let mut words: Vec<String> = Vec::new();
        while !words.last().is_some_and(|line| line.contains("ready address=")) {
            match hear.recv_timeout(PATIENCE) {
                Ok(line) => words.push(line),
                Err(why) => panic!("the passport is not ready ({why}), and said: {words:#?}"),
            }
        }
        process
    }

    /// The address of a database may hold a password, which is refused in a file.
    fn program(&self, mut command: Command) -> Command {
        command.arg("--config").arg(&self.config);
        command.env("PASSPORT__DATABASE__URL", &self.db.url);
        if let Some(port) = self.watched {
            command.env("PASSPORT__SERVER__METRICS_LISTEN", format!("127.0.0.1:{port}"));
        }
        command.envs(self.told.iter().map(|(name, value)| (name, value)));
        command
    }

    fn add_candidate(&self, folder: &Path) {
        let password = folder.join("password");
        std::fs::write(&password, PASSWORD).expect("a password file");
        let status = self
            .program(Command::new(env!("CARGO_BIN_EXE_passport")))
            .args(["accounts", "add", "--email", EMAIL, "--mobile", "13800138000", "--name", "李华", "--password-file"])
            .arg(&password)
            .status()
            .expect("the program runs");
        assert!(status.success(), "the candidate is added");
    }
}

/// The program, where no file that it writes can grow beyond `kib`.
fn limited(kib: u32) -> Command {
    let mut shell = Command::new("sh");
    // Blocks of 512 bytes. A signal that is ignored stays ignored in the program, which gets an error instead.
    let script = format!("trap '' XFSZ; ulimit -S -f {}; exec \"$0\" \"$@\"", kib * 2);
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_passport")]);
    shell
}

/// A node that listens on `port`, of the passport of that `issuer`; `more` goes on with the section of the server.
fn settings(folder: &Path, port: u16, issuer: &str, more: &str) -> PathBuf {
    let key = folder.join("master.key");
    std::fs::write(&key, "07".repeat(32)).expect("a key file");
    let text = format!(
        "issuer = '{issuer}'\n[server]\nlisten = '127.0.0.1:{port}'\nhosts = ['127.0.0.1:{port}']\n\
         {more}[keys]\nmaster_key_file = '{}'\n[limits]\nenabled = false\n{CHEAP}",
        key.display()
    );
    let file = folder.join("passport.toml");
    std::fs::write(&file, text).expect("a settings file");
    file
}

/// A port that stays free between two starts: one below those that the system hands to outgoing connections, and given
/// to no other test of this program.
pub(crate) fn free_port() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).expect("a small number");
    std::iter::repeat_with(|| first + GIVEN.fetch_add(1, Ordering::Relaxed))
        .take(2_000)
        .find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a free port")
}

/// A running passport, which ends with the test, however that ends.
pub(crate) struct Process {
    child: Child,
    base: String,
    http: reqwest::Client,
    tls: Option<reqwest::Certificate>,
    /// What it says once it is ready.
    said: Mutex<UnboundedReceiver<String>>,
}

impl Process {
    /// Ends it without a chance to tidy up.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// Tells it to stop; everything that it said from the beginning on, but for what was waited for.
    pub(crate) async fn last_words(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success(), "it is told");
        self.child.wait().expect("its end");
        let mut said = self.said.lock().await;
        let mut all = String::new();
        while let Some(line) = said.recv().await {
            all += &line;
            all.push('\n');
        }
        all
    }

    /// Tells it to take its files up again.
    pub(crate) fn hang_up(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &pid]).status().expect("kill").success(), "it is told");
    }

    /// Waits for a line with those words in its log, after those that were waited for before.
    pub(crate) async fn says(&self, words: &str) {
        let mut said = self.said.lock().await;
        let spoken = async { while !said.recv().await.expect("it runs").contains(words) {} };
        assert!(tokio::time::timeout(PATIENCE, spoken).await.is_ok(), "it never says: {words}");
    }

    /// Makes room again on the disk.
    pub(crate) fn lift_limit(&self) {
        let pid = self.child.id().to_string();
        let status = Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited"]).status().expect("prlimit");
        assert!(status.success(), "the limit is lifted");
    }

    /// How many of its threads have a name that begins so.
    pub(crate) fn threads(&self, name: &str) -> usize {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("its threads");
        let names = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
        names.filter(|found| found.starts_with(name)).count()
    }

    /// The address that it answers at.
    pub(crate) fn address(&self) -> &str {
        &self.base
    }

    /// A person who may use it, to be moved to another task.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor { base: self.base.clone(), http: client(self.tls.as_ref()).build().expect("a client") }
    }

    /// A site's own connection to it, which shows that certificate (PEM, with its key), or none.
    pub(crate) fn site(&self, identity: Option<&str>) -> reqwest::Client {
        let identity = identity.map(|pem| reqwest::Identity::from_pem(pem.as_bytes()).expect("an identity"));
        let builder = client(self.tls.as_ref());
        identity.into_iter().fold(builder, reqwest::ClientBuilder::identity).build().expect("a client")
    }

    /// The status of an answer to a form, posted with that header.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)], header: (&str, &str)) -> u16 {
        let request = self.http.post(format!("{}{path}", self.base)).header(header.0, header.1).form(form);
        request.send().await.expect("an answer").status().as_u16()
    }

    /// The status of the answer to a form, and what it holds; null where that is no JSON.
    pub(crate) async fn answer(
        &self,
        path: &str,
        form: &[(&str, &str)],
        header: (&str, &str),
    ) -> (u16, serde_json::Value) {
        let request = self.http.post(format!("{}{path}", self.base)).header(header.0, header.1).form(form);
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    /// The parameters by which a person with that cookie is sent on from a page; none where they stay on it.
    pub(crate) async fn sent_on(
        &self,
        path: &str,
        query: &[(&str, &str)],
        cookie: &str,
    ) -> Option<HashMap<String, String>> {
        let address = format!("{}{path}?{}", self.base, encoded(query));
        let request = self.http.get(address).header("cookie", cookie);
        let answer = request.send().await.expect("an answer");
        let way = url::Url::parse(answer.headers().get("location")?.to_str().ok()?).ok()?;
        Some(way.query_pairs().into_owned().collect())
    }

    /// The status of a page, asked for with that cookie.
    pub(crate) async fn status(&self, path: &str, cookie: &str) -> u16 {
        let request = self.http.get(format!("{}{path}", self.base)).header("cookie", cookie);
        request.send().await.expect("an answer").status().as_u16()
    }

    /// Whether that session is there.
    pub(crate) async fn is_signed_in(&self, session: &str) -> bool {
        self.status("/account/profile", session).await == 200
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing is lost by asking one to end that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
