//! What no client library sends: bytes on the wire that are no HTTP, or two readings of it. A proxy in front may read
//! them otherwise than the passport does (RFC 9112 §11.2), so whatever is ambiguous is refused and its connection ends.

use std::time::Duration;

use passport::MIGRATIONS;
use shared::db::DbConfig;
use shared::testkit;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::process::Installation;
use crate::support::site::{OURS, SECRET, basic, encoded, request};

/// How long an answer may take on a machine that does much else. Not how long it takes: the passport ends the connection.
const PATIENCE: Duration = Duration::from_secs(120);

/// All that comes back until the passport ends the connection.
async fn answers(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // It may have been ended in the middle of what is too long.
    let _ = stream.write_all(bytes).await;
    let mut said = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut said)).await;
    assert!(ended.is_ok(), "the connection stays open after {:?}", String::from_utf8_lossy(bytes));
    String::from_utf8_lossy(&said).into_owned()
}

/// The status of each answer in what came back.
fn statuses(said: &str) -> Vec<u16> {
    let lines = said.lines().filter_map(|line| line.strip_prefix("HTTP/1.1 "));
    lines.map(|line| line[..3].parse().expect("a status")).collect()
}

/// A request for `target` with those header lines beside `Host`, after which the connection is over.
fn asking(method: &str, target: &[u8], host: &str, more: &str) -> Vec<u8> {
    let after = format!(" HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n");
    [method.as_bytes(), b" ", target, after.as_bytes()].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_http_is_refused_and_what_could_be_read_twice_is_read_by_nobody() {
    testkit::each_engine(&MIGRATIONS, async |db: DbConfig| {
        let folder = tempfile::tempdir().expect("a folder");
        let installation = Installation::new(folder.path(), &db);
        installation.add_client(folder.path(), OURS);
        let process = installation.start();
        let host = installation.issuer().replace("http://", "");
        let asks = format!("/authorize?{}", encoded(&request()));
        let get = |target: &[u8]| asking("GET", target, &host, "");
        assert_eq!(statuses(&answers(&host, &get(asks.as_bytes())).await), [303], "the request without a mistake");

        // Bytes that are no text are no part of an address (RFC 3986 §2): bare in the path, in a name, in a value.
        for bytes in [&b"\xff"[..], b"\xe4\xbd\xa0", b"\0", b"\x01", b"\x7f", b"\t", b"\r", b"\xc0\xaf"] {
            for target in [
                [b"/sign-in/", bytes].concat(),
                [asks.as_bytes(), b"&", bytes, b"=x"].concat(),
                [asks.as_bytes(), b"&x=", bytes].concat(),
            ] {
                let said = answers(&host, &get(&target)).await;
                // Bytes above 127 are let through by some readers: then they are a page that is not there, or no value.
                let fine = statuses(&said).iter().all(|status| (300..500).contains(status));
                assert!(fine, "{:?}: {said}", String::from_utf8_lossy(&target));
                assert!(!said.contains("code="), "{said}");
            }
        }

        let long = [b"/authorize?x=".as_slice(), &vec![b'a'; 1 << 20]].concat();
        let body = "grant_type=client_credentials";
        let by = basic("cet", SECRET);
        let token = |more: &str| {
            let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
            let head = asking("POST", b"/token", &host, &format!("{kind}Authorization: {by}\r\n{more}"));
            [head, body.as_bytes().to_vec()].concat()
        };
        let length = format!("Content-Length: {}\r\n", body.len());
        // It is read to its end, and its client has no secret: 401. What follows is not read that far.
        assert_eq!(statuses(&answers(&host, &token(&length)).await), [401], "the request without a mistake");
        let rows: [(&str, Vec<u8>); 15] = [
            ("an address too long", get(&long)),
            ("no address", b"GET HTTP/1.1\r\n\r\n".to_vec()),
            ("another version", format!("GET / HTTP/3.7\r\nHost: {host}\r\n\r\n").into_bytes()),
            ("no version", b"GET /\r\n\r\n".to_vec()),
            ("no words at all", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec()),
            ("no host", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_vec()),
            ("two hosts", asking("GET", b"/", &host, "Host: evil.example\r\n")),
            ("another host in the address", asking("GET", b"http://evil.example/", "evil.example", "")),
            ("a way through", asking("CONNECT", b"evil.example:443", "evil.example:443", "")),
            ("a space before the colon", asking("GET", b"/", &host, "Cookie : a=b\r\n")),
            ("a header of two lines", asking("GET", b"/", &host, "Cookie: a=b\r\n c=d\r\n")),
            ("a header with a bare line feed and NUL", asking("GET", b"/", &host, "Cookie: a\0=b\r\n")),
            ("a length that is none", token("Content-Length: +29\r\n")),
            ("two lengths", token(&format!("{length}Content-Length: 0\r\n"))),
            ("an encoding that is none", token("Transfer-Encoding: gzip, identity\r\n")),
        ];
        for (what, bytes) in rows {
            let said = answers(&host, &bytes).await;
            let fine = statuses(&said).iter().all(|status| (400..500).contains(status) && *status != 401);
            assert!(fine, "{what}: {said}");
        }

        // The tail of a body must not be a request of its own to one reader and none to the other.
        let hidden = format!("0\r\n\r\nGET /sign-in HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let both = format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n", hidden.len());
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        let head = format!("POST /token HTTP/1.1\r\nHost: {host}\r\n{kind}{both}\r\n");
        let said = answers(&host, format!("{head}{hidden}").as_bytes()).await;
        assert!(statuses(&said).len() <= 1, "a request was smuggled: {said}");

        assert_eq!(statuses(&answers(&host, &get(asks.as_bytes())).await), [303], "the passport goes on");
        process.kill();
    })
    .await;
}
