//! What a case sees of an answer, without what is another each time, and the differences between two of them.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use shared::testkit::Answer;

/// What was seen, by case and step.
pub(super) type Seen = BTreeMap<String, Value>;

/// What is another each time, in whatever it stands.
const VOLATILE: [&str; 12] = [
    "sub",
    "sid",
    "gid",
    "jti",
    "kid",
    "at_hash",
    "email",
    "updated_at",
    "refresh_token",
    "code",
    "session_state",
    "request",
];

/// Headers that are another each time.
const VOLATILE_HEADERS: [&str; 5] = ["x-request-id", "etag", "set-cookie", "content-length", "date"];

/// An answer, as it is compared.
pub(super) fn answer(answer: &Answer) -> Value {
    let mut headers = Map::new();
    for name in answer.headers.keys().filter(|name| !VOLATILE_HEADERS.contains(&name.as_str())) {
        let values: Vec<_> = answer.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        if name != "location" {
            headers.insert(name.to_string(), values.join(", ").into());
        }
    }
    let kind = answer.header("content-type").unwrap_or_default();
    let body = if kind.starts_with("text/html") {
        // What it says is for people, and has its own tests.
        "a page".into()
    } else {
        serde_json::from_str(&answer.text).map_or_else(|_| answer.text.clone().into(), |body| stable("", body))
    };
    json!({
        "status": answer.status.as_u16(),
        "headers": headers,
        "body": body,
        "location": answer.location().map(|url| location(&url)),
    })
}

/// A redirect: where to, and each parameter.
pub(super) fn location(url: &url::Url) -> Value {
    let mut parts = Map::new();
    let mut bare = url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    parts.insert("to".to_owned(), bare.to_string().into());
    let fragment = url.fragment().unwrap_or_default();
    let pairs = url.query_pairs().into_owned().chain(
        form_urlencoded::parse(fragment.as_bytes()).into_owned().map(|(name, value)| (format!("#{name}"), value)),
    );
    for (name, value) in pairs {
        let known = stable(name.trim_start_matches('#'), value.into());
        parts.insert(name, known);
    }
    Value::Object(parts)
}

/// A value without what is another each time. A signed token becomes what it says.
fn stable(name: &str, value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| (name.clone(), stable(&name, value)));
            Value::Object(members.collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(|value| stable(name, value)).collect()),
        Value::String(text) if name == "error_description" => {
            // The reference of the request stands behind it.
            text.split(", reference ").next().unwrap_or_default().into()
        }
        Value::String(text) => match jwt(&text) {
            Some(token) => token,
            None if VOLATILE.contains(&name) => "another each time".into(),
            None => text.into(),
        },
        other if VOLATILE.contains(&name) && !other.is_null() => "another each time".into(),
        other => other,
    }
}

fn jwt(text: &str) -> Option<Value> {
    let mut parts = text.split('.');
    let mut read = || -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok().map(|part| stable("", part))
    };
    let (header, claims) = (read()?, read()?);
    Some(json!({ "header": header, "claims": claims }))
}

/// Where two differ, and in what.
pub(super) fn differences(passport: &Seen, simulator: &Seen) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let steps: BTreeSet<&String> = passport.keys().chain(simulator.keys()).collect();
    for step in steps {
        compare(step, passport.get(step), simulator.get(step), &mut found);
    }
    found
}

fn compare(place: &str, passport: Option<&Value>, simulator: Option<&Value>, found: &mut Vec<(String, String)>) {
    match (passport, simulator) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let members: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for member in members {
                compare(&format!("{place}/{member}"), one.get(member), other.get(member), found);
            }
        }
        (one, other) if one == other => {}
        (one, other) => {
            let said = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
            found.push((place.to_owned(), format!("the passport says {}, the simulator {}", said(one), said(other))));
        }
    }
}
