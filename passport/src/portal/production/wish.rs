//! What an application asks for: which fields of the client it decides about, what it would change, and the client that
//! comes of it. Everything else about a client is for operators to say, and stays as it is.

use serde_json::{Map, Value};

use crate::clients::{Client, Metadata, Problem};
use crate::portal::OrganisationId;

/// The fields that the form has, in its order.
pub const FIELDS: [&str; 19] = [
    "client_name",
    "application_type",
    "token_endpoint_auth_method",
    "redirect_uris",
    "post_logout_redirect_uris",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "jwks_uri",
    "jwks",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "contacts",
    "initiate_login_uri",
    "grant_types",
    "scopes",
];

/// A field that is to be another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its name in the metadata (RFC 7591 §2).
    pub field: &'static str,
    /// What it is, line by line; nothing, where it is not said.
    pub from: Vec<String>,
    /// What it is to be.
    pub to: Vec<String>,
}

/// What the wish would change about what is in force; all that it says, where nothing is.
pub fn differences(now: Option<&Metadata>, wish: &Metadata) -> Vec<Difference> {
    let (now, wish) = (now.map(said).unwrap_or_default(), said(wish));
    let lines = |said: &Map<String, Value>, field: &str| said.get(field).map(lines).unwrap_or_default();
    let all = FIELDS.into_iter().map(|field| Difference { field, from: lines(&now, field), to: lines(&wish, field) });
    all.filter(|one| one.from != one.to).collect()
}

/// The client that the wish makes: what operators said about it stays.
///
/// # Errors
/// What is wrong with it.
pub fn client(
    old: Option<&Client>,
    (id, organisation): (&str, OrganisationId),
    wish: &Metadata,
) -> Result<Client, Vec<Problem>> {
    let mut fields = old.map(|old| whole(&old.metadata)).unwrap_or_default();
    let wished = whole(wish);
    for field in FIELDS {
        match wished.get(field) {
            Some(value) => fields.insert(field.to_owned(), value.clone()),
            None => fields.remove(field),
        };
    }
    fields.insert("client_id".to_owned(), id.into());
    // Both were metadata, and so are their fields together.
    let mut metadata = serde_json::from_value(Value::Object(fields)).unwrap_or_else(|_| wish.clone());
    id.clone_into(&mut metadata.client_id);
    metadata.organisation = Some(organisation.to_string());
    Client::new(metadata, Vec::new())
}

fn whole(metadata: &Metadata) -> Map<String, Value> {
    match serde_json::to_value(metadata) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// The fields that say something.
fn said(metadata: &Metadata) -> Map<String, Value> {
    let empty =
        |value: &Value| value.is_null() || *value == Value::Bool(false) || value.as_array().is_some_and(Vec::is_empty);
    whole(metadata).into_iter().filter(|(_, value)| !empty(value)).collect()
}

/// A value as people read it.
fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(many) => many.iter().flat_map(lines).collect(),
        Value::Object(both) if both.contains_key("zh") => {
            let mut names: Vec<String> = both.values().flat_map(lines).collect();
            names.dedup();
            names
        }
        other => vec![other.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::clock::Timestamp;
    use shared::entropy::SeededEntropy;

    use super::*;

    fn wish(more: &Value) -> Metadata {
        let mut fields = json!({
            "client_id": "x", "client_name": { "zh": "北辰", "en": "Beichen" },
            "redirect_uris": ["https://bei.example/cb"], "scopes": ["openid"],
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            fields[name] = value.clone();
        }
        serde_json::from_value(fields).expect("metadata")
    }

    #[test]
    fn the_first_time_everything_is_new_and_then_only_what_is_another() {
        let first = differences(None, &wish(&json!({})));
        let fields: Vec<_> = first.iter().map(|one| one.field).collect();
        assert!(fields.contains(&"client_name") && fields.contains(&"redirect_uris"), "{fields:?}");
        assert!(!fields.contains(&"logo_uri"), "nothing is said of it");
        let other = wish(&json!({ "redirect_uris": ["https://bei.example/cb", "https://bei.example/2"] }));
        let to = vec!["https://bei.example/cb".to_owned(), "https://bei.example/2".to_owned()];
        let from = vec!["https://bei.example/cb".to_owned()];
        let changed = differences(Some(&wish(&json!({}))), &other);
        assert_eq!(changed, [Difference { field: "redirect_uris", from, to }]);
    }

    #[test]
    fn what_operators_said_stays_and_what_is_not_asked_for_any_more_goes() {
        let organisation = OrganisationId::new(Timestamp::from_seconds(1), &SeededEntropy::new(1));
        let more = json!({ "first_party": true, "accent": "cet", "policy_uri": "https://bei.example/p" });
        let old = client(None, ("the-client", organisation), &wish(&json!({}))).expect("a client");
        assert_eq!(old.metadata.organisation, Some(organisation.to_string()));
        let mut metadata = old.metadata;
        for (name, value) in [("first_party", &more["first_party"]), ("accent", &more["accent"])] {
            let mut fields = serde_json::to_value(&metadata).expect("JSON");
            fields[name] = value.clone();
            fields["policy_uri"] = more["policy_uri"].clone();
            metadata = serde_json::from_value(fields).expect("metadata");
        }
        let old = Client::new(metadata, Vec::new()).expect("a client");
        let new = client(Some(&old), ("the-client", organisation), &wish(&json!({}))).expect("a client");
        assert!(new.first_party && new.accent == "cet" && new.policy_uri.is_none());
        assert_eq!(new.id.as_str(), "the-client");
    }
}
