//! Mail to a server that speaks TLS: at once (RFC 8314 §3.3) and after `STARTTLS` (RFC 3207), and what is refused: a
//! certificate of another authority or for another name, and a server, or somebody before it, that offers no TLS.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::PrivateKeyDer;
use shared::secret::SecretString;
use tokio::task::JoinHandle;

use super::tests::outgoing;
use super::{MailServer, Mailer, SendError, Transport as _};

const PASSWORD: &str = "a-mail-password";

/// How the server speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaks {
    TlsAtOnce,
    StartTls,
    /// It offers none, or somebody between has stripped the offer.
    Clear,
}

/// An authority, and a server's key and certificate by it.
struct Authority {
    pem: Vec<u8>,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("a certificate").pem().into_bytes();
        Self { pem, issuer: rcgen::Issuer::new(params, key) }
    }

    fn server(&self, name: &str) -> Arc<ServerConfig> {
        let key = rcgen::KeyPair::generate().expect("a key");
        let params = rcgen::CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let made = params.signed_by(&key, &self.issuer).expect("a certificate");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = config.expect("protocols").with_no_client_auth();
        Arc::new(config.with_single_cert(vec![made.der().clone()], key).expect("a server"))
    }
}

/// What a server heard: before TLS, and within.
#[derive(Debug, Default)]
struct Heard {
    clear: String,
    sealed: String,
}

/// A mail server for one connection.
fn server(speaks: Speaks, tls: Arc<ServerConfig>) -> (u16, JoinHandle<Heard>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let serve = move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut heard = Heard::default();
        if speaks != Speaks::TlsAtOnce {
            let goes_on = talk(&mut stream, true, speaks == Speaks::StartTls, &mut heard.clear);
            if !goes_on {
                return heard;
            }
        }
        let session = ServerConnection::new(tls).expect("a session");
        talk(&mut StreamOwned::new(session, stream), speaks == Speaks::TlsAtOnce, false, &mut heard.sealed);
        heard
    };
    (port, tokio::task::spawn_blocking(serve))
}

/// Answers until the other side goes, or asks for TLS: whether it did that. A side that breaks off is one that goes.
fn talk<S: Read + Write>(stream: &mut S, greets: bool, offers_tls: bool, heard: &mut String) -> bool {
    let answer = |stream: &mut S, text: &str| stream.write_all(text.as_bytes()).and_then(|()| stream.flush()).is_ok();
    if greets && !answer(stream, "220 mail.test ESMTP\r\n") {
        return false;
    }
    let mut in_message = false;
    while let Some(line) = line(stream) {
        heard.push_str(&line);
        let command = line.trim_end().to_ascii_uppercase();
        let said = match command.as_str() {
            "." if in_message => "250 taken\r\n",
            _ if in_message => continue,
            "STARTTLS" if offers_tls => "220 go ahead\r\n",
            "DATA" => "354 go on\r\n",
            "QUIT" => "221 bye\r\n",
            _ if command.starts_with("EHLO") && offers_tls => "250-mail.test\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n",
            _ if command.starts_with("EHLO") => "250-mail.test\r\n250 AUTH PLAIN\r\n",
            _ if command.starts_with("AUTH") => "235 in\r\n",
            _ => "250 ok\r\n",
        };
        in_message = command == "DATA" || (in_message && command != ".");
        if !answer(stream, said) || command == "QUIT" {
            return false;
        }
        if said.starts_with("220 go") {
            return true;
        }
    }
    false
}

/// The next line, byte by byte: what follows `STARTTLS` is not read with it.
fn line(stream: &mut impl Read) -> Option<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.last() != Some(&b'\n') {
        match stream.read(&mut byte) {
            Ok(1) => line.push(byte[0]),
            _ => return None,
        }
    }
    Some(String::from_utf8_lossy(&line).into_owned())
}

/// Sends one mail there; what came of it, and what the server heard.
async fn send(speaks: Speaks, tls: Arc<ServerConfig>, ca: &[u8]) -> (Result<(), SendError>, Heard) {
    let (port, heard) = server(speaks, tls);
    let address = match speaks {
        Speaks::TlsAtOnce => format!("smtps://passport@localhost:{port}"),
        Speaks::StartTls | Speaks::Clear => format!("smtp://passport@localhost:{port}?tls=required"),
    };
    let password = SecretString::new(PASSWORD);
    // Longer than any machine takes: nothing here waits for it.
    let timeout = Duration::from_secs(600);
    let server = MailServer { address: &address, password: Some(&password), ca: Some(ca), timeout };
    let mailer = Mailer::new(server, "E-TEST <no-reply@passport.example>").expect("a mailer");
    let sent = mailer.send(&outgoing("a@b.example")).await.map(drop);
    drop(mailer);
    (sent, heard.await.expect("the server"))
}

#[tokio::test]
async fn mail_and_password_travel_within_tls_alone_whichever_way_it_begins() {
    let authority = Authority::new();
    for speaks in [Speaks::TlsAtOnce, Speaks::StartTls] {
        let (sent, heard) = send(speaks, authority.server("localhost"), &authority.pem).await;
        sent.expect("sent");
        for word in ["AUTH PLAIN", "MAIL FROM:<no-reply@passport.example>", "RCPT TO:<a@b.example>", "Message-ID:"] {
            assert!(heard.sealed.contains(word), "{word}: {}", heard.sealed);
        }
        let clear: Vec<&str> = heard.clear.lines().map(|line| line.split(' ').next().unwrap_or_default()).collect();
        let expected: &[&str] = if speaks == Speaks::StartTls { &["EHLO", "STARTTLS"] } else { &[] };
        assert_eq!(clear, expected, "nothing else is said in clear");
    }
}

#[tokio::test]
async fn a_server_of_another_authority_or_of_another_name_gets_nothing() {
    let (authority, other) = (Authority::new(), Authority::new());
    for speaks in [Speaks::TlsAtOnce, Speaks::StartTls] {
        for (tls, why) in [(other.server("localhost"), "authority"), (authority.server("mail.example"), "name")] {
            let (sent, heard) = send(speaks, tls, &authority.pem).await;
            assert!(matches!(sent, Err(SendError::Temporary(_))), "{why}: it may be mended: {sent:?}");
            assert_eq!(heard.sealed, "", "{why}");
            assert!(!heard.clear.contains("AUTH") && !heard.clear.contains("MAIL"), "{why}: {}", heard.clear);
        }
    }
}

#[tokio::test]
async fn where_the_offer_of_tls_is_stripped_nothing_is_sent_in_clear() {
    let authority = Authority::new();
    let (sent, heard) = send(Speaks::Clear, authority.server("localhost"), &authority.pem).await;
    assert!(matches!(sent, Err(SendError::Temporary(_))), "{sent:?}");
    for word in ["AUTH", "MAIL", "RCPT", "DATA", PASSWORD] {
        assert!(!heard.clear.contains(word), "{word}: {}", heard.clear);
    }
}

#[test]
fn authorities_are_read_as_pem_and_only_where_there_is_tls() {
    let authority = Authority::new();
    let mailer = |address: &str, ca: &[u8]| {
        let server = MailServer { address, password: None, ca: Some(ca), timeout: Duration::from_secs(1) };
        Mailer::new(server, "E-TEST <no-reply@passport.example>").is_ok()
    };
    assert!(mailer("smtps://mail.example", &authority.pem));
    assert!(mailer("smtp://mail.example?tls=required", &authority.pem));
    for (address, ca) in [("smtps://mail.example", &b"nothing"[..]), ("smtp://127.0.0.1", &authority.pem)] {
        assert!(!mailer(address, ca), "{address}");
    }
}
