//! One message, and how mail becomes one.

use std::time::{SystemTime, UNIX_EPOCH};

use mail_parser::MessageParser;
use serde::Serialize;

/// How a message travelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// By SMTP.
    Mail,
    /// By the SMS gateway's HTTP call.
    Sms,
}

/// A message as the page and `/messages.json` show it.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    /// Counts up from 1 in the order of arrival.
    pub id: u64,
    /// How it travelled.
    pub kind: Kind,
    /// The sender as the message names it; empty for text messages.
    pub from: String,
    /// The envelope's recipients: who really got it, whatever its headers say.
    pub to: Vec<String>,
    /// Empty for text messages.
    pub subject: String,
    /// The plain text; for mail without one, what is left of its HTML.
    pub text: String,
    /// The HTML part, if the mail has one.
    pub html: Option<String>,
    /// Every address of a page that the text names, in order.
    pub links: Vec<String>,
    /// What its sender calls a mail (`Message-ID`, without the brackets): reports of its delivery name it.
    pub message_id: String,
    /// Milliseconds since 1970 (UTC).
    pub received_at: u128,
}

impl Message {
    /// When it came, as people read it: `09:14:03 UTC`.
    pub(crate) fn time_of_day(&self) -> String {
        let seconds = self.received_at / 1000 % (24 * 60 * 60);
        format!("{:02}:{:02}:{:02} UTC", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    /// Reads a mail in the Internet Message Format (RFC 5322, MIME). What cannot be parsed is kept as text, since
    /// seeing the broken mail is what a developer needs then.
    pub(crate) fn mail(recipients: Vec<String>, raw: &[u8]) -> Self {
        let parsed = MessageParser::default().parse(raw);
        let parsed = parsed.as_ref();
        let text = parsed
            .and_then(|mail| mail.body_text(0))
            .map_or_else(|| String::from_utf8_lossy(raw).into_owned(), |text| text.into_owned());
        let from = parsed.and_then(|mail| mail.from()?.first()?.address()).unwrap_or_default();
        Self {
            id: 0,
            kind: Kind::Mail,
            from: from.to_owned(),
            to: recipients,
            subject: parsed.and_then(|mail| mail.subject()).unwrap_or_default().to_owned(),
            // `body_html` makes HTML of a plain part: only a real one is of interest.
            html: parsed
                .filter(|mail| mail.html_bodies().any(|part| part.is_text_html()))
                .and_then(|mail| mail.body_html(0))
                .map(|html| html.into_owned()),
            links: links(&text),
            text,
            message_id: parsed.and_then(|mail| mail.message_id()).unwrap_or_default().to_owned(),
            received_at: now(),
        }
    }

    /// A text message to one number.
    pub(crate) fn sms(to: String, text: String) -> Self {
        Self {
            id: 0,
            kind: Kind::Sms,
            from: String::new(),
            to: vec![to],
            subject: String::new(),
            html: None,
            links: links(&text),
            text,
            message_id: String::new(),
            received_at: now(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a development tool that shows when a message really came")]
pub(crate) fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis())
}

/// Addresses end at white space, at the quotes and brackets that stand around them, or at any character that an
/// address cannot hold, such as Chinese punctuation; a full stop at the end belongs to the sentence. Each is named once.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("http") {
        rest = &rest[start..];
        let end = rest.find(|c: char| !c.is_ascii_graphic() || "\"'<>()[]{}".contains(c)).unwrap_or(rest.len());
        let (link, after) = rest.split_at(end);
        let link = link.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        let is_address = link.starts_with("http://") || link.starts_with("https://");
        if is_address && !found.iter().any(|known| known == link) {
            found.push(link.to_owned());
        }
        rest = if end == 0 { &rest[4..] } else { after };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_in_two_forms_gives_its_text_its_html_and_its_links() {
        let raw = "From: E-TEST <no-reply@passport.localhost>\r\nTo: a@example.cn\r\n\
            Subject: =?utf-8?B?6YeN572u5a+G56CB?=\r\nMIME-Version: 1.0\r\n\
            Content-Type: multipart/alternative; boundary=b\r\n\r\n\
            --b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
            请打开 https://passport.localhost:8443/reset?t=1。\r\n\
            --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>x</p>\r\n--b--\r\n";
        let mail = Message::mail(vec!["a@example.cn".to_owned()], raw.as_bytes());
        assert_eq!(mail.subject, "重置密码");
        assert_eq!(mail.from, "no-reply@passport.localhost");
        assert_eq!(mail.links, ["https://passport.localhost:8443/reset?t=1"]);
        assert_eq!(mail.html.as_deref(), Some("<p>x</p>"));
    }

    #[test]
    fn a_plain_mail_has_no_html() {
        let mail = Message::mail(Vec::new(), b"Subject: a\r\n\r\nhttpx http: and (http://a/b).\r\n");
        assert_eq!(mail.html, None);
        assert_eq!(mail.links, ["http://a/b"]);
    }

    #[test]
    fn an_address_named_twice_is_one_link() {
        assert_eq!(
            links("https://a.test/, again https://a.test/ and https://b.test"),
            ["https://a.test/", "https://b.test"]
        );
    }

    #[test]
    fn the_time_is_told_as_people_read_it() {
        let mut message = Message::sms("13800138000".to_owned(), "1".to_owned());
        message.received_at = 1_795_570_794_139;
        assert_eq!(message.time_of_day(), "01:39:54 UTC");
    }
}
