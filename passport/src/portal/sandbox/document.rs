//! What a site registers itself with, as it travels (RFC 7591 §2).

use serde_json::{Map, Value};

/// The registry's own fields as those of the standard: the name has a language, and scopes stand in one text.
pub(in crate::portal) fn of(fields: &Value) -> Map<String, Value> {
    let mut document = fields.as_object().cloned().unwrap_or_default();
    document.remove("client_id");
    let name = document.remove("client_name").unwrap_or_default();
    document.insert("client_name".to_owned(), name["en"].clone());
    if name["zh"] != name["en"] {
        document.insert("client_name#zh-CN".to_owned(), name["zh"].clone());
    }
    let scopes = document.remove("scopes").unwrap_or_default();
    let scopes: Vec<&str> = scopes.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    document.insert("scope".to_owned(), scopes.join(" ").into());
    document
}
