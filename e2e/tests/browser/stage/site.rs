//! Sites of a test's own, which the passport tells of nothing but in the browser.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use e2e::demo::Demo;
use reqwest::Certificate;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;
use url::Url;

/// The verifier and challenge of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncache-control: no-store\r\nconnection: close\r\n\r\n";

/// Its page, whose link leads to where the address says in `to`, or home.
fn page(url: &Url) -> String {
    let to = url.query_pairs().find(|(name, _)| name == "to").map_or_else(|| "/".into(), |(_, to)| to);
    let to = to.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "{HEAD}<!doctype html><html lang=\"en\"><title>A site</title><h1>A site</h1>\
         <main><a href=\"{to}\">Onward</a></main></html>"
    )
}

/// A site on a free port: every address of it is the same page. It listens until the program ends.
pub(crate) struct Site {
    /// Its client id, and the first label of its host.
    pub(crate) id: &'static str,
    /// Its origin.
    pub(crate) origin: String,
    asked: Arc<Mutex<Vec<Url>>>,
}

impl Site {
    /// Opens one. `hangs` is a path at which it never answers.
    pub(crate) fn open(demo: &Demo, id: &'static str, hangs: Option<&'static str>) -> anyhow::Result<Self> {
        let certs = demo.ca.parent().context("the CA lies in no folder")?;
        let tls = Arc::new(tls(certs)?);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let origin = format!("https://{id}.localhost:{}", listener.local_addr()?.port());
        let base = Url::parse(&origin)?;
        let asked: Arc<Mutex<Vec<Url>>> = Arc::default();
        let heard = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (tls, base, heard) = (Arc::clone(&tls), base.clone(), Arc::clone(&heard));
                // A browser opens connections that it does not use: their end is no concern of anybody.
                std::thread::spawn(move || answer(stream, tls, &base, &heard, hangs));
            }
        });
        Ok(Self { id, origin, asked })
    }

    /// How it is registered: one of our own sites, without a secret, which signs people out by a page.
    pub(crate) fn description(&self) -> String {
        let (id, origin) = (self.id, &self.origin);
        format!(
            "client_id = '{id}'\nclient_name = {{ zh = '网站{id}', en = 'Site {id}' }}\nfirst_party = true\n\
             redirect_uris = ['{origin}/cb']\npost_logout_redirect_uris = ['{origin}/out']\nscopes = ['openid']\n\
             token_endpoint_auth_method = 'none'\nfrontchannel_logout_uri = '{origin}/bye'\n\
             frontchannel_logout_session_required = true\n"
        )
    }

    /// The address by which it sends people to the passport.
    pub(crate) fn authorize(&self, demo: &Demo, more: &[(&str, &str)]) -> anyhow::Result<String> {
        let callback = format!("{}/cb", self.origin);
        let parameters = [
            ("response_type", "code"),
            ("client_id", self.id),
            ("redirect_uri", &callback),
            ("scope", "openid"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let parameters = parameters.iter().chain(more);
        Ok(Url::parse_with_params(&format!("{}/authorize", demo.passport), parameters)?.into())
    }

    /// Redeems the code in that address; the ID token.
    pub(crate) async fn redeem(&self, demo: &Demo, arrived_at: &str) -> anyhow::Result<String> {
        let passport = Url::parse(&demo.passport)?;
        let (host, port) = (passport.host_str().context("no host")?, passport.port().context("no port")?);
        let client = reqwest::Client::builder()
            .tls_certs_only([Certificate::from_pem(&std::fs::read(&demo.ca)?)?])
            .resolve(host, SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .build()?;
        let code = parameter(arrived_at, "code")?;
        let callback = format!("{}/cb", self.origin);
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", self.id),
            ("code", &code),
            ("redirect_uri", &callback),
            ("code_verifier", VERIFIER),
        ];
        let answer = client.post(format!("{}/token", demo.passport)).form(&form).send().await?.text().await?;
        let tokens: Value = serde_json::from_str(&answer)?;
        tokens["id_token"].as_str().map(str::to_owned).with_context(|| format!("no ID token: {answer}"))
    }

    /// The addresses of it that browsers asked for below that path.
    pub(crate) fn asked_for(&self, path: &str) -> Vec<Url> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().filter(|url| url.path() == path).cloned().collect()
    }
}

/// A parameter of an address.
pub(crate) fn parameter(url: &str, name: &str) -> anyhow::Result<String> {
    let url = Url::parse(url)?;
    let found = url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    found.with_context(|| format!("no {name} in {url}"))
}

/// The certificate is that of a site of the demo: browsers of tests take every one.
fn tls(certs: &Path) -> anyhow::Result<ServerConfig> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let certificate = CertificateDer::pem_file_iter(certs.join("cet.pem"))?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(certs.join("cet-key.pem"))?;
    Ok(ServerConfig::builder().with_no_client_auth().with_single_cert(certificate, key)?)
}

fn answer(
    stream: TcpStream,
    tls: Arc<ServerConfig>,
    base: &Url,
    heard: &Mutex<Vec<Url>>,
    hangs: Option<&str>,
) -> anyhow::Result<()> {
    let mut stream = BufReader::new(StreamOwned::new(ServerConnection::new(tls)?, stream));
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let url = base.join(line.split(' ').nth(1).context("no request")?)?;
    let (hanging, page) = (hangs == Some(url.path()), page(&url));
    heard.lock().unwrap_or_else(PoisonError::into_inner).push(url);
    if hanging {
        // Until the browser gives up.
        std::io::copy(&mut stream.by_ref(), &mut std::io::sink())?;
        return Ok(());
    }
    let connection = stream.get_mut();
    connection.write_all(page.as_bytes())?;
    connection.conn.send_close_notify();
    connection.flush()?;
    Ok(())
}
