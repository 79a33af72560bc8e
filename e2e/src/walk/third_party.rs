//! A site that is not ours: it has to ask for consent. Nothing answers at its address.

use url::Url;

use crate::demo::Demo;
use crate::operator::Operator;

/// Where it is sent the answers.
pub(super) const CALLBACK: &str = "https://beichen.localhost/callback";

const CLIENT: &str = r#"client_id = "beichen"
client_name = { zh = "北辰外语学习中心", en = "Beichen Language Centre" }
host = "beichen.localhost"
redirect_uris = ["https://beichen.localhost/callback"]
scopes = ["openid", "profile", "email", "phone"]
token_endpoint_auth_method = "client_secret_basic"
"#;

/// Has an operator register it.
pub(super) fn register(demo: &Demo, operator: &Operator) -> anyhow::Result<()> {
    let file = demo.home.join("beichen.toml");
    std::fs::write(&file, CLIENT)?;
    operator.does(&["clients", "add", "--file", &file.to_string_lossy()])
}

/// The address by which it sends people to the passport, to come back there.
pub(super) fn authorize(demo: &Demo, redirect_uri: &str) -> anyhow::Result<Url> {
    let parameters = [
        ("response_type", "code"),
        ("client_id", "beichen"),
        ("redirect_uri", redirect_uri),
        ("scope", "openid profile email phone"),
        ("state", "picture"),
    ];
    Ok(Url::parse_with_params(&format!("{}/authorize", demo.passport), parameters)?)
}

/// The same where it lets in nobody without a second factor (OpenID Connect Core 1.0 §5.5.1.1).
pub(super) fn demand_two_factors(demo: &Demo) -> anyhow::Result<Url> {
    let mut address = authorize(demo, CALLBACK)?;
    let claims = r#"{"id_token":{"acr":{"essential":true,"value":"urn:e-test:acr:2"}}}"#;
    address.query_pairs_mut().append_pair("claims", claims);
    Ok(address)
}
