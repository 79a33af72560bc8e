//! Client metadata as it travels (RFC 7591 §2, OIDC Registration §2), into ours and back.

use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use crate::clients::{Client, Metadata};
use crate::oidc::rules::Rule;
use crate::oidc::scope::{EXAM, SUPPORTED};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Texts,
    Flag,
    /// A number that is not negative.
    Number,
    Object,
}

/// Fields that mean the same here and there, and what they hold.
const SHARED: [(&str, Shape); 39] = [
    ("redirect_uris", Shape::Texts),
    ("post_logout_redirect_uris", Shape::Texts),
    ("application_type", Shape::Text),
    ("grant_types", Shape::Texts),
    ("client_uri", Shape::Text),
    ("logo_uri", Shape::Text),
    ("policy_uri", Shape::Text),
    ("tos_uri", Shape::Text),
    ("initiate_login_uri", Shape::Text),
    ("contacts", Shape::Texts),
    ("software_id", Shape::Text),
    ("software_version", Shape::Text),
    ("jwks", Shape::Object),
    ("jwks_uri", Shape::Text),
    ("token_endpoint_auth_method", Shape::Text),
    ("token_endpoint_auth_signing_alg", Shape::Text),
    ("request_object_signing_alg", Shape::Text),
    ("require_signed_request_object", Shape::Flag),
    ("require_pushed_authorization_requests", Shape::Flag),
    ("authorization_signed_response_alg", Shape::Text),
    ("userinfo_signed_response_alg", Shape::Text),
    ("id_token_signed_response_alg", Shape::Text),
    ("dpop_bound_access_tokens", Shape::Flag),
    ("tls_client_certificate_bound_access_tokens", Shape::Flag),
    ("tls_client_auth_subject_dn", Shape::Text),
    ("tls_client_auth_san_dns", Shape::Text),
    ("tls_client_auth_san_uri", Shape::Text),
    ("tls_client_auth_san_ip", Shape::Text),
    ("tls_client_auth_san_email", Shape::Text),
    ("default_max_age", Shape::Number),
    ("require_auth_time", Shape::Flag),
    ("default_acr_values", Shape::Texts),
    ("frontchannel_logout_uri", Shape::Text),
    ("frontchannel_logout_session_required", Shape::Flag),
    ("backchannel_logout_uri", Shape::Text),
    ("backchannel_logout_session_required", Shape::Flag),
    ("subject_type", Shape::Text),
    ("sector_identifier_uri", Shape::Text),
    ("request_uris", Shape::Texts),
];

/// All that is said of a client in the same words by both sides, and what it holds.
pub(super) fn members() -> impl Iterator<Item = (&'static str, Shape)> {
    let own = [(NAME, Shape::Text), (ZH, Shape::Text), ("scope", Shape::Text), ("response_types", Shape::Texts)];
    SHARED.into_iter().chain(own)
}

/// Fields that a client would rely on and that we cannot obey. Others that we do not know are ignored (RFC 7591 §2).
const NOT_BUILT: [&str; 8] = [
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
];

const NAME: &str = "client_name";
const ZH: &str = "client_name#zh-CN";

/// What a client says about itself, as ours. Its id is not in it: we give it one.
pub(super) fn read(sent: &Map<String, Value>) -> Result<Metadata, Refusal> {
    if let Some(name) = NOT_BUILT.iter().find(|name| sent.get(**name).is_some_and(|value| !is_off(value))) {
        return Err(Refusal::field(name, "is not supported here"));
    }
    only(sent, "response_types", &json!(["code"]))?;
    let mut fields = json!({ "client_id": "", NAME: names(sent)?, "scopes": scopes(sent.get("scope"))? });
    let mut metadata = parse(&fields).map_err(|()| Refusal::from(Rule::RegistrationMalformed))?;
    for (name, _) in SHARED {
        // RFC 7591 §2: null is as good as left out.
        let Some(value) = sent.get(name).filter(|value| !value.is_null()) else { continue };
        fields[name] = value.clone();
        metadata = parse(&fields).map_err(|()| Refusal::field(name, "has a value that is not supported here"))?;
    }
    Ok(metadata)
}

fn parse(fields: &Value) -> Result<Metadata, ()> {
    serde_json::from_value(fields.clone()).map_err(drop)
}

fn is_off(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(false)) || value.as_array().is_some_and(Vec::is_empty)
}

/// A field that can have one value only.
fn only(sent: &Map<String, Value>, name: &str, value: &Value) -> Result<(), Refusal> {
    match sent.get(name) {
        None | Some(Value::Null) => Ok(()),
        Some(sent) if sent == value => Ok(()),
        Some(_) => Err(Refusal::field(name, &format!("is {value}"))),
    }
}

/// The name in each language (RFC 7591 §2.2); where there is none, the one that names no language, or the host.
fn names(sent: &Map<String, Value>) -> Result<Value, Refusal> {
    let text = |name: &str| match sent.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(Refusal::field(NAME, "is a text")),
    };
    let first = |tags: &[&str]| -> Result<Option<&str>, Refusal> {
        for tag in tags {
            if let Some(found) = text(&format!("{NAME}#{tag}"))? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    };
    let host = sent.get("redirect_uris").and_then(|uris| url::Url::parse(uris.get(0)?.as_str()?).ok());
    let host = host.as_ref().and_then(url::Url::host_str).unwrap_or("client");
    let plain = text(NAME)?.unwrap_or(host);
    let zh = first(&["zh-CN", "zh-Hans-CN", "zh-Hans", "zh"])?.unwrap_or(plain);
    let en = first(&["en", "en-US", "en-GB"])?.unwrap_or(plain);
    Ok(json!({ "zh": zh, "en": en }))
}

/// The scopes that it may ask for. A client that names none may ask for everything that is not about exams; what does
/// not exist is left out, and `exam` is for operators to give.
fn scopes(sent: Option<&Value>) -> Result<Vec<String>, Refusal> {
    let may = |scope: &&str| SUPPORTED.contains(scope) && *scope != EXAM;
    match sent {
        None | Some(Value::Null) => Ok(SUPPORTED.into_iter().filter(may).map(str::to_owned).collect()),
        Some(Value::String(scope)) => Ok(scope.split(' ').filter(may).map(str::to_owned).collect()),
        Some(_) => Err(Refusal::field("scope", "is a text")),
    }
}

/// A client as it is registered, every value that counts said (RFC 7591 §3.2.1).
pub(super) fn show(client: &Client) -> Map<String, Value> {
    let Ok(Value::Object(stored)) = serde_json::to_value(&client.metadata) else { return Map::new() };
    let mut shown: Map<String, Value> =
        stored.into_iter().filter(|(name, _)| SHARED.iter().any(|(shared, _)| shared == name)).collect();
    let mut say = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    say("client_id", client.id.as_str().into());
    say(NAME, client.name.en.clone().into());
    if client.name.zh != client.name.en {
        say(ZH, client.name.zh.clone().into());
    }
    say("scope", client.scopes.join(" ").into());
    say("response_types", json!(["code"]));
    say("id_token_signed_response_alg", client.id_token_alg.as_str().into());
    say("authorization_signed_response_alg", client.response_alg.as_str().into());
    shown
}
