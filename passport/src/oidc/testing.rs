//! Clients for unit tests.

use crate::clients::{Client, Metadata};

/// A client `a` that answers at `https://a.example/cb`, with further lines of metadata.
pub(crate) fn client(lines: &str) -> Client {
    client_at("https://a.example/cb", lines)
}

/// The same with another redirect URI.
pub(crate) fn client_at(redirect_uri: &str, lines: &str) -> Client {
    let base =
        format!("client_id = 'a'\nclient_name = {{ zh = '甲', en = 'A' }}\nredirect_uris = ['{redirect_uri}']\n");
    let metadata: Metadata = toml::from_str(&format!("{base}{lines}")).expect("metadata");
    Client::new(metadata, Vec::new()).expect("a client")
}
