//! Mail by SMTP.

use std::net::IpAddr;
use std::time::{Duration, UNIX_EPOCH};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use shared::secret::SecretString;
use url::Url;

use super::html::html;
use super::model::{Letter, Outgoing, Reason, Receipt, SendError, Transport};

/// Hands mail to a server.
pub struct Mailer {
    from: Mailbox,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

/// The mail server, as the settings name it.
#[derive(Clone, Copy)]
pub struct MailServer<'s> {
    /// `smtps://`, `smtp://HOST?tls=required`, or in clear to loopback.
    pub address: &'s str,
    /// The password of its user.
    pub password: Option<&'s SecretString>,
    /// Who vouches for it in place of the public authorities: certificates in PEM.
    pub ca: Option<&'s [u8]>,
    /// How long one attempt may take.
    pub timeout: Duration,
}

/// Why there is no way out for mail.
#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    /// The sender.
    #[error("the sender is not of the form `Name <address>`")]
    From,
    /// The server's address.
    #[error("the mail server's address cannot be used: {0}")]
    Address(String),
    /// The authorities.
    #[error("smtp_ca_file holds no certificate in PEM, or the address no TLS to verify by it")]
    Authorities,
    /// Mail would travel in clear.
    #[error("mail in clear goes to loopback addresses only: use smtps:// or smtp://HOST?tls=required")]
    Clear,
}

impl Mailer {
    /// A way out over that server, for mail from that sender.
    ///
    /// # Errors
    /// See [`MailerError`].
    pub fn new(server: MailServer<'_>, from: &str) -> Result<Self, MailerError> {
        let from = from.parse().map_err(|_| MailerError::From)?;
        let url = Url::parse(server.address).map_err(|e| MailerError::Address(e.to_string()))?;
        // The first one counts, as it does for who reads the address after this.
        let required = url.query_pairs().find(|(key, _)| key == "tls").is_some_and(|(_, value)| value == "required");
        let encrypted = url.scheme() == "smtps" || required;
        if !encrypted && !is_loopback(&url) {
            return Err(MailerError::Clear);
        }
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(server.address)
            .map_err(|e| MailerError::Address(describe(&e)))?
            .timeout(Some(server.timeout));
        if let Some(ca) = server.ca {
            let parameters = vouched_for(&url, ca).filter(|_| encrypted).ok_or(MailerError::Authorities)?;
            let implicit = url.scheme() == "smtps";
            builder = builder.tls(if implicit { Tls::Wrapper(parameters) } else { Tls::Required(parameters) });
        }
        if let Some(password) = server.password {
            builder = builder.credentials(Credentials::new(url.username().to_owned(), password.expose().to_owned()));
        }
        Ok(Self { from, transport: builder.build() })
    }

    fn message(&self, outgoing: &Outgoing) -> Result<Message, SendError> {
        let permanent = |what: &str| SendError::Permanent(what.to_owned());
        let letter: Letter = outgoing.payload.read()?;
        let html = html(&letter);
        let to = letter.to.parse().map_err(|_| permanent("the recipient is no mail address"))?;
        let written = u64::try_from(outgoing.created_at.millis()).unwrap_or(0);
        let id = format!("<{}@{}>", outgoing.id, self.from.email.domain());
        let builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .date(UNIX_EPOCH + Duration::from_millis(written))
            // The same at every attempt, so that a server or reader can drop a repetition.
            .message_id(Some(id))
            // RFC 3834 §5: keeps answering machines silent.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        let written = match html {
            Some(html) => builder.multipart(
                MultiPart::alternative()
                    // Of the message, not by chance: every attempt is the same, byte for byte.
                    .boundary(format!("=_{}", outgoing.id))
                    .singlepart(SinglePart::plain(letter.text))
                    .singlepart(SinglePart::html(html)),
            ),
            None => builder.header(ContentType::TEXT_PLAIN).body(letter.text),
        };
        written.map_err(|_| permanent("the message cannot be written as mail"))
    }
}

/// TLS with the server of that address, whose certificate one of these authorities has signed, and no other.
fn vouched_for(url: &Url, pem: &[u8]) -> Option<TlsParameters> {
    let authorities = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>().ok()?;
    if authorities.is_empty() {
        return None;
    }
    let mut parameters = TlsParameters::builder(url.host_str()?.to_owned()).certificate_store(CertificateStore::None);
    for authority in authorities {
        parameters = parameters.add_root_certificate(Certificate::from_der(authority.to_vec()).ok()?);
    }
    parameters.build_rustls().ok()
}

impl Transport for Mailer {
    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>> {
        async move {
            let message = self.message(outgoing)?;
            match self.transport.send(message).await {
                Ok(_) => Ok(Receipt::default()),
                Err(error) if error.is_permanent() => Err(refusal(&error)),
                Err(error) => Err(SendError::Temporary(describe(&error))),
            }
        }
        .boxed()
    }
}

/// The URL library knows addresses in the schemes of the web only: elsewhere a host is a text to it.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.is_ok_and(|ip| ip.is_loopback()) || host == "localhost" || host.ends_with(".localhost")
}

/// A refusal for good. Whose fault it is the first digits tell only in part (RFC 5321 §4.2.3): what is said of mailboxes
/// is taken for an address that nobody has, anything else is nobody's fault.
fn refusal(error: &Error) -> SendError {
    match error.status().map(|code| code.to_string()).as_deref() {
        Some("550" | "551" | "553") => SendError::Refused(Reason::Unknown, describe(error)),
        Some("552") => SendError::Refused(Reason::Full, describe(error)),
        _ => SendError::Permanent(describe(error)),
    }
}

/// What happened, without what the server said: that may quote the recipient.
fn describe(error: &Error) -> String {
    if let Some(code) = error.status() {
        return format!("the mail server answered {code}");
    }
    let what = match error {
        e if e.is_timeout() => "the mail server did not answer in time",
        e if e.is_tls() => "no TLS with the mail server",
        e if e.is_response() => "the mail server's answer makes no sense",
        e if e.is_client() => "the mail server lacks what is needed",
        _ => "no connection to the mail server",
    };
    what.to_owned()
}

#[cfg(test)]
mod over_tls;

#[cfg(test)]
mod tests {
    use shared::clock::Timestamp;
    use shared::entropy::SeededEntropy;
    use shared::i18n::Lang;

    use super::*;
    use crate::delivery::model::{MessageId, Payload};
    use crate::delivery::text;

    const FROM: &str = "E-TEST <no-reply@passport.example>";

    fn mailer(address: &str) -> Result<Mailer, MailerError> {
        Mailer::new(MailServer { address, password: None, ca: None, timeout: Duration::from_secs(1) }, FROM)
    }

    pub(super) fn outgoing(to: &str) -> Outgoing {
        let now = Timestamp::from_seconds(1_700_000_000);
        Outgoing {
            id: MessageId::new(now, &SeededEntropy::new(1)),
            payload: Payload::of(&text::code_mail(to, Lang::Zh, "271828", "https://passport.example")),
            created_at: now,
            attempt: 1,
        }
    }

    #[test]
    fn mail_goes_in_clear_to_loopback_only() {
        assert!(mailer("smtp://127.0.0.1:2525").is_ok());
        assert!(mailer("smtps://mail.example").is_ok());
        assert!(mailer("smtp://mail.example?tls=required").is_ok());
        let twice = "smtp://mail.example?tls=opportunistic&tls=required";
        for clear in ["smtp://mail.example", "smtp://mail.example?tls=opportunistic", twice] {
            assert!(matches!(mailer(clear), Err(MailerError::Clear)), "{clear}");
        }
    }

    #[test]
    fn every_attempt_carries_the_same_message_id() {
        let mailer = mailer("smtp://127.0.0.1:2525").expect("a mailer");
        let message = |attempt| {
            let outgoing = Outgoing { attempt, ..outgoing("a@b.example") };
            mailer.message(&outgoing).expect("a message").formatted()
        };
        assert_eq!(message(1), message(2));
        let text = String::from_utf8(message(1)).expect("ASCII");
        assert!(text.contains("@passport.example>"), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated"), "{text}");
        let parts = ["multipart/alternative", "text/plain; charset=utf-8", "text/html; charset=utf-8"];
        let found: Vec<_> = parts.iter().map(|part| text.find(part)).collect();
        // RFC 2046 §5.1.4: the form that is to be preferred comes last.
        assert!(found.iter().all(Option::is_some) && found.is_sorted(), "{text}");
    }

    #[test]
    fn a_broken_recipient_is_given_up_and_cannot_smuggle_headers() {
        let mailer = mailer("smtp://127.0.0.1:2525").expect("a mailer");
        for to in ["nobody", "a@b.example\r\nBcc: c@d.example"] {
            let error = mailer.message(&outgoing(to)).expect_err("refused");
            assert!(matches!(error, SendError::Permanent(_)));
        }
    }
}
