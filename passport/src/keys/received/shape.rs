//! JSON from strangers, within limits.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::Refusal;

/// The most bytes of a token: several times what a request object with a claims parameter needs.
pub(in crate::keys) const LARGEST: usize = 16 * 1024;

/// How deep objects and arrays may lie in one another: a claims parameter needs five.
const DEEPEST: usize = 16;

/// The JSON object in a part of a token.
pub(super) fn object(part: &str) -> Result<Map<String, Value>, Refusal> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Malformed)?;
    if !is_shallow(&json) {
        return Err(Refusal::Malformed);
    }
    serde_json::from_slice(&json).map_err(|_| Refusal::Malformed)
}

/// Whether nothing lies deeper than [`DEEPEST`], found without reading the values.
fn is_shallow(json: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in json {
        match (in_text, byte) {
            _ if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'{' | b'[') => depth += 1,
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize) -> String {
        format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1))
    }

    #[test]
    fn depth_is_counted_outside_of_texts() {
        assert!(is_shallow(nested(DEEPEST).as_bytes()));
        assert!(!is_shallow(nested(DEEPEST + 1).as_bytes()));
        let in_text = format!("{{\"a\":\"{}\\\"{}\"}}", "[".repeat(50), "{".repeat(50));
        assert!(is_shallow(in_text.as_bytes()));
    }

    #[test]
    fn only_an_object_in_base64url_is_read() {
        let encoded = |json: &str| URL_SAFE_NO_PAD.encode(json);
        assert!(object(&encoded("{\"a\":1}")).is_ok());
        for other in [encoded("[]"), encoded("1"), encoded(""), encoded("{"), encoded(&nested(100)), "e30=".to_owned()]
        {
            assert_eq!(object(&other), Err(Refusal::Malformed), "{other}");
        }
    }
}
