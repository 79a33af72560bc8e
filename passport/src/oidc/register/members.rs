//! A JSON object that names each member once. Readers differ in which of two they take, so that whoever looks a request
//! over before us might see another one (RFC 8259 §4).

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Its members.
pub(super) struct Members(pub(super) Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EachOnce)
    }
}

struct EachOnce;

impl<'de> Visitor<'de> for EachOnce {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object that names each member once")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut sent: A) -> Result<Members, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = sent.next_entry::<String, Value>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<usize> {
        serde_json::from_str::<Members>(json).ok().map(|members| members.0.len())
    }

    #[test]
    fn a_member_that_stands_twice_spoils_the_object() {
        assert_eq!(read(r#"{"a":1,"b":{"a":2}}"#), Some(2));
        assert_eq!(read("{}"), Some(0));
        for other in [r#"{"a":1,"a":1}"#, r#"{"a":1,"b":2,"\u0061":3}"#, "[]", "null", "1", "", r#"{"a":1}x"#] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
