//! The receiving side of SMTP (RFC 5321): as much of it as a sending program needs, and nothing that passes mail on.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::{Message, Messages};

/// The longest mail taken, in bytes; announced by SIZE (RFC 1870).
const LONGEST_MAIL: usize = 10 * 1024 * 1024;
/// RFC 5321 §4.5.3.1.6 has text lines of at most 1,000 bytes; senders are less careful.
const LONGEST_LINE: usize = 64 * 1024;

/// Takes connections until the listening socket fails.
pub(crate) async fn serve(listener: TcpListener, messages: Messages) -> anyhow::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        // A connection that breaks is the sender's matter: it reports that itself.
        tokio::spawn(converse(stream, messages.clone()));
    }
}

/// What has been said of the mail on its way.
#[derive(Default)]
struct Envelope {
    sender: Option<String>,
    recipients: Vec<String>,
}

async fn converse(mut stream: TcpStream, messages: Messages) -> io::Result<()> {
    let (reading, mut writing) = stream.split();
    let mut reading = BufReader::new(reading);
    let mut envelope = Envelope::default();
    writing.write_all(b"220 mailbox development SMTP\r\n").await?;
    while let Some(line) = read_line(&mut reading).await? {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                format!("250-mailbox\r\n250-SIZE {LONGEST_MAIL}\r\n250-8BITMIME\r\n250 SMTPUTF8")
            }
            "HELO" => "250 mailbox".to_owned(),
            "MAIL" => envelope.begin(argument),
            "RCPT" => envelope.add(argument),
            "DATA" if envelope.recipients.is_empty() => "503 RCPT first".to_owned(),
            "DATA" => {
                writing.write_all(b"354 end with <CRLF>.<CRLF>\r\n").await?;
                match read_mail(&mut reading).await? {
                    Some(mail) => {
                        let recipients = std::mem::take(&mut envelope).recipients;
                        format!("250 kept as {}", messages.add(Message::mail(recipients, &mail)))
                    }
                    None => "552 too long".to_owned(),
                }
            }
            "RSET" => {
                envelope = Envelope::default();
                "250 forgotten".to_owned()
            }
            "NOOP" => "250 ok".to_owned(),
            "QUIT" => {
                writing.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "502 not implemented".to_owned(),
        };
        writing.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

impl Envelope {
    fn begin(&mut self, argument: &str) -> String {
        match path(argument, "FROM:") {
            Some(sender) => {
                *self = Self { sender: Some(sender), recipients: Vec::new() };
                "250 ok".to_owned()
            }
            None => "501 MAIL FROM:<address>".to_owned(),
        }
    }

    fn add(&mut self, argument: &str) -> String {
        match path(argument, "TO:") {
            _ if self.sender.is_none() => "503 MAIL first".to_owned(),
            Some(recipient) if !recipient.is_empty() => {
                self.recipients.push(recipient);
                "250 ok".to_owned()
            }
            _ => "501 RCPT TO:<address>".to_owned(),
        }
    }
}

/// The address of `FROM:<address> PARAMETERS`; empty for the null sender.
fn path(argument: &str, keyword: &str) -> Option<String> {
    let argument = argument.trim_start();
    let start = argument.get(..keyword.len())?;
    if !start.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let rest = argument[keyword.len()..].trim_start().strip_prefix('<')?;
    Some(rest.split_once('>')?.0.to_owned())
}

/// One line with its end; `None` when the sender has hung up.
async fn read_line(reading: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let mut limited = AsyncReadExt::take(reading, LONGEST_LINE as u64);
    match limited.read_until(b'\n', &mut line).await? {
        0 => Ok(None),
        _ => Ok(Some(line)),
    }
}

/// The mail up to the lone dot, with the doubled dots undone (RFC 5321 §4.5.2); `None` if it is too long, having
/// read it to its end all the same so that the conversation stays in step.
async fn read_mail(reading: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let mut mail = Vec::new();
    let mut too_long = false;
    while let Some(line) = read_line(reading).await? {
        if line == b".\r\n" || line == b".\n" {
            return Ok((!too_long).then_some(mail));
        }
        let line = line.strip_prefix(b".").unwrap_or(&line);
        too_long |= mail.len() + line.len() > LONGEST_MAIL;
        if !too_long {
            mail.extend_from_slice(line);
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}
