//! Examples of what is stored.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use shared::i18n::Lang;
use url::Url;
use uuid::Uuid;
use webauthn_rs::WebauthnBuilder;
use webauthn_rs::prelude::Passkey;

use crate::accounts::model::{Address, Details};
use crate::clients::metadata::Metadata;
use crate::delivery::model::{Letter, LogoutNotice, Marks, SignalNotice, Template};
use crate::portal::production::Evidence;

fn value(stored: &impl Serialize) -> Value {
    serde_json::to_value(stored).expect("JSON")
}

fn text() -> String {
    "x".to_owned()
}

/// Clients with everything that can be said of one, and with nothing that can be left out.
pub(super) fn clients() -> [Value; 2] {
    let name = json!({ "zh": "甲", "en": "A" });
    let least = json!({ "client_id": "a", "client_name": name });
    let mut most = json!({
        "client_id": "a", "client_name": name, "host": "a.example", "accent": "cet",
        "client_uri": "https://a.example/", "initiate_login_uri": "https://a.example/in",
        "policy_uri": "https://a.example/policy", "tos_uri": "https://a.example/terms",
        "sector_identifier_uri": "https://a.example/sector", "logo_uri": "https://a.example/logo",
        "software_id": "s", "software_version": "1", "organisation": "o",
        "jwks": { "keys": [] }, "jwks_uri": "https://a.example/jwks",
        "token_endpoint_auth_signing_alg": "ES256", "request_object_signing_alg": "ES256",
        "authorization_signed_response_alg": "ES256", "userinfo_signed_response_alg": "ES256",
        "id_token_signed_response_alg": "ES256",
        "tls_client_auth_subject_dn": "CN=a", "tls_client_auth_san_dns": "a.example",
        "tls_client_auth_san_uri": "https://a.example/", "tls_client_auth_san_ip": "192.0.2.1",
        "tls_client_auth_san_email": "a@a.example",
        "default_max_age": 60,
        "frontchannel_logout_uri": "https://a.example/out", "backchannel_logout_uri": "https://a.example/ended",
        "open_registrations_uri": "https://a.example/open",
        "serves_resources": ["https://a.example/api"], "opaque_access_tokens": true,
        "tile": { "order": 1, "title": name, "line": name },
    });
    // What is always written, but as it is when nothing is said, is added by being read and written.
    for list in ["redirect_uris", "post_logout_redirect_uris", "request_uris", "contacts", "resources"] {
        most[list] = json!(["https://a.example/"]);
    }
    [most, least].map(|said| value(&serde_json::from_value::<Metadata>(said).expect("a client")))
}

/// What a site has shown in the sandbox: everything, and nothing.
pub(super) fn evidence() -> [Value; 2] {
    let most = Evidence { signed_in_at: Some(1), logout_taken_at: Some(1), rehearsed: Some("succeeded".to_owned()) };
    [value(&most), value(&Evidence::default())]
}

/// What a person told of themselves: all of it, and nothing.
pub(super) fn details() -> [Value; 2] {
    let some = || Some(text());
    let address = Address {
        formatted: some(),
        street_address: some(),
        locality: some(),
        region: some(),
        postal_code: some(),
        country: some(),
    };
    let all = Details {
        family_name: some(),
        given_name: some(),
        middle_name: some(),
        nickname: some(),
        preferred_username: some(),
        profile: some(),
        picture: some(),
        website: some(),
        gender: some(),
        birthdate: some(),
        zoneinfo: some(),
        address: Some(address),
    };
    [value(&all), value(&Details::default())]
}

/// A mail with all that stands out in it and an SMS of a known text; a mail of text alone.
pub(super) fn letters() -> [Value; 2] {
    let lang = Lang::ALL[0];
    let marks = Marks { lang, home: text(), code: text(), link: text(), action: text() };
    let template = Template { name: text(), lang, values: BTreeMap::from([(text(), text())]) };
    let plain = Letter { to: text(), subject: text(), text: text(), marks: None, template: None };
    let full = Letter { marks: Some(marks), template: Some(template), ..plain.clone() };
    [value(&full), value(&plain)]
}

/// The word that a session ended.
pub(super) fn logout() -> Value {
    value(&LogoutNotice { client: text(), account: text(), session: text() })
}

/// A security event with all that it may say, and with no more than it must.
pub(super) fn signals() -> [Value; 2] {
    let bare =
        SignalNotice { client: text(), account: None, session: None, event: text(), members: BTreeMap::new(), at: 1 };
    let members = BTreeMap::from([(text(), text())]);
    let full = SignalNotice { account: Some(text()), session: Some(text()), members, ..bare.clone() };
    [value(&full), value(&bare)]
}

/// A passkey, as the library writes what it read.
pub(super) fn passkey() -> Value {
    let made = json!({ "cred": {
        "cred_id": "AQID",
        "cred": { "type_": "ES256", "key": { "EC_EC2": { "curve": "SECP256R1", "x": "AQID", "y": "AQID" } } },
        "counter": 1,
        "transports": null,
        "user_verified": true,
        "backup_eligible": true,
        "backup_state": true,
        "registration_policy": "required",
        "extensions": { "cred_protect": "NotRequested", "hmac_create_secret": "NotRequested", "appid": "NotRequested",
            "cred_props": "Ignored" },
        "attestation": { "data": "None", "metadata": "None" },
        "attestation_format": "none",
    } });
    value(&serde_json::from_value::<Passkey>(made).expect("a passkey"))
}

/// What is kept while a browser makes a passkey, and while it signs in by one.
pub(super) fn ceremonies() -> (Value, Value) {
    let origin = Url::parse("https://passport.example").expect("an address");
    let party = WebauthnBuilder::new("passport.example", &origin).and_then(WebauthnBuilder::build).expect("a party");
    let (_, registration) = party.start_passkey_registration(Uuid::nil(), "x", "x", None).expect("begun");
    let (_, sign_in) = party.start_discoverable_authentication().expect("begun");
    (value(&registration), value(&sign_in))
}
