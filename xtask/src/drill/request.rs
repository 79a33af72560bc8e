//! Requests to one node, past the proxy: whether it is ready, whether it signs, and what time its tokens tell.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::Context as _;

/// How long an answer is waited for: longer than a proxy would.
const PATIENCE: Duration = Duration::from_secs(2);

/// An answer: its status and its body. An error where none comes in time.
fn ask(port: u16, request: &str) -> anyhow::Result<(u16, String)> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    Ok((status, body))
}

/// Whether the node says that it is ready.
pub(super) fn is_ready(port: u16) -> bool {
    let request = "GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
    ask(port, request).is_ok_and(|(status, _)| status == 200)
}

/// The key set that the node serves.
pub(super) fn key_set(port: u16, issuer: &str) -> anyhow::Result<String> {
    let host = issuer.trim_start_matches("https://");
    let (_, body) = ask(port, &format!("GET /jwks HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"))?;
    Ok(body)
}

/// Asks the node for a token of the drill's client: the status, and the token if there is one.
pub(super) fn token(port: u16, issuer: &str, secret: &str) -> anyhow::Result<(u16, Option<String>)> {
    let host = issuer.trim_start_matches("https://");
    let body = format!("grant_type=client_credentials&client_id=drill&client_secret={secret}");
    let request = format!(
        "POST /token HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let (status, body) = ask(port, &request)?;
    let token = body.split_once("\"access_token\":\"").and_then(|(_, rest)| rest.split_once('"'));
    Ok((status, token.map(|(token, _)| token.to_owned())))
}

/// When a token says that it was issued (`iat`), in seconds since 1970.
pub(super) fn issued_at(token: &str) -> anyhow::Result<i64> {
    let claims = token.split('.').nth(1).context("no token")?;
    let claims = String::from_utf8(base64url(claims).context("no base64url")?)?;
    let (_, after) = claims.split_once("\"iat\":").context("no iat")?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    Ok(digits.parse()?)
}

/// RFC 4648 §5, without padding.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut buffer, mut held) = (Vec::new(), 0_u32, 0);
    for digit in text.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        buffer = buffer << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(buffer >> held).ok()?);
            buffer &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_token_is_read() -> anyhow::Result<()> {
        assert_eq!(base64url("Zm9vYmE"), Some(b"fooba".to_vec()));
        // {"exp":2,"iat":1700000000,"sub":"a"}
        assert_eq!(issued_at("e30.eyJleHAiOjIsImlhdCI6MTcwMDAwMDAwMCwic3ViIjoiYSJ9.x")?, 1_700_000_000);
        Ok(())
    }
}
