//! `interop`: clients that others wrote, unmodified, against a passport that runs on this machine.
//!
//! Each is a small site in `e2e/interop/`, written as the documentation of its library has it; the guides in
//! `docs/integrate/` show the same lines. What they need from registries is kept in `dev/interop/`, and by cargo.

mod tools;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::cargo::{self, Profile};
use crate::demo::Demo;
use crate::flags::{self, Flags};
use crate::fleet::Fleet;
use crate::home::{Home, TemporaryFolder};
use crate::seed::CANDIDATE;
use crate::settings::Ports;
use crate::test::packages;
use tools::Runner;
pub(crate) use tools::Tools;
pub(crate) use tools::{RUST, rust_packages};

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
    packages::install_for_clients()?;
    println!("{}", check()?);
    Ok(())
}

/// Lets every client go through its steps; which of them did. A client that cannot be had, because its registry does not
/// answer or nobody may install it, is left out, and that is said.
pub(crate) fn check() -> anyhow::Result<String> {
    let tools = Tools::usual()?;
    let (node, python, rust) = (tools.node()?, tools.python()?, Tools::rust()?);
    let folder = TemporaryFolder::new("interop")?;
    let demo = Demo::prepare(home(&folder)?, Ports::fresh()?)?;
    let key = folder.path().join("strict.json");
    demo.register("site", SITE)?;
    if let Some(node) = &node {
        demo.register("strict", &format!("{STRICT}{}", node.make_key(&key)?))?;
    }
    let mut run = Run { demo: &demo, fleet: Fleet::new()?, went: Vec::new() };
    demo.start(&mut run.fleet)?;
    if let Some(node) = &node {
        run.node(node, &key)?;
    }
    if let Some(python) = &python {
        run.python(python, &tools)?;
    }
    if let Some(program) = &rust {
        run.client("openidconnect (Rust)", Command::new(program), &demo.seen_by("site", &[])?)?;
        run.went.push("openidconnect");
    }
    run.fleet.stop();
    let all = ["openid-client", "Authlib", "Schemathesis", "mod_auth_openidc", "openidconnect"];
    let left_out: Vec<_> = all.into_iter().filter(|name| !run.went.contains(name)).collect();
    let said = if run.went.is_empty() { "none".to_owned() } else { run.went.join(", ") };
    if left_out.is_empty() {
        return Ok(said);
    }
    Ok(format!("{said}; not {}, which could not be had", left_out.join(", ")))
}

fn home(folder: &TemporaryFolder) -> anyhow::Result<Home> {
    let home = Home::at(Some(folder.path().to_owned()));
    home.make()?;
    Ok(home)
}

/// The clients' way through their steps.
struct Run<'d> {
    demo: &'d Demo,
    fleet: Fleet,
    /// The clients that went it.
    went: Vec<&'static str>,
}

impl Run<'_> {
    fn node(&mut self, node: &Runner, key: &Path) -> anyhow::Result<()> {
        let seen = self.demo.seen_by("site", &[])?;
        self.client("openid-client (Node)", node.script("relying_party.mjs"), &seen)?;
        let seen = self.demo.seen_by("strict", &[("KEY_FILE", key.display().to_string())])?;
        self.client("openid-client (Node), profile fapi2", node.script("strict_relying_party.mjs"), &seen)?;
        self.went.push("openid-client");
        Ok(())
    }

    fn python(&mut self, python: &Runner, tools: &Tools) -> anyhow::Result<()> {
        let seen = self.demo.seen_by("site", &[])?;
        self.client("Authlib (Python)", python.script("relying_party.py"), &seen)?;
        self.went.push("Authlib");
        let described = python.script("described.py");
        self.client("Schemathesis (Python)", described, &self.demo.sandbox_seen())?;
        self.went.push("Schemathesis");
        if Path::new(APACHE).exists() {
            let apache = python.beside(tools.copy("apache")?).script("relying_party.py");
            self.client("mod_auth_openidc (Apache)", apache, &seen)?;
            self.went.push("mod_auth_openidc");
        }
        Ok(())
    }

    /// Runs one client in the foreground: it prints its own steps.
    fn client(
        &mut self,
        name: &'static str,
        mut command: Command,
        seen: &[(&'static str, String)],
    ) -> anyhow::Result<()> {
        println!("{name}");
        told(&mut command, seen);
        self.fleet.run(name, command)
    }
}

/// Tells a client what it has to know, in its environment.
pub(crate) fn told(command: &mut Command, seen: &[(&'static str, String)]) {
    command.envs(seen.iter().map(|(name, value)| (*name, value)));
    // What the environment says of certificates would count for more than what the client is told.
    for name in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        command.env_remove(name);
    }
}

impl Demo {
    /// What a program has to know that registers sites in the sandbox.
    fn sandbox_seen(&self) -> Vec<(&'static str, String)> {
        let file = |path: std::path::PathBuf| path.display().to_string();
        vec![
            ("ISSUER", self.sandbox_issuer()),
            ("PORTAL_TOKEN_FILE", file(self.portal_token())),
            ("CA_FILE", file(self.ca())),
        ]
    }

    /// What a client has to know, by the names under which it finds it in its environment.
    pub(crate) fn seen_by(
        &self,
        client: &str,
        more: &[(&'static str, String)],
    ) -> anyhow::Result<Vec<(&'static str, String)>> {
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
