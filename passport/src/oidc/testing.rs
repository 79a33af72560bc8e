//! Clients and codes for unit tests.

use std::time::Duration;

use shared::clock::Timestamp;
use shared::entropy::SeededEntropy;

use super::audience::Audience;
use super::code::AuthorizationCode;
use super::handle::GrantId;
use super::named_claims::NamedClaims;
use super::scope::Scope;
use super::store::grants::Grant;
use crate::accounts::model::{AccountId, Province};
use crate::accounts::sessions::SessionId;
use crate::clients::{Client, Metadata};

/// When the codes of unit tests are given out.
pub(crate) const T0: Timestamp = Timestamp::from_seconds(1_000_000);

/// A code of client `a`, given out at [`T0`] and good for a minute, as `change` leaves it.
pub(crate) fn code(change: impl FnOnce(&mut AuthorizationCode)) -> AuthorizationCode {
    let entropy = SeededEntropy::new(7);
    let grant = Grant {
        id: GrantId::new(T0, &entropy),
        client_id: "a".to_owned(),
        account: AccountId::new(T0, &entropy),
        session: SessionId::new(T0, &entropy),
        scope: Scope::parse("openid").expect("scope"),
        named: NamedClaims { userinfo: Scope::parse("email").expect("claims"), ..NamedClaims::default() },
        audience: Audience::parse("https://api.example/ https://other.example/"),
        auth_time: T0,
        acr: "acr".to_owned(),
        amr: "pwd".to_owned(),
        province: Province::parse("31"),
        refreshable: true,
        by_consent: false,
    };
    let mut code = AuthorizationCode {
        grant,
        redirect_uri: "https://a.example/cb".to_owned(),
        nonce: Some("n".to_owned()),
        code_challenge: Some("c".to_owned()),
        dpop_jkt: None,
        expires_at: T0 + Duration::from_secs(60),
    };
    change(&mut code);
    code
}

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
