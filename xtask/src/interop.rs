//! `interop`: clients that others wrote, unmodified, against a passport that runs on this machine.
//!
//! Each is a small site in `e2e/interop/`, written as the documentation of its library has it; the guides in
//! `docs/integrate/` show the same lines. What they need from registries is kept in `dev/interop/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::cargo::{self, Profile, workspace};
use crate::demo::Demo;
use crate::flags::{self, Flags};
use crate::fleet::Fleet;
use crate::home::{Home, TemporaryFolder};
use crate::progress::Step;
use crate::seed::CANDIDATE;
use crate::settings::Ports;

pub(crate) const ARGUMENTS: &str = "[--no-build]";

/// A site as most are.
const SITE: &str = r#"client_id = "site"
client_name = { zh = "示例网站", en = "Example site" }
redirect_uris = ["https://site.example/callback"]
post_logout_redirect_uris = ["https://site.example/signed-out"]
grant_types = ["authorization_code", "refresh_token", "client_credentials"]
scopes = ["openid", "profile", "email", "offline_access"]
"#;

/// The module by which Apache is a client, as Debian installs it.
pub(crate) const APACHE: &str = "/usr/lib/apache2/modules/mod_auth_openidc.so";

/// One of the strict profile; a line with its keys is added.
const STRICT: &str = r#"client_id = "strict"
profile = "fapi2"
client_name = { zh = "严格网站", en = "Strict site" }
redirect_uris = ["https://strict.example/callback"]
grant_types = ["authorization_code", "refresh_token"]
scopes = ["openid", "profile"]
token_endpoint_auth_method = "private_key_jwt"
dpop_bound_access_tokens = true
require_signed_request_object = true
"#;

/// Runs the command.
pub(crate) fn run(mut flags: Flags) -> anyhow::Result<()> {
    let mut build = true;
    while let Some(flag) = flags.next()? {
        match flag.as_str() {
            "no-build" => build = false,
            other => return Err(flags::unknown(other)),
        }
    }
    if build {
        cargo::build(&["passport", "cet-site", "mailbox"], Profile::Dev)?;
    }
    println!("{}", check()?);
    Ok(())
}

/// Lets every client go through its steps; which of them did. A client whose registry does not answer is left out, and
/// that is said.
pub(crate) fn check() -> anyhow::Result<String> {
    let tools = Tools::at(workspace().join("dev/interop"))?;
    let (node, python) = (tools.node()?, tools.python()?);
    let folder = TemporaryFolder::new("interop")?;
    let demo = Demo::prepare(home(&folder)?, Ports::fresh()?)?;
    demo.register("site", SITE)?;
    if let Some(node) = &node {
        demo.register("strict", &format!("{STRICT}{}", node.make_key(&folder.path().join("strict.json"))?))?;
    }
    let mut fleet = Fleet::new()?;
    demo.start(&mut fleet)?;
    let mut went = Vec::new();
    let mut left_out = Vec::new();
    match &node {
        Some(node) => {
            let strict = [("KEY_FILE", folder.path().join("strict.json").display().to_string())];
            run_client(
                &mut fleet,
                "openid-client (Node)",
                node.script("relying_party.mjs"),
                &demo.seen_by("site", &[])?,
            )?;
            let seen = demo.seen_by("strict", &strict)?;
            run_client(
                &mut fleet,
                "openid-client (Node), profile fapi2",
                node.script("strict_relying_party.mjs"),
                &seen,
            )?;
            went.push("openid-client");
        }
        None => left_out.push("openid-client"),
    }
    match &python {
        Some(python) => {
            run_client(&mut fleet, "Authlib (Python)", python.script("relying_party.py"), &demo.seen_by("site", &[])?)?;
            went.push("Authlib");
            if Path::new(APACHE).exists() {
                let apache = python.beside(tools.copy("apache")?).script("relying_party.py");
                run_client(&mut fleet, "mod_auth_openidc (Apache)", apache, &demo.seen_by("site", &[])?)?;
                went.push("mod_auth_openidc");
            }
        }
        None => left_out.push("Authlib"),
    }
    fleet.stop();
    let said = if went.is_empty() { "none".to_owned() } else { went.join(", ") };
    if left_out.is_empty() {
        return Ok(said);
    }
    Ok(format!("{said}; not {}, whose registries do not answer", left_out.join(", ")))
}

fn home(folder: &TemporaryFolder) -> anyhow::Result<Home> {
    let home = Home::at(Some(folder.path().to_owned()));
    home.make()?;
    Ok(home)
}

/// Runs one client in the foreground: it prints its own steps.
fn run_client(
    fleet: &mut Fleet,
    name: &'static str,
    mut command: Command,
    seen: &[(&'static str, String)],
) -> anyhow::Result<()> {
    println!("{name}");
    command.envs(seen.iter().map(|(name, value)| (*name, value)));
    // What the environment says of certificates would count for more than what the client is told.
    for name in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        command.env_remove(name);
    }
    fleet.run(name, command)
}

impl Demo {
    /// What a client has to know, by the names under which it finds it in its environment.
    fn seen_by(&self, client: &str, more: &[(&'static str, String)]) -> anyhow::Result<Vec<(&'static str, String)>> {
        let ca = self.ca().display().to_string();
        let secret = fs::read_to_string(self.secret_of(client)?).context("the client's secret cannot be read")?;
        let mut seen = vec![
            ("ISSUER", self.issuer()),
            ("CLIENT_ID", client.to_owned()),
            ("CLIENT_SECRET", secret.trim().to_owned()),
            ("PERSON_NAME", CANDIDATE.email.to_owned()),
            ("PERSON_PASSWORD", CANDIDATE.password.to_owned()),
            ("CA_FILE", ca.clone()),
            ("NODE_EXTRA_CA_CERTS", ca),
        ];
        seen.extend_from_slice(more);
        Ok(seen)
    }
}

/// Where the clients' libraries are kept.
struct Tools(PathBuf);

/// What runs scripts of one language: the program with its first arguments, and the folder of the scripts.
struct Runner {
    program: PathBuf,
    arguments: Vec<String>,
    scripts: PathBuf,
    /// Another folder whose scripts these may use.
    lent: Option<PathBuf>,
}

impl Tools {
    fn at(folder: PathBuf) -> anyhow::Result<Self> {
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self(folder))
    }

    /// Node with its packages; `None` if they cannot be had.
    fn node(&self) -> anyhow::Result<Option<Runner>> {
        let scripts = self.copy("node")?;
        let install = command("npm", &["ci", "--no-audit", "--no-fund"], &scripts);
        let ping = command("npm", &["ping"], &scripts);
        let shim = scripts.join("localhost.mjs");
        let runner = || Runner {
            program: "node".into(),
            arguments: vec!["--import".to_owned(), format!("file://{}", shim.display())],
            scripts: scripts.clone(),
            lent: None,
        };
        Ok(installed("openid-client", install, ping)?.then(runner))
    }

    /// Python with its packages in an environment of its own; `None` if they cannot be had.
    fn python(&self) -> anyhow::Result<Option<Runner>> {
        let scripts = self.copy("python")?;
        let python = scripts.join("environment/bin/python");
        if !python.exists() && !succeeds(command("python3", &["-m", "venv", "environment"], &scripts)) {
            bail!("python3 cannot make an environment: on Debian, install python3-venv");
        }
        let pip = |arguments: &[&str]| command(&python, &[&["-m", "pip", "--quiet"], arguments].concat(), &scripts);
        let install = pip(&["install", "--requirement", "requirements.txt"]);
        let ask = pip(&["index", "versions", "Authlib"]);
        let runner = || Runner { program: python.clone(), arguments: Vec::new(), scripts: scripts.clone(), lent: None };
        Ok(installed("Authlib", install, ask)?.then(runner))
    }

    /// The scripts, beside which their language may put what it installs.
    fn copy(&self, language: &str) -> anyhow::Result<PathBuf> {
        let (from, to) = (workspace().join("e2e/interop").join(language), self.0.join(language));
        fs::create_dir_all(&to)?;
        for entry in fs::read_dir(&from).with_context(|| format!("{} cannot be read", from.display()))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), to.join(entry.file_name()))?;
            }
        }
        Ok(to)
    }
}

impl Runner {
    /// The same program with scripts of another folder, which may use those of this one.
    fn beside(&self, scripts: PathBuf) -> Self {
        Self {
            program: self.program.clone(),
            arguments: self.arguments.clone(),
            scripts,
            lent: Some(self.scripts.clone()),
        }
    }

    fn script(&self, name: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg(self.scripts.join(name)).current_dir(&self.scripts);
        command.envs(self.lent.as_ref().map(|lent| ("PYTHONPATH", lent)));
        command
    }

    /// Makes a key for a client; the line of its description that says the public half.
    fn make_key(&self, file: &Path) -> anyhow::Result<String> {
        let output = self.script("keys.mjs").arg(file).output().context("node cannot be started")?;
        anyhow::ensure!(output.status.success(), "node made no key: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }
}

fn command(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}

fn succeeds(mut command: Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// Installs what a client needs. If that fails although its registry answers, something is wrong here.
fn installed(client: &str, mut install: Command, ask: Command) -> anyhow::Result<bool> {
    let step = Step::begin(format!("Installing {client}"));
    let output = install.output().with_context(|| format!("{client} cannot be installed: is its language?"))?;
    if output.status.success() {
        step.done(&format!("{client} is installed"));
        return Ok(true);
    }
    if succeeds(ask) {
        bail!("{client} cannot be installed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    step.done(&format!("{client} is left out: its registry does not answer"));
    Ok(false)
}
